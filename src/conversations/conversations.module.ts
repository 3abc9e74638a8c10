import { Module } from '@nestjs/common';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsQueries } from './conversations.queries.js';

/** Conversations. */
@Module({ controllers: [ConversationsController], providers: [ConversationsQueries] })
export class ConversationsModule {}
