import { type CursorPosition } from '../../common/http/page.js';
import { type TenantReads } from '../../database/tenant-reads.js';
import { Where } from '../../database/where.js';
import { type Candidate, type PastList } from '../../events/past/past-page.js';
import { type Past } from '../../events/past/past.js';
import { type OrderedQuery } from '../author.dto.js';

/** A list over time, as the indexes of migration 1763800000008 know it. */
export interface Timeline {
  readonly table: 'messages' | 'annotations' | 'reactions';
  /** The column with the time of the earliest fact about a row. */
  readonly firstAt: 'first_at' | 'sort_at';
  /** The condition of the indexes x_unsettled_of_y, word for word. */
  readonly unsettled: string;
}

const unsettled = `learned_at < sort_learned_at or sort_at - sort_learned_at > interval '1 minute'`;
export const messageTimeline: Timeline = {
  table: 'messages',
  firstAt: 'first_at',
  unsettled: `${unsettled} or first_at < sort_at`,
};
export const annotationTimeline: Timeline = { table: 'annotations', firstAt: 'sort_at', unsettled };
export const reactionTimeline: Timeline = { table: 'reactions', firstAt: 'sort_at', unsettled };

/** The places of the two bounds in a statement. */
interface Bounds {
  readonly asOf: string;
  readonly knownAt: string;
}

export interface TimelineRequest {
  readonly query: OrderedQuery;
  readonly past: Past;
  /** Conditions that every row meets which is asked for, whatever it was then. */
  readonly narrow?: (where: Where, bounds: Bounds) => void;
  /** Conditions on settled rows alone, which are what they were; they may place their values in `where`. */
  readonly narrowSettled?: (where: Where) => readonly string[];
}

/**
 * The rows of now that may have been there then, in the order of now, so that a walk is stable.
 *
 * A row is settled when the fact that puts it at `sort_at` had happened and was known: then it was there, at that place.
 * These are one range of the list's index, which ends by both clocks, as things are learned after they happen; a minute is
 * left for clocks that differ. Rows for which that need not hold are few: an earlier fact about them was learned later, or
 * happened before their creation, or a clock ran far ahead. They have indexes of their own and are candidates as soon as
 * anything about them counts; their events tell what they were.
 */
export function timelineCandidates(
  reads: TenantReads,
  timeline: Timeline,
  request: TimelineRequest,
): PastList<unknown>['candidates'] {
  return async (after, count) => {
    const { sql, parameters } = statement(timeline, request, after, count);
    const rows = await reads.rows<{ id: string; sort_at: Date }>(request.past.tenantId, sql, parameters);
    return rows.map(({ id, sort_at }): Candidate => ({ id, position: [sort_at.toISOString(), id] }));
  };
}

function statement(
  { table, firstAt, unsettled }: Timeline,
  { query, past, narrow, narrowSettled }: TimelineRequest,
  after: CursorPosition | undefined,
  count: number,
): { sql: string; parameters: readonly unknown[] } {
  const where = new Where()
    .and(past.tenantId, (place) => `tenant_id = ${place}`)
    .and(query.connectionId, (place) => `connection_id = ${place}`)
    .and(query.spaceId, (place) => `space_id = ${place}`)
    .and(query.externalId, (place) => `external_id = ${place}`);
  const asOf = `${where.place(past.asOf)}::timestamptz`;
  const knownAt = `${where.place(past.knownAt)}::timestamptz`;
  const [direction, beyond] = query.order === 'asc' ? ['asc', '>'] : ['desc', '<'];
  if (after !== undefined) {
    const [at, id] = after;
    where.always(`(sort_at, id) ${beyond} (${where.place(at)}::timestamptz, ${where.place(id)}::uuid)`);
  }
  narrow?.(where, { asOf, knownAt });

  const { since, until } = spanOf(query);
  const settled = `sort_at <= least(${asOf}, ${knownAt} + interval '1 minute') and sort_learned_at <= ${knownAt}`;
  const settledOnly = [
    ...(since === undefined ? [] : [`sort_at >= ${where.place(since.toISOString())}`]),
    ...(until === undefined ? [] : [`sort_at < ${where.place(until.toISOString())}`]),
    ...(narrowSettled?.(where) ?? []),
  ];
  const inOrder = `order by sort_at ${direction}, id ${direction} limit ${where.place(count)}`;
  const select = (...conditions: readonly string[]): string =>
    `(select id, sort_at from ${table} where ${[where.sql, ...conditions].join(' and ')} ${inOrder})`;
  const ofUnsettled = select(`(${unsettled})`, `${firstAt} <= ${asOf}`, `learned_at <= ${knownAt}`, `not (${settled})`);
  return {
    sql: `select id, sort_at from (${select(settled, ...settledOnly)} union all ${ofUnsettled}) c ${inOrder}`,
    parameters: where.parameters,
  };
}

/** Whether a row stood in the span that is asked for. */
export function isWithin(query: OrderedQuery, row: { readonly sort_at: Date }): boolean {
  const { since, until } = spanOf(query);
  return (since === undefined || row.sort_at >= since) && (until === undefined || row.sort_at < until);
}

function spanOf({ since, until }: OrderedQuery): { since: Date | undefined; until: Date | undefined } {
  return { since: wholeMs(since), until: wholeMs(until) };
}

/** The first whole millisecond, which is what facts have, at or after a time that may be finer. */
function wholeMs(instant: string | undefined): Date | undefined {
  if (instant === undefined) return undefined;
  return new Date(new Date(instant).getTime() + (/\.\d{3}\d*[1-9]/.test(instant) ? 1 : 0));
}
