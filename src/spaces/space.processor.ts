import { Injectable } from '@nestjs/common';
import { type Tx } from '../database/transaction.js';
import { type EventProcessor } from '../events/event-processor.js';
import { isInSpace, type LiaisonEvent } from '../events/event.js';
import { ProjectionTable } from '../events/projection-table.js';
import { memberChanges, memberColumns, type MemberRow } from './member.state.js';
import { applyToSpace, spaceColumns, type SpaceRow } from './space.state.js';

/** Keeps spaces and their members. */
@Injectable()
export class SpaceProcessor implements EventProcessor {
  readonly name = 'spaces';
  readonly tables = ['spaces', 'members'];
  readonly #spaces = new ProjectionTable<SpaceRow>('spaces', spaceColumns);
  readonly #members = new ProjectionTable<MemberRow>('members', memberColumns);

  async process(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    const inSpaces = events.filter(isInSpace);
    await this.#spaces.fold(
      inSpaces.map((event) => ({ id: event.spaceId, apply: (row) => applyToSpace(row, event) })),
      tx,
    );
    await this.#members.fold(inSpaces.flatMap(memberChanges), tx);
  }
}
