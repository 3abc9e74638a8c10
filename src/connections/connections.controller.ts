import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuthGuard, RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { type Page } from '../common/http/page.js';
import { PUBLIC_URL, type PublicUrl } from '../common/http/public-url.js';
import { PageQuery } from '../common/http/query.dto.js';
import {
  ChangeConnection,
  ConnectionDto,
  ConnectionPage,
  CreateConnection,
  toConnectionDto,
} from './connection.dto.js';
import { ConnectionsService, type ConnectionWithSecrets } from './connections.service.js';

@ApiTags('connections')
@ApiBearerAuth()
@UseGuards(AuthGuard)
@RequireScope('connections:write')
@Controller('v1/connections')
export class ConnectionsController {
  constructor(
    private readonly connections: ConnectionsService,
    @Inject(PUBLIC_URL) private readonly publicUrl: PublicUrl,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Register an app of a platform; answers the URL that the platform must call' })
  @ApiCreatedResponse({ type: ConnectionDto })
  async create(@CurrentCaller() caller: Caller, @Body() body: CreateConnection): Promise<ConnectionDto> {
    return this.#dto(await this.connections.create(caller.tenantId, body));
  }

  @Get()
  @ApiOperation({ summary: 'Connections' })
  @ApiOkResponse({ type: ConnectionPage })
  async list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<ConnectionDto>> {
    const page = await this.connections.list(caller.tenantId, query.limit, query.cursor);
    return { items: page.items.map((found) => this.#dto(found)), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One connection' })
  @ApiOkResponse({ type: ConnectionDto })
  async get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<ConnectionDto> {
    return this.#dto(await this.connections.get(caller.tenantId, id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a connection, rotate its secrets' })
  @ApiOkResponse({ type: ConnectionDto })
  async change(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParam,
    @Body() body: ChangeConnection,
  ): Promise<ConnectionDto> {
    return this.#dto(await this.connections.change(caller.tenantId, id, body));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Stop taking calls for a connection; what it brought stays' })
  async remove(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<void> {
    await this.connections.remove(caller.tenantId, id);
  }

  #dto(found: ConnectionWithSecrets): ConnectionDto {
    return toConnectionDto(found.connection, found.secrets, this.publicUrl());
  }
}
