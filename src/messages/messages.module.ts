import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { MessagesById } from './messages-by-id.queries.js';
import { MessagesController } from './messages.controller.js';
import { MessagesQueries } from './messages.queries.js';
import { MessageSearchFinder } from './search/message-search.finder.js';
import { PastAnnotations } from './past/past-annotations.js';
import { PastMessages } from './past/past-messages.js';
import { PastReactions } from './past/past-reactions.js';

/** Messages, annotations and reactions. */
@Module({
  imports: [EventsModule],
  controllers: [MessagesController],
  providers: [MessagesById, MessagesQueries, MessageSearchFinder, PastMessages, PastAnnotations, PastReactions],
  exports: [MessagesById],
})
export class MessagesModule {}
