import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { rowsOf } from '../database/rows.js';
import { Where } from '../database/where.js';
import {
  eventColumns,
  feedCursor,
  toEventDto,
  type EventDto,
  type EventPage,
  type EventRow,
  type EventsQuery,
} from './event.dto.js';

@Injectable()
export class EventsQueries {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * The change feed from a cursor on, ascending. Events become visible in the order of `seq` (see `EventLog`), so one
   * number is enough to never miss and never repeat.
   */
  async feed(tenantId: string, query: EventsQuery): Promise<EventPage> {
    const cursor = query.after ?? query.cursor;
    const after = cursor === undefined ? undefined : decodeCursor(feedCursor, ['number'], cursor)[0];
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(after, (place) => `seq > ${place}::bigint`)
      .and(query.type, (place) => `type = any(${place})`)
      .and(query.connectionId, (place) => `connection_id = ${place}`)
      .and(query.spaceId, (place) => `space_id = ${place}`);
    const rows = await this.#select(where, query.limit);
    return {
      items: rows.map(toEventDto),
      nextCursor: encodeOrKeep(rows.at(-1)?.seq, cursor),
    };
  }

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
    const rows = await this.#select(where, page.limit + 1);
    return toPage(rows, page.limit, (row) => encodeCursor(feedCursor, [row.seq]), toEventDto);
  }

  #select(where: Where, limit: number): Promise<EventRow[]> {
    const sql = `select ${eventColumns} from events where ${where.sql} order by seq limit ${where.place(limit)}`;
    return rowsOf<EventRow>(this.dataSource, sql, where.parameters);
  }
}

function encodeOrKeep(seq: string | undefined, cursor: string | undefined): string | null {
  return seq === undefined ? (cursor ?? null) : encodeCursor(feedCursor, [seq]);
}
