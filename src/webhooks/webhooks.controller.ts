import { Controller, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { StorageUnavailable } from '../common/errors/liaison-error.js';
import { Metrics } from '../common/observability/metrics.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { type ImmediateReply } from '../platforms/platform.js';
import { verifiedCallOf, WebhookSignatureGuard } from './webhook-signature.guard.js';

/** Where platforms call us. It answers 200 to an event only when Postgres has committed it. */
@ApiExcludeController()
@Controller('webhooks')
export class WebhooksController {
  constructor(
    private readonly log: DeliveryLog,
    private readonly metrics: Metrics,
  ) {}

  @Post(':platform/:connectionId')
  @UseGuards(WebhookSignatureGuard)
  async receive(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { platform, connection, context, delivery } = verifiedCallOf(request);
    const started = performance.now();
    const reading = platform.read(delivery, context);
    switch (reading.kind) {
      case 'handshake':
        this.metrics.deliveries.inc({ outcome: 'handshake' });
        reply(response, reading.reply);
        return;
      case 'heartbeat':
        this.metrics.deliveries.inc({ outcome: 'heartbeat' });
        acknowledge(response);
        return;
      case 'refused':
        throw reading.error;
      case 'delivery':
        try {
          await this.log.append(delivery, {
            ...reading,
            tenantId: connection.tenantId,
            connectionId: connection.id,
            platform: platform.id,
            keptHeaders: platform.keptHeaders,
          });
        } catch (error) {
          this.metrics.deliveries.inc({ outcome: 'unavailable' });
          throw error instanceof StorageUnavailable
            ? error
            : new StorageUnavailable({
                detail: 'The delivery could not be stored.',
                cause: error,
                retryAfterSeconds: 5,
              });
        }
        this.metrics.acknowledgement.observe((performance.now() - started) / 1000);
        if (reading.reply === undefined) acknowledge(response);
        else reply(response, reading.reply);
    }
  }
}

function acknowledge(response: Response): void {
  response.writeHead(200, { 'content-length': '0' });
  response.end();
}

/** Sends exactly these bytes: they are signed. */
function reply(response: Response, { status, headers, body }: ImmediateReply): void {
  response.writeHead(status, { ...headers, 'content-length': String(body.length) });
  response.end(body);
}
