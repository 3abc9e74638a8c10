import { Injectable } from '@nestjs/common';
import { type Tx } from '../../database/transaction.js';
import { type EventReaction } from '../../events/event-reaction.js';
import { type LiaisonEvent } from '../../events/event.js';
import { Wishes } from '../mapping/wishes.js';
import { ChangeTable } from './change-table.js';

/** Whatever is said, changed or taken back in a space that belongs to a record shall stand there. */
@Injectable()
export class CrmChangeReaction implements EventReaction {
  readonly name = 'crm-changes';

  constructor(
    private readonly wishes: Wishes,
    private readonly table: ChangeTable,
  ) {}

  async react(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    await this.table.want(await this.wishes.ofEvents(events, tx), tx);
  }
}
