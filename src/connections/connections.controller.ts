import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditAct, NotAudited } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { type Page } from '../common/http/page.js';
import { PUBLIC_URL, type PublicUrl } from '../common/http/public-url.js';
import { PageQuery } from '../common/http/query.dto.js';
import { ApiProblems, ApiReturnPreference, located } from '../common/http/route-document.js';
import {
  ChangeConnection,
  ConnectionDto,
  ConnectionPage,
  CreateConnection,
  toConnectionDto,
} from './connection.dto.js';
import { ConnectionsService, type ConnectionWithSecrets } from './connections.service.js';

@ApiTags('connections')
@ForCallers()
@RequireScope('connections:write')
@Controller('v1/connections')
export class ConnectionsController {
  constructor(
    private readonly connections: ConnectionsService,
    @Inject(PUBLIC_URL) private readonly publicUrl: PublicUrl,
  ) {}

  @Post()
  @AuditAct('connections.create', ['platform', 'name'])
  @ApiOperation({
    operationId: 'createConnection',
    summary: 'Register an app of a platform; answers the URL that the platform must call',
  })
  @ApiCreatedResponse({ type: ConnectionDto, headers: located })
  @ApiReturnPreference()
  async create(@CurrentCaller() caller: Caller, @Body() body: CreateConnection): Promise<ConnectionDto> {
    return this.#dto(await this.connections.create(caller.tenantId, body, { side: 'platform' }));
  }

  @Get()
  @NotAudited('shows settings, never secrets')
  @ApiOperation({ operationId: 'listConnections', summary: 'Connections' })
  @ApiOkResponse({ type: ConnectionPage })
  async list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<ConnectionDto>> {
    const page = await this.connections.list(caller.tenantId, 'platform', query.limit, query.cursor);
    return { items: page.items.map((found) => this.#dto(found)), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @NotAudited('shows settings, never secrets')
  @ApiOperation({ operationId: 'getConnection', summary: 'One connection' })
  @ApiOkResponse({ type: ConnectionDto })
  async get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<ConnectionDto> {
    return this.#dto(await this.connections.get(caller.tenantId, id, 'platform'));
  }

  @Patch(':id')
  @AuditAct('connections.change', ['name'])
  @ApiOperation({ operationId: 'changeConnection', summary: 'Change a connection, rotate its secrets' })
  @ApiOkResponse({ type: ConnectionDto })
  @ApiProblems(409)
  @ApiReturnPreference()
  async change(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParam,
    @Body() body: ChangeConnection,
  ): Promise<ConnectionDto> {
    return this.#dto(await this.connections.change(caller.tenantId, id, body, { side: 'platform' }));
  }

  @Delete(':id')
  @HttpCode(204)
  @AuditAct('connections.remove')
  @ApiOperation({
    operationId: 'removeConnection',
    summary: 'Stop taking calls for a connection; what it brought stays',
  })
  @ApiProblems(409)
  @ApiNoContentResponse()
  async remove(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<void> {
    await this.connections.remove(caller.tenantId, id, { side: 'platform' });
  }

  #dto(found: ConnectionWithSecrets): ConnectionDto {
    return toConnectionDto(
      found.connection,
      found.secrets,
      `${this.publicUrl()}/webhooks/${found.connection.platform}`,
    );
  }
}
