import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditAct, NotAudited } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { type Page } from '../common/http/page.js';
import { PageQuery } from '../common/http/query.dto.js';
import { ApiProblems, located } from '../common/http/route-document.js';
import {
  CreateKey,
  KeyDto,
  KeyIdParam,
  KeyPage,
  MadeKeyDto,
  RotateKey,
  toKeyDto,
  toMadeKeyDto,
} from './api-key.dto.js';
import { ApiKeysService } from './api-keys.service.js';
import { RequireScope } from './auth.guard.js';
import { CurrentCaller, type Caller } from './caller.js';

@ApiTags('keys')
@ForCallers()
@RequireScope('admin')
@Controller('v1/keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Post()
  @Header('cache-control', 'no-store')
  @AuditAct('keys.create', ['name', 'scopes', 'expiresAt', 'requestsPerMinute'])
  @ApiOperation({
    operationId: 'createKey',
    summary: 'Make an API key; its text is in this answer and never shown again',
  })
  @ApiCreatedResponse({ type: MadeKeyDto, headers: located })
  async create(@CurrentCaller() caller: Caller, @Body() body: CreateKey): Promise<MadeKeyDto> {
    const { name, scopes, expiresAt, requestsPerMinute } = body;
    const asked = {
      scopes,
      expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
      requestsPerMinute: requestsPerMinute ?? null,
    };
    return toMadeKeyDto(await this.keys.createFor(caller, name, asked));
  }

  @Get()
  @NotAudited('shows keys, never their secrets')
  @ApiOperation({ operationId: 'listKeys', summary: 'API keys, newest first, with those that are no longer valid' })
  @ApiOkResponse({ type: KeyPage })
  async list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<Page<KeyDto>> {
    const page = await this.keys.page(caller.tenantId, query.limit, query.cursor);
    return { items: page.items.map(toKeyDto), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @NotAudited('shows a key, never its secret')
  @ApiOperation({ operationId: 'getKey', summary: 'One API key' })
  @ApiOkResponse({ type: KeyDto })
  async get(@CurrentCaller() caller: Caller, @Param() { id }: KeyIdParam): Promise<KeyDto> {
    return toKeyDto(await this.keys.get(caller.tenantId, id));
  }

  @Post(':id/rotate')
  @Header('cache-control', 'no-store')
  @AuditAct('keys.rotate', ['overlapSeconds'])
  @ApiOperation({
    operationId: 'rotateKey',
    summary: 'Replace an API key by a new one, with a time in which both are valid',
  })
  @ApiCreatedResponse({ type: MadeKeyDto })
  @ApiProblems(409)
  async rotate(
    @CurrentCaller() caller: Caller,
    @Param() { id }: KeyIdParam,
    @Body() body: RotateKey,
  ): Promise<MadeKeyDto> {
    return toMadeKeyDto(await this.keys.rotate(caller, id, body.overlapSeconds * 1000));
  }

  @Delete(':id')
  @HttpCode(204)
  @AuditAct('keys.revoke')
  @ApiOperation({
    operationId: 'revokeKey',
    summary: 'Refuse an API key from now on; other processes follow within three seconds',
  })
  @ApiNoContentResponse()
  revoke(@CurrentCaller() caller: Caller, @Param() { id }: KeyIdParam): Promise<void> {
    return this.keys.revoke(caller.tenantId, id);
  }
}
