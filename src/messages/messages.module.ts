import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { MessagesController } from './messages.controller.js';
import { MessagesQueries } from './messages.queries.js';

/** Messages, annotations and reactions. */
@Module({ imports: [EventsModule], controllers: [MessagesController], providers: [MessagesQueries] })
export class MessagesModule {}
