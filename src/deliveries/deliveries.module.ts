import { Module } from '@nestjs/common';
import { DeliveryLog } from './delivery-log.js';

/** The raw log. */
@Module({ providers: [DeliveryLog], exports: [DeliveryLog] })
export class DeliveriesModule {}
