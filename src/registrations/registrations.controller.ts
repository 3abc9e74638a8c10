import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditAct, NotAudited } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { type Page } from '../common/http/page.js';
import { PageQuery } from '../common/http/query.dto.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { RegistrationDto, RegistrationPage } from './registration.dto.js';
import { RegistrationTable } from './registration-table.js';
import { RegistrationsQueries } from './registrations.queries.js';

@ApiTags('connections')
@ForCallers()
@Controller('v1/connections')
export class RegistrationsController {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly queries: RegistrationsQueries,
    private readonly table: RegistrationTable,
  ) {}

  @Get(':id/registrations')
  @RequireScope('events:read')
  @NotAudited('shows webhooks, never their secrets')
  @ApiOperation({
    operationId: 'listRegistrations',
    summary: 'The webhooks that Liaison keeps registered at the platform, as last seen',
  })
  @ApiOkResponse({ type: RegistrationPage })
  async list(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParam,
    @Query() query: PageQuery,
  ): Promise<Page<RegistrationDto>> {
    const { connection } = await this.connections.get(caller.tenantId, id);
    return this.queries.page(caller.tenantId, connection.id, query);
  }

  @Post(':id/registrations/check')
  @HttpCode(202)
  @RequireScope('connections:write')
  @AuditAct('registrations.check')
  @ApiOperation({
    operationId: 'checkRegistrations',
    summary: 'Compare the webhooks with the platform now, and repair them',
  })
  @ApiAcceptedResponse({ description: 'The comparison is under way; the list shows what it finds.' })
  async check(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<void> {
    const { connection } = await this.connections.get(caller.tenantId, id);
    await this.table.request(connection);
  }
}
