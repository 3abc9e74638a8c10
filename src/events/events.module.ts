import { Module } from '@nestjs/common';
import { EventLog } from './event-log.js';
import { EventsQueries } from './events.queries.js';
import { KnownNames } from './past/known-names.js';
import { PastEventsFinder } from './past/past-events.finder.js';
import { PastEvents } from './past/past-events.js';

/** Our facts. */
@Module({
  providers: [EventLog, EventsQueries, PastEvents, PastEventsFinder, KnownNames],
  exports: [EventLog, EventsQueries, PastEvents, KnownNames],
})
export class EventsModule {}
