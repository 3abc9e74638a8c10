import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditAct, NotAudited } from '../../audit/audit-rule.js';
import { ForCallers } from '../../audit/for-callers.js';
import { RequireScope } from '../../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../../auth/caller.js';
import { IdParam } from '../../common/http/id.param.js';
import { type Page } from '../../common/http/page.js';
import { ApiProblems, ApiReturnPreference, located } from '../../common/http/route-document.js';
import { CreateLinkRule, LinkRuleDto, LinkRulePage, LinkRulesQuery } from './link-rule.dto.js';
import { LinkRulesService } from './link-rules.service.js';

@ApiTags('crm')
@ForCallers()
@RequireScope('crm:write')
@Controller('v1/crm/link-rules')
export class LinkRulesController {
  constructor(private readonly rules: LinkRulesService) {}

  @Post()
  @AuditAct('crm-link-rules.create', ['connectionId', 'name', 'recordKind', 'signals', 'activate', 'threshold'])
  @ApiOperation({
    operationId: 'createCrmLinkRule',
    summary: 'Say how spaces find their records; the spaces that were spoken in last are looked at at once',
  })
  @ApiCreatedResponse({ type: LinkRuleDto, headers: located })
  @ApiReturnPreference()
  @ApiProblems(404)
  create(@CurrentCaller() caller: Caller, @Body() body: CreateLinkRule): Promise<LinkRuleDto> {
    return this.rules.create(caller, body);
  }

  @Get()
  @NotAudited('shows rules, no content')
  @ApiOperation({ operationId: 'listCrmLinkRules', summary: 'How spaces find their records, newest first' })
  @ApiOkResponse({ type: LinkRulePage })
  list(@CurrentCaller() caller: Caller, @Query() query: LinkRulesQuery): Promise<Page<LinkRuleDto>> {
    return this.rules.page(caller.tenantId, query);
  }

  @Get(':id')
  @NotAudited('shows a rule, no content')
  @ApiOperation({ operationId: 'getCrmLinkRule', summary: 'One rule' })
  @ApiOkResponse({ type: LinkRuleDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<LinkRuleDto> {
    return this.rules.get(caller.tenantId, id);
  }

  @Delete(':id')
  @HttpCode(204)
  @AuditAct('crm-link-rules.remove')
  @ApiOperation({
    operationId: 'removeCrmLinkRule',
    summary: 'End a rule; what it suggested goes with it, links that are active stay',
  })
  @ApiNoContentResponse()
  remove(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<void> {
    return this.rules.remove(caller.tenantId, id);
  }
}
