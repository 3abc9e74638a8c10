import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditAct, NotAudited } from '../../audit/audit-rule.js';
import { ForCallers } from '../../audit/for-callers.js';
import { RequireScope } from '../../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../../auth/caller.js';
import { IdParam } from '../../common/http/id.param.js';
import { type Page } from '../../common/http/page.js';
import { PUBLIC_URL, type PublicUrl } from '../../common/http/public-url.js';
import { PageQuery } from '../../common/http/query.dto.js';
import { ApiProblems, ApiReturnPreference, located } from '../../common/http/route-document.js';
import {
  ChangeConnection,
  ConnectionDto,
  ConnectionPage,
  CreateConnection,
  toConnectionDto,
} from '../../connections/connection.dto.js';
import { ConnectionsService, type ConnectionWithSecrets } from '../../connections/connections.service.js';
import { CrmHealthDto } from './crm-health.dto.js';
import { CrmHealthQueries } from './crm-health.queries.js';

const side = 'crm';

@ApiTags('crm')
@ForCallers()
@RequireScope('crm:write')
@Controller('v1/crm/connections')
export class CrmConnectionsController {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly health: CrmHealthQueries,
    @Inject(PUBLIC_URL) private readonly publicUrl: PublicUrl,
  ) {}

  @Post()
  @AuditAct('crm-connections.create', ['platform', 'name'])
  @ApiOperation({ operationId: 'createCrmConnection', summary: 'Connect an account of a CRM' })
  @ApiCreatedResponse({ type: ConnectionDto, headers: located })
  @ApiReturnPreference()
  async create(@CurrentCaller() caller: Caller, @Body() body: CreateConnection): Promise<ConnectionDto> {
    return this.#dto(await this.connections.create(caller.tenantId, body, { side }));
  }

  @Get()
  @NotAudited('shows settings, never secrets')
  @ApiOperation({ operationId: 'listCrmConnections', summary: 'Connected CRMs' })
  @ApiOkResponse({ type: ConnectionPage })
  async list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<ConnectionDto>> {
    const page = await this.connections.list(caller.tenantId, side, query.limit, query.cursor);
    return { items: page.items.map((found) => this.#dto(found)), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @NotAudited('shows settings, never secrets')
  @ApiOperation({ operationId: 'getCrmConnection', summary: 'One connected CRM' })
  @ApiOkResponse({ type: ConnectionDto })
  async get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<ConnectionDto> {
    return this.#dto(await this.connections.get(caller.tenantId, id, side));
  }

  @Get(':id/health')
  @NotAudited('shows counts and times')
  @ApiOperation({ operationId: 'getCrmHealth', summary: 'How far a connected CRM is in step' })
  @ApiOkResponse({ type: CrmHealthDto })
  async healthOf(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<CrmHealthDto> {
    await this.connections.get(caller.tenantId, id, side);
    return this.health.of(caller.tenantId, id);
  }

  @Patch(':id')
  @AuditAct('crm-connections.change', ['name'])
  @ApiOperation({ operationId: 'changeCrmConnection', summary: 'Change a connected CRM, rotate its secrets' })
  @ApiOkResponse({ type: ConnectionDto })
  @ApiProblems(409)
  @ApiReturnPreference()
  async change(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParam,
    @Body() body: ChangeConnection,
  ): Promise<ConnectionDto> {
    return this.#dto(await this.connections.change(caller.tenantId, id, body, { side }));
  }

  @Delete(':id')
  @HttpCode(204)
  @AuditAct('crm-connections.remove')
  @ApiOperation({ operationId: 'removeCrmConnection', summary: 'Stop keeping a CRM in step; what stands there stays' })
  @ApiProblems(409)
  @ApiNoContentResponse()
  async remove(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<void> {
    await this.connections.remove(caller.tenantId, id, { side });
  }

  #dto({ connection, secrets }: ConnectionWithSecrets): ConnectionDto {
    return toConnectionDto(connection, secrets, `${this.publicUrl()}/webhooks/crm`);
  }
}
