import { Injectable } from '@nestjs/common';
import { TenantReads } from '../database/tenant-reads.js';
import { Where } from '../database/where.js';
import { FeedEnd } from './feed-end.js';
import { FeedEvent, feedColumns, type FeedRow } from './feed-event.js';
import { type FeedFilter } from './feed-filter.js';
import { farther, type FeedPosition } from './feed-position.js';

/** At most so many events are looked at for one page, however few of them match. */
const eventsLookedAt = 5_000;

export interface FeedPage {
  readonly events: readonly FeedEvent[];
  /** Where to go on: behind everything that was looked at, whether it matched or not. */
  readonly upTo: FeedPosition;
  /** Whether nothing more was there when this was read. */
  readonly atEnd: boolean;
}

type SiftedRow = { readonly lastLookedAt: string | null } & (FeedRow | { readonly seq: null });

/** The feed read in pages from the log. */
@Injectable()
export class FeedPages {
  constructor(
    private readonly reads: TenantReads,
    private readonly end: FeedEnd,
  ) {}

  /**
   * The events of a tenant behind `after` that the filter lets through, ascending, at most `limit`. Events become visible
   * in the order of their numbers (see `EventLog`), so one number is enough to never miss and never repeat.
   */
  async read(tenantId: string, filter: FeedFilter, after: FeedPosition, limit: number): Promise<FeedPage> {
    // Known before this reads, and so nothing up to there can be missing from what it reads.
    const known = farther(after, this.end.known);
    const values = new Where();
    const { inOrder, sifts } = partsOf(values, tenantId, filter, after);
    const most = values.place(limit);
    if (sifts.length === 0) {
      const rows = await this.reads.rows<FeedRow>(
        tenantId,
        `select ${feedColumns} ${inOrder} limit ${most}`,
        values.parameters,
      );
      return this.#page(rows, limit, known);
    }
    // In one statement, because the last event that was looked at must belong to the snapshot that was sifted.
    const rows = await this.reads.rows<SiftedRow>(
      tenantId,
      `select bound.*, e.*
       from (select (select seq ${inOrder} offset ${eventsLookedAt - 1} limit 1) as "lastLookedAt") bound
       left join lateral (
         select ${feedColumns} from (select * ${inOrder} limit ${eventsLookedAt}) looked_at
         where ${sifts.join(' and ')} order by seq limit ${most}
       ) e on true
       order by e.seq`,
      values.parameters,
    );
    const lastLookedAt = rows[0]?.lastLookedAt ?? undefined;
    const found = rows.filter((row) => row.seq !== null);
    return this.#page(found, limit, known, lastLookedAt === undefined ? undefined : BigInt(lastLookedAt));
  }

  #page(rows: readonly FeedRow[], limit: number, known: FeedPosition, lastLookedAt?: FeedPosition): FeedPage {
    const events = rows.map((row) => new FeedEvent(row));
    const last = events.at(-1)?.position;
    if (last !== undefined) this.end.note(last);
    if (last !== undefined && events.length === limit) return { events, upTo: last, atEnd: false };
    if (lastLookedAt !== undefined) return { events, upTo: lastLookedAt, atEnd: false };
    return { events, upTo: farther(known, last ?? known), atEnd: true };
  }
}

/**
 * The part of a statement that finds events by an index, in their order; and the conditions that have none, for which
 * only so many events are looked at that the work is bounded.
 */
function partsOf(
  values: Where,
  tenantId: string,
  { types, connectionId, spaceId }: FeedFilter,
  after: FeedPosition,
): { inOrder: string; sifts: readonly string[] } {
  const indexed = [`tenant_id = ${values.place(tenantId)}`, `seq > ${values.place(String(after))}::bigint`];
  if (spaceId !== undefined) indexed.push(`space_id = ${values.place(spaceId)}`);
  const sifts = [];
  if (types !== undefined) sifts.push(`type = any(${values.place(types)})`);
  if (connectionId !== undefined) sifts.push(`connection_id = ${values.place(connectionId)}`);
  return { inOrder: `from events where ${indexed.join(' and ')} order by seq`, sifts };
}
