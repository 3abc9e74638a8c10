import { Module } from '@nestjs/common';
import { DeliveriesModule } from '../deliveries/deliveries.module.js';
import { EventsModule } from '../events/events.module.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DeliveriesQueries } from './deliveries.queries.js';
import { DeliveryTranslator } from './delivery-translator.js';
import { Dispatcher } from './dispatcher.js';
import { LaneMetrics } from './lane-metrics.js';
import { LaneWork } from './lane-work.js';
import { LaneWorker } from './lane-worker.js';
import { Rebuild } from './rebuild.js';
import { Replay } from './replay.js';
import { ReplayWork } from './replay-work.js';
import { ReplaysService } from './replays.service.js';

/** From stored deliveries to facts: lanes, dead letters, replays. */
@Module({
  imports: [DeliveriesModule, EventsModule],
  controllers: [DeliveriesController],
  providers: [
    DeliveriesQueries,
    DeliveryTranslator,
    Dispatcher,
    LaneMetrics,
    LaneWork,
    LaneWorker,
    Rebuild,
    Replay,
    ReplayWork,
    ReplaysService,
  ],
  exports: [LaneWorker, LaneWork, Dispatcher, Rebuild],
})
export class LanesModule {}
