import { Injectable } from '@nestjs/common';
import { rowsOf } from '../../database/rows.js';
import { type Tx } from '../../database/transaction.js';
import { ChangeTable, type WantedDay } from '../changes/change-table.js';
import { type CrmLinkRow } from './crm-link.dto.js';

/** The newest days of a conversation that a new link brings to the CRM. */
const daysAtMost = 1_000;

/** What a link brings to the CRM when it begins. */
@Injectable()
export class LinkedDays {
  constructor(private readonly table: ChangeTable) {}

  /** Wants in `tx` every day of the conversation since the link's beginning to stand at its record. */
  async want(link: CrmLinkRow, platform: string, tx: Tx): Promise<void> {
    const days = await rowsOf<Pick<WantedDay, 'day'>>(
      tx,
      `select to_char(sort_at at time zone 'UTC', 'YYYY-MM-DD') as day
       from messages where tenant_id = $1 and space_id = $2 and sort_at >= $3
       group by 1 order by 1 desc limit ${daysAtMost}`,
      [link.tenantId, link.spaceId, link.since],
    );
    const { tenantId, connectionId, spaceId, recordKind, recordExternalId } = link;
    await this.table.want(
      days.map(({ day }) => ({
        day,
        eventId: null,
        learnedAt: link.createdAt,
        linkId: link.id,
        tenantId,
        connectionId,
        platform,
        spaceId,
        recordKind,
        recordExternalId,
      })),
      tx,
    );
  }
}
