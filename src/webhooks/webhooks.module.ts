import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { DeliveriesModule } from '../deliveries/deliveries.module.js';
import { WebhookSignatureGuard } from './webhook-signature.guard.js';
import { WebhooksController } from './webhooks.controller.js';

/** The way in. */
@Module({
  imports: [ConnectionsModule, DeliveriesModule],
  controllers: [WebhooksController],
  providers: [WebhookSignatureGuard],
})
export class WebhooksModule {}
