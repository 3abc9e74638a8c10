import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditAct, NotAudited } from '../../audit/audit-rule.js';
import { ForCallers } from '../../audit/for-callers.js';
import { RequireScope } from '../../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../../auth/caller.js';
import { IdParam } from '../../common/http/id.param.js';
import { type Page } from '../../common/http/page.js';
import { ApiProblems, ApiReturnPreference, located } from '../../common/http/route-document.js';
import { CreateCrmLink, CrmLinkDto, CrmLinkPage, CrmLinksQuery, RemoveCrmLinkQuery } from './crm-link.dto.js';
import { CrmLinksService } from './crm-links.service.js';

@ApiTags('crm')
@ForCallers()
@RequireScope('crm:write')
@Controller('v1/crm/links')
export class CrmLinksController {
  constructor(private readonly links: CrmLinksService) {}

  @Post()
  @AuditAct('crm-links.create', ['connectionId', 'spaceId', 'record', 'since', 'tells'])
  @ApiOperation({
    operationId: 'createCrmLink',
    summary: 'Say that a space belongs to a record of a CRM; its conversation is kept there from then on',
  })
  @ApiCreatedResponse({ type: CrmLinkDto, headers: located })
  @ApiReturnPreference()
  @ApiProblems(404, 409)
  create(@CurrentCaller() caller: Caller, @Body() body: CreateCrmLink): Promise<CrmLinkDto> {
    return this.links.create(caller, body);
  }

  @Get()
  @NotAudited('shows which spaces belong to which records, no content')
  @ApiOperation({ operationId: 'listCrmLinks', summary: 'Which spaces belong to which records, newest first' })
  @ApiOkResponse({ type: CrmLinkPage })
  list(@CurrentCaller() caller: Caller, @Query() query: CrmLinksQuery): Promise<Page<CrmLinkDto>> {
    return this.links.page(caller.tenantId, query);
  }

  @Get(':id')
  @NotAudited('shows which space belongs to which record, no content')
  @ApiOperation({ operationId: 'getCrmLink', summary: 'One link' })
  @ApiOkResponse({ type: CrmLinkDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<CrmLinkDto> {
    return this.links.get(caller.tenantId, id);
  }

  @Post(':id/confirm')
  @HttpCode(200)
  @AuditAct('crm-links.confirm')
  @ApiOperation({
    operationId: 'confirmCrmLink',
    summary: 'Make a suggestion a link; its conversation is kept at the record from the day of the suggestion on',
  })
  @ApiOkResponse({ type: CrmLinkDto })
  @ApiProblems(409)
  @ApiReturnPreference()
  confirm(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<CrmLinkDto> {
    return this.links.confirm(caller, id);
  }

  @Delete(':id')
  @HttpCode(204)
  @AuditAct('crm-links.remove', ['entries'])
  @ApiOperation({
    operationId: 'removeCrmLink',
    summary: 'Undo a link, or dismiss a suggestion; what it brought to the CRM is taken back unless it shall stay',
  })
  @ApiNoContentResponse()
  remove(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParam,
    @Query() { entries }: RemoveCrmLinkQuery,
  ): Promise<void> {
    return this.links.remove(caller, id, entries);
  }
}
