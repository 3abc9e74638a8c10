import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { TenantReads } from '../database/tenant-reads.js';
import { Where } from '../database/where.js';
import { eventColumns, feedCursor, toEventDto, type EventDto, type EventRow } from './event.dto.js';

@Injectable()
export class EventsQueries {
  constructor(private readonly reads: TenantReads) {}

  /** Everything that happened to a message and what hangs on it, in the order in which we learned it. */
  async ofMessage(
    tenantId: string,
    messageId: string,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<EventDto>> {
    const after = page.cursor === undefined ? undefined : decodeCursor(feedCursor, ['number'], page.cursor)[0];
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(messageId, (place) => `message_id = ${place}`)
      .and(after, (place) => `seq > ${place}::bigint`);
    const rows = await this.reads.rows<EventRow>(
      tenantId,
      `select ${eventColumns} from events where ${where.sql} order by seq limit ${where.place(page.limit + 1)}`,
      where.parameters,
    );
    return toPage(rows, page.limit, (row) => encodeCursor(feedCursor, [row.seq]), toEventDto);
  }
}
