import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { PastMembers } from './past/past-members.js';
import { PastSpaces } from './past/past-spaces.js';
import { SpacesController } from './spaces.controller.js';
import { SpacesQueries } from './spaces.queries.js';

/** Spaces and their members. */
@Module({
  imports: [EventsModule],
  controllers: [SpacesController],
  providers: [SpacesQueries, PastSpaces, PastMembers],
  exports: [SpacesQueries],
})
export class SpacesModule {}
