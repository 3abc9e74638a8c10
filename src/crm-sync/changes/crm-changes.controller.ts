import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditAct, NotAudited } from '../../audit/audit-rule.js';
import { ForCallers } from '../../audit/for-callers.js';
import { RequireScope } from '../../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../../auth/caller.js';
import { NotFound } from '../../common/errors/liaison-error.js';
import { IdParam } from '../../common/http/id.param.js';
import { type Page } from '../../common/http/page.js';
import {
  CrmChangeDto,
  CrmChangePage,
  CrmChangesQuery,
  RetriedCrmChangesDto,
  RetryCrmChanges,
} from './crm-change.dto.js';
import { CrmChangesQueries } from './crm-changes.queries.js';
import { CrmRetriesService } from './crm-retries.service.js';

@ApiTags('crm')
@ForCallers()
@Controller('v1/crm/changes')
export class CrmChangesController {
  constructor(
    private readonly queries: CrmChangesQueries,
    private readonly retries: CrmRetriesService,
  ) {}

  @Get()
  @RequireScope('events:read')
  @NotAudited('shows work and how it went, no content')
  @ApiOperation({ operationId: 'listCrmChanges', summary: 'What was written to CRMs, what waits, what failed and why' })
  @ApiOkResponse({ type: CrmChangePage })
  list(@CurrentCaller() caller: Caller, @Query() query: CrmChangesQuery): Promise<Page<CrmChangeDto>> {
    return this.queries.page(caller.tenantId, query);
  }

  @Get(':id')
  @RequireScope('events:read')
  @NotAudited('shows work and how it went, no content')
  @ApiOperation({ operationId: 'getCrmChange', summary: 'One change with its last tries' })
  @ApiOkResponse({ type: CrmChangeDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<CrmChangeDto> {
    return this.queries.get(caller.tenantId, id);
  }

  @Post('retry')
  @HttpCode(200)
  @RequireScope('crm:write')
  @AuditAct('crm-changes.retry', ['connectionId', 'fault'])
  @ApiOperation({ operationId: 'retryCrmChanges', summary: 'Make the changes again that failed' })
  @ApiOkResponse({ type: RetriedCrmChangesDto })
  async retryAll(@CurrentCaller() caller: Caller, @Body() body: RetryCrmChanges): Promise<RetriedCrmChangesDto> {
    return { retried: await this.retries.failed(caller.tenantId, body) };
  }

  @Post(':id/retry')
  @HttpCode(200)
  @RequireScope('crm:write')
  @AuditAct('crm-changes.retry')
  @ApiOperation({
    operationId: 'retryCrmChange',
    summary: 'Make one change again now, even if somebody took its entry away in the CRM',
  })
  @ApiOkResponse({ type: CrmChangeDto })
  async retry(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<CrmChangeDto> {
    if (!(await this.retries.one(caller.tenantId, id))) throw new NotFound({ detail: 'There is no such change.' });
    return this.queries.get(caller.tenantId, id);
  }
}
