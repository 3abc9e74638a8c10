import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { DeliveriesModule } from '../deliveries/deliveries.module.js';
import { microsoftKeys } from './microsoft-keys.js';
import { WebhookSignatureGuard } from './webhook-signature.guard.js';
import { WebhooksController } from './webhooks.controller.js';

/** The way in. */
@Module({
  imports: [ConnectionsModule, DeliveriesModule],
  controllers: [WebhooksController],
  providers: [WebhookSignatureGuard, microsoftKeys],
})
export class WebhooksModule {}
