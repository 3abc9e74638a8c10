import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { OperationsModule } from '../operations/operations.module.js';
import { ConversationActsController } from './conversation-acts.controller.js';
import { ConversationActsService } from './conversation-acts.service.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsQueries } from './conversations.queries.js';

/** Conversations: what they are, and taking part in them. */
@Module({
  imports: [ConnectionsModule, OperationsModule],
  controllers: [ConversationsController, ConversationActsController],
  providers: [ConversationsQueries, ConversationActsService],
})
export class ConversationsModule {}
