import { Injectable } from '@nestjs/common';
import { type Tx } from '../database/transaction.js';
import { type EventProcessor } from '../events/event-processor.js';
import { type LiaisonEvent } from '../events/event.js';
import { ProjectionTable } from '../events/projection-table.js';
import { applyToReaction, isReactionEvent, reactionColumns, type ReactionRow } from './reaction.state.js';

/** Keeps reactions. */
@Injectable()
export class ReactionProcessor implements EventProcessor {
  readonly name = 'reactions';
  readonly tables = ['reactions'];
  readonly #reactions = new ProjectionTable<ReactionRow>('reactions', reactionColumns);

  async process(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    await this.#reactions.fold(
      events.filter(isReactionEvent).map((event) => ({
        id: event.subjectId,
        apply: (row) => applyToReaction(row, event),
      })),
      tx,
    );
  }
}
