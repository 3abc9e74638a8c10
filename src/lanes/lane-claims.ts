import { rowsOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { storedDeliveryColumns, type StoredDelivery } from '../deliveries/stored-delivery.js';

export interface ClaimLimits {
  readonly lanes: number;
  readonly deliveries: number;
  readonly bytes: number;
}

/** What is to be done for lanes that this transaction holds. */
export interface Claim {
  readonly lanes: readonly { readonly id: string; readonly head: string }[];
  /** In lane order, and in `seq` order within a lane. */
  readonly deliveries: readonly StoredDelivery[];
  /** Whether a limit cut the list: then only lanes with deliveries were looked at, and the last one perhaps in part. */
  readonly cut: boolean;
}

/*
 * A lane is held by a transaction-level advisory lock, so the transaction is lease and fence in one: when its process
 * dies or its connection breaks, Postgres rolls back and releases; when it stalls, Postgres ends the session after
 * idle_in_transaction_session_timeout. Nothing of it can arrive afterwards. The oldest waiting lanes go first.
 */
const lockWaiting = `
  with waiting as materialized (
    select id from lanes where pending_since is not null order by pending_since limit $1 * 4
  )
  select id from waiting where pg_try_advisory_xact_lock(id) limit $1`;

const lockThese = `select id from unnest($1::bigint[]) as id where pg_try_advisory_xact_lock(id)`;

/*
 * A second statement, because only a snapshot taken after the locks shows what their last holders did. Runtime pruning
 * by `pending_from` keeps the partitions of long ago out of it.
 */
const readClaimed = `
  select l.id as "lane", l.head as "head", x.*
  from unnest($1::bigint[]) with ordinality as claimed(id, place)
  join lanes l on l.id = claimed.id
  left join lateral (
    select ${storedDeliveryColumns} from deliveries d
    where d.lane_id = l.id and d.seq > l.position and d.seq <= l.head and d.source_time >= l.pending_from
    order by d.seq limit $2
  ) x on true
  order by claimed.place, x.seq
  limit $2`;

const withinBytes = `
  select * from (
    select q.*, coalesce(sum(size) over (rows unbounded preceding), 0) as running, row_number() over () as place,
           count(*) over ()::int as total
    from (${readClaimed}) q
  ) w where running <= $3 or place = 1`;

type ClaimedRow = StoredDelivery & { readonly lane: string; readonly head: string; readonly total: number };
type EmptyLaneRow = { readonly [K in keyof StoredDelivery]: null } & {
  readonly lane: string;
  readonly head: string;
  readonly total: number;
};

/** Locks waiting lanes that nobody else holds and reads their next deliveries. The locks end with `tx`. */
export async function claimLanes(limits: ClaimLimits, tx: Tx): Promise<Claim> {
  const locked = await rowsOf<{ id: string }>(tx, lockWaiting, [limits.lanes]);
  return readClaim(locked, limits, tx);
}

/** The same for given lanes; those that somebody else holds are left out. */
export async function claimTheseLanes(ids: readonly string[], limits: ClaimLimits, tx: Tx): Promise<Claim> {
  const locked = await rowsOf<{ id: string }>(tx, lockThese, [ids]);
  return readClaim(locked, limits, tx);
}

async function readClaim(locked: readonly { id: string }[], limits: ClaimLimits, tx: Tx): Promise<Claim> {
  if (locked.length === 0) return { lanes: [], deliveries: [], cut: false };
  const ids = locked.map((lane) => lane.id);
  const rows = await rowsOf<ClaimedRow | EmptyLaneRow>(tx, withinBytes, [ids, limits.deliveries, limits.bytes]);
  const deliveries = rows.filter((row): row is ClaimedRow => row.seq !== null);
  const total = rows[0]?.total ?? 0;
  const lanesSeen = new Map(rows.map((row) => [row.lane, row.head]));
  return {
    lanes: [...lanesSeen].map(([id, head]) => ({ id, head })),
    deliveries,
    cut: rows.length < total || total >= limits.deliveries,
  };
}

/** How far a lane has come. */
export interface LaneProgress {
  readonly id: string;
  readonly position: string;
  readonly processed: number;
  /** When the last processed delivery was received; what still waits is younger. */
  readonly lastReceivedAt: Date | null;
}

/** Where each claimed lane stands once its deliveries are done. */
export function progressOf(claim: Claim): LaneProgress[] {
  const byLane = new Map<string, StoredDelivery[]>();
  for (const delivery of claim.deliveries) {
    const list = byLane.get(delivery.laneId);
    if (list === undefined) byLane.set(delivery.laneId, [delivery]);
    else list.push(delivery);
  }
  return claim.lanes.flatMap((lane, index) => {
    const done = byLane.get(lane.id) ?? [];
    const last = done.at(-1);
    const wholeLane = !claim.cut || index < claim.lanes.length - 1;
    if (wholeLane) {
      return [{ id: lane.id, position: lane.head, processed: done.length, lastReceivedAt: last?.receivedAt ?? null }];
    }
    return last === undefined
      ? []
      : [{ id: lane.id, position: last.seq, processed: done.length, lastReceivedAt: last.receivedAt }];
  });
}

const moveLanes = `
  with done as materialized (
    select * from json_to_recordset($1::json)
      as r(id bigint, position bigint, processed integer, "lastReceivedAt" timestamptz)
  ),
  held as materialized (select l.id from lanes l where l.id in (select id from done) order by l.id for update)
  update lanes l set
    position = done.position,
    pending = case when done.position >= l.head then 0 else greatest(l.pending - done.processed, 1) end,
    pending_since = case when done.position >= l.head then null
                         else coalesce(done."lastReceivedAt", l.pending_since) end,
    pending_from = case when done.position >= l.head then null else l.pending_from end
  from done, held where held.id = l.id and done.id = l.id`;

/** Moves lanes to where their work has come, in the order of their ids like the dispatcher does. */
export async function moveLanesOn(progress: readonly LaneProgress[], tx: Tx): Promise<void> {
  if (progress.length > 0) await tx.query(moveLanes, [JSON.stringify(progress)]);
}
