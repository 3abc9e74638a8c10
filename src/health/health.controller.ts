import { Controller, Get, Res } from '@nestjs/common';
import {
  ApiExcludeEndpoint,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { type Response } from 'express';
import { Metrics } from '../common/observability/metrics.js';
import { HealthDto } from './health.dto.js';
import { Readiness } from './readiness.js';

@ApiTags('operations')
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process runs; the database does not matter here' })
  @ApiOkResponse({ type: HealthDto, description: 'It runs.' })
  live(): HealthDto {
    return { status: 'ok' };
  }

  @Get('health/ready')
  @ApiOperation({ operationId: 'getReadiness', summary: 'Whether deliveries can be stored now; 503 when not' })
  @ApiOkResponse({ type: HealthDto, description: 'It is ready.' })
  @ApiServiceUnavailableResponse({ type: HealthDto, description: 'It is not.' })
  async ready(@Res({ passthrough: true }) response: Response): Promise<HealthDto> {
    const reason = await this.readiness.reasonNotReady();
    if (reason === undefined) return { status: 'ok' };
    response.status(503);
    return { status: 'unavailable', reason };
  }

  @Get('metrics')
  @ApiExcludeEndpoint()
  async scrape(@Res() response: Response): Promise<void> {
    const text = await this.metrics.registry.metrics();
    response.setHeader('content-type', this.metrics.registry.contentType);
    response.end(text);
  }
}
