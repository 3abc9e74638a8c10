import { Injectable } from '@nestjs/common';
import { type Tx } from '../database/transaction.js';
import { type EventProcessor } from '../events/event-processor.js';
import { type LiaisonEvent } from '../events/event.js';
import { ProjectionTable } from '../events/projection-table.js';
import { conversationChanges, conversationColumns, type ConversationRow } from './conversation.state.js';

/** Keeps conversations: their state, and how their invitation went. */
@Injectable()
export class ConversationProcessor implements EventProcessor {
  readonly name = 'conversations';
  readonly tables = ['conversations'];
  readonly #conversations = new ProjectionTable<ConversationRow>('conversations', conversationColumns);

  async process(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    await this.#conversations.fold(events.flatMap(conversationChanges), tx);
  }
}
