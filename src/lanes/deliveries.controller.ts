import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { AuditAct, AuditRead, NotAudited } from '../audit/audit-rule.js';
import { ForCallers } from '../audit/for-callers.js';
import { RequireScope } from '../auth/auth.guard.js';
import { CurrentCaller, type Caller } from '../auth/caller.js';
import { IdParam } from '../common/http/id.param.js';
import { type Page } from '../common/http/page.js';
import { located } from '../common/http/route-document.js';
import { DeliveriesQueries } from './deliveries.queries.js';
import {
  CreateReplay,
  DeliveriesQuery,
  DeliveryDetailDto,
  DeliveryPage,
  ReplayDto,
  ReplayResultDto,
  type DeliveryDto,
} from './delivery.dto.js';
import { ReplaysService } from './replays.service.js';

@ApiTags('deliveries')
@ForCallers()
@Controller('v1')
export class DeliveriesController {
  constructor(
    private readonly queries: DeliveriesQueries,
    private readonly replays: ReplaysService,
  ) {}

  @Get('deliveries')
  @RequireScope('events:read')
  @NotAudited('shows what came when, not what it said')
  @ApiOperation({
    operationId: 'listDeliveries',
    summary: 'Raw webhook calls, newest first; dead letters by `status=dead-letter`',
  })
  @ApiOkResponse({ type: DeliveryPage })
  list(@CurrentCaller() caller: Caller, @Query() query: DeliveriesQuery): Promise<Page<DeliveryDto>> {
    return this.queries.page(caller.tenantId, query);
  }

  @Get('deliveries/:id')
  @RequireScope('events:read')
  @AuditRead('deliveries.get')
  @ApiOperation({ operationId: 'getDelivery', summary: 'One webhook call, byte for byte' })
  @ApiOkResponse({ type: DeliveryDetailDto })
  get(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<DeliveryDetailDto> {
    return this.queries.get(caller.tenantId, id);
  }

  @Post('deliveries/:id/replay')
  @HttpCode(200)
  @RequireScope('connections:write')
  @AuditAct('deliveries.replay')
  @ApiOperation({
    operationId: 'replayDelivery',
    summary: 'Translate a webhook call again; adds only what it had not brought yet',
  })
  @ApiOkResponse({ type: ReplayResultDto })
  replay(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<ReplayResultDto> {
    return this.replays.one(caller.tenantId, id);
  }

  @Post('replays')
  @RequireScope('connections:write')
  @AuditAct('replays.start', ['filter', 'preview'])
  @ApiOperation({
    operationId: 'startReplay',
    summary: 'Replay parked calls by a filter, or preview how many it would be',
  })
  @ApiOkResponse({ type: ReplayDto, description: 'How many it would be, with `preview`.' })
  @ApiAcceptedResponse({ type: ReplayDto, headers: located, description: 'Begun; its progress can be read.' })
  async replayMany(
    @CurrentCaller() caller: Caller,
    @Body() body: CreateReplay,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReplayDto> {
    response.status(body.preview ? 200 : 202);
    return body.preview
      ? this.replays.preview(caller.tenantId, body.filter)
      : this.replays.start(caller.tenantId, { ...body.filter }, caller.subject);
  }

  @Get('replays/:id')
  @RequireScope('events:read')
  @NotAudited('shows counts')
  @ApiOperation({ operationId: 'getReplay', summary: 'How far a bulk replay has come' })
  @ApiOkResponse({ type: ReplayDto })
  progress(@CurrentCaller() caller: Caller, @Param() { id }: IdParam): Promise<ReplayDto> {
    return this.replays.get(caller.tenantId, id);
  }
}
