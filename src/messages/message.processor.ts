import { Injectable } from '@nestjs/common';
import { type Tx } from '../database/transaction.js';
import { type EventProcessor } from '../events/event-processor.js';
import { type LiaisonEvent } from '../events/event.js';
import { ProjectionTable } from '../events/projection-table.js';
import { applyToMessage, isMessageEvent, messageColumns, type MessageRow } from './message.state.js';

/** Keeps messages: their text as it is now, and when it was written, edited and deleted. */
@Injectable()
export class MessageProcessor implements EventProcessor {
  readonly name = 'messages';
  readonly tables = ['messages'];
  readonly #messages = new ProjectionTable<MessageRow>('messages', messageColumns);

  async process(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    await this.#messages.fold(
      events.filter(isMessageEvent).map((event) => ({
        id: event.subjectId,
        apply: (row) => applyToMessage(row, event),
      })),
      tx,
    );
  }
}
