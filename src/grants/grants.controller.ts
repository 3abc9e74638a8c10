import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditAct, NotAudited } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { type Page } from '../common/http/page.js';
import { ApiProblems, located } from '../common/http/route-document.js';
import { GrantDto, GrantPage, GrantsQuery, StartGrant, StartedGrantDto } from './grant.dto.js';
import { GrantRevocation } from './grant-revocation.js';
import { GrantsQueries } from './grants.queries.js';
import { GrantsService } from './grants.service.js';

@ApiTags('grants')
@ForCallers()
@RequireScope('connections:write')
@Controller('v1/grants')
export class GrantsController {
  constructor(
    private readonly grants: GrantsService,
    private readonly queries: GrantsQueries,
    private readonly revocation: GrantRevocation,
  ) {}

  @Post()
  @AuditAct('grants.start', ['connectionId', 'scopes', 'reconnect'])
  @ApiOperation({ operationId: 'startGrant', summary: 'Ask a user to let the app act for them' })
  @ApiCreatedResponse({ type: StartedGrantDto, headers: located })
  @ApiProblems(404, 409, 502)
  start(@CurrentCaller() caller: Caller, @Body() body: StartGrant): Promise<StartedGrantDto> {
    return body.reconnect === undefined
      ? this.grants.start(caller, body.connectionId, body.scopes)
      : this.grants.reconnect(caller, body.reconnect, body);
  }

  @Get()
  @NotAudited('shows who allows what, never tokens')
  @ApiOperation({
    operationId: 'listGrants',
    summary: 'Who lets the app act for them, and whether that still works; newest first',
  })
  @ApiOkResponse({ type: GrantPage })
  list(@CurrentCaller() caller: Caller, @Query() query: GrantsQuery): Promise<Page<GrantDto>> {
    return this.queries.page(caller.tenantId, query);
  }

  @Get(':id')
  @NotAudited('shows what a user allows, never tokens')
  @ApiOperation({ operationId: 'getGrant', summary: 'One grant' })
  @ApiOkResponse({ type: GrantDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<GrantDto> {
    return this.queries.get(caller.tenantId, id);
  }

  @Delete(':id')
  @HttpCode(204)
  @AuditAct('grants.revoke')
  @ApiOperation({
    operationId: 'revokeGrant',
    summary: 'End a grant: nothing is done in the name of the user after the answer',
  })
  @ApiNoContentResponse()
  revoke(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<void> {
    return this.revocation.revoke(caller.tenantId, id);
  }
}
