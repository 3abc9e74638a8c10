import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Conflict, NotFound } from '../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { rowsOf } from '../database/rows.js';
import { TenantReads } from '../database/tenant-reads.js';
import { type Caller } from '../auth/caller.js';
import { toFeedCursor, type FeedPosition } from './feed-position.js';
import { type NamedCursorDto } from './named-cursor.dto.js';

const listCursor = 'cursors';
const cursorsOfTenant = 1_000;
const unreadCounted = 1_000;

interface CursorRow {
  readonly name: string;
  readonly position: string;
  readonly movedBy: string;
  readonly movedAt: Date;
  readonly createdAt: Date;
  readonly unread: number;
  readonly ageSeconds: number | null;
}

// How far behind a cursor is costs the same however far that is: no more than so many events are looked at.
const withLag = `
  select c.name, c.position, c.moved_by as "movedBy", c.moved_at as "movedAt", c.created_at as "createdAt",
         lag.unread, extract(epoch from clock_timestamp() - lag.oldest)::float8 as "ageSeconds"
  from feed_cursors c
  cross join lateral (
    select count(*)::int as unread, (array_agg(learned_at order by seq))[1] as oldest
    from (select seq, learned_at from events e where e.tenant_id = c.tenant_id and e.seq > c.position
          order by seq limit ${unreadCounted + 1}) behind
  ) lag`;

/** Places in the feed that consumers have us keep under a name. */
@Injectable()
export class NamedCursors {
  constructor(
    private readonly reads: TenantReads,
    private readonly dataSource: DataSource,
  ) {}

  /** Throws `NotFound`. */
  async get(tenantId: string, name: string): Promise<NamedCursorDto> {
    const row = await this.reads.first<CursorRow>(tenantId, `${withLag} where c.tenant_id = $1 and c.name = $2`, [
      tenantId,
      name,
    ]);
    if (row === undefined) throw unknown();
    return toDto(row);
  }

  /** In the order of names. */
  async list(
    tenantId: string,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<NamedCursorDto>> {
    const after = page.cursor === undefined ? '' : (decodeCursor(listCursor, ['name'], page.cursor)[0] ?? '');
    const rows = await this.reads.rows<CursorRow>(
      tenantId,
      `${withLag} where c.tenant_id = $1 and c.name collate "C" > $2 order by c.name collate "C" limit $3`,
      [tenantId, after, page.limit + 1],
    );
    return toPage(rows, page.limit, (row) => encodeCursor(listCursor, [row.name]), toDto);
  }

  /** Where it stands. Throws `NotFound`. */
  async positionOf(tenantId: string, name: string): Promise<FeedPosition> {
    const position = await this.#find(tenantId, name);
    if (position === undefined) throw unknown();
    return position;
  }

  /**
   * Moves a cursor that stands at `expected`, or makes a new one where that is null. To move it to where it already stands
   * is no conflict, so that a request whose answer was lost can be sent again. Throws `Conflict`, `NotFound`.
   */
  async put(caller: Caller, name: string, position: FeedPosition, expected: FeedPosition | null): Promise<void> {
    const [sql, more] = expected === null ? [create, cursorsOfTenant] : [move, String(expected)];
    const done = await rowsOf(this.dataSource, sql, [caller.tenantId, name, String(position), caller.subject, more]);
    if (done.length > 0) return;
    const known = await this.#find(caller.tenantId, name);
    if (known === position) return;
    if (known !== undefined) throw new Conflict({ detail: `The cursor stands at ${toFeedCursor(known)}.` });
    if (expected !== null) throw unknown();
    throw new Conflict({ detail: `A tenant may keep ${cursorsOfTenant} cursors; remove one that nobody uses.` });
  }

  /** Throws `NotFound`. */
  async remove(tenantId: string, name: string): Promise<void> {
    const removed = await rowsOf(
      this.dataSource,
      `delete from feed_cursors where tenant_id = $1 and name = $2 returning 1`,
      [tenantId, name],
    );
    if (removed.length === 0) throw unknown();
  }

  async #find(tenantId: string, name: string): Promise<FeedPosition | undefined> {
    const row = await this.reads.first<{ position: string }>(
      tenantId,
      `select position from feed_cursors where tenant_id = $1 and name = $2`,
      [tenantId, name],
    );
    return row === undefined ? undefined : BigInt(row.position);
  }
}

const create = `
  insert into feed_cursors (tenant_id, name, position, moved_by)
  select $1, $2, $3::bigint, $4 where (select count(*) from feed_cursors where tenant_id = $1) < $5
  on conflict do nothing returning 1`;

const move = `
  update feed_cursors set position = $3::bigint, moved_by = $4, moved_at = now()
  where tenant_id = $1 and name = $2 and position = $5::bigint returning 1`;

function unknown(): NotFound {
  return new NotFound({ detail: 'There is no cursor of that name.' });
}

function toDto(row: CursorRow): NamedCursorDto {
  return {
    name: row.name,
    cursor: toFeedCursor(BigInt(row.position)),
    unread: Math.min(row.unread, unreadCounted),
    unreadIsMore: row.unread > unreadCounted,
    oldestUnreadAgeSeconds: row.ageSeconds === null ? null : Math.max(0, row.ageSeconds),
    movedBy: row.movedBy,
    movedAt: row.movedAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
  };
}
