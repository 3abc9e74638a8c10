import { Injectable } from '@nestjs/common';
import { type Tx } from '../../database/transaction.js';
import { ChangeTable } from '../changes/change-table.js';
import { Wishes } from '../mapping/wishes.js';

/** What a link brings to the CRM when it begins. */
@Injectable()
export class LinkedHistory {
  constructor(
    private readonly table: ChangeTable,
    private readonly wishes: Wishes,
  ) {}

  /** Wants in `tx` what the mapping makes of the conversation since the link's beginning to stand at its record. */
  async want(linkId: string, tx: Tx): Promise<void> {
    await this.table.want(await this.wishes.ofLink(linkId, tx), tx);
  }
}
