import { Module } from '@nestjs/common';
import { EventLog } from './event-log.js';
import { EventsController } from './events.controller.js';
import { EventsQueries } from './events.queries.js';

/** Our facts. */
@Module({
  controllers: [EventsController],
  providers: [EventLog, EventsQueries],
  exports: [EventLog, EventsQueries],
})
export class EventsModule {}
