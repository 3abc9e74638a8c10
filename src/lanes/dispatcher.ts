import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { firstRowOf } from '../database/rows.js';

/** How many deliveries one statement takes in. */
const dispatchBatch = 2_000;

/*
 * The log is read in the order of `seq`, which is the order of commits, so one position says exactly what has been seen.
 * Whoever holds the cursor's row moves it; others skip. Lanes are locked in the order of their ids, like the workers do.
 */
const dispatch = `
  with cursor as materialized (select position from dispatch_cursor for update skip locked),
  batch as materialized (
    select d.seq, d.lane_id, d.connection_id, d.tenant_id, d.lane_key, d.received_at, d.source_time
    from deliveries d where d.seq > (select position from cursor) order by d.seq limit ${dispatchBatch}
  ),
  moved_lanes as (
    insert into lanes (id, head, pending, pending_since, pending_from, connection_id, tenant_id, key)
    select lane_id, max(seq), count(*), min(received_at), min(source_time),
           (array_agg(connection_id))[1], min(tenant_id), min(lane_key)
    from batch group by lane_id order by lane_id
    on conflict (id) do update set
      head = excluded.head,
      pending = lanes.pending + excluded.pending,
      pending_since = coalesce(lanes.pending_since, excluded.pending_since),
      pending_from = least(lanes.pending_from, excluded.pending_from)
  ),
  moved_cursor as (
    update dispatch_cursor set position = (select max(seq) from batch) where exists (select 1 from batch)
  )
  select count(*)::int as count from batch`;

/** Tells lanes what has arrived for them. It only reads the log, so receiving never waits for it. */
@Injectable()
export class Dispatcher {
  constructor(private readonly dataSource: DataSource) {}

  /** Takes in the next deliveries; answers how many. Any number of processes may call this at the same time. */
  async dispatch(): Promise<number> {
    return (await firstRowOf<{ count: number }>(this.dataSource, dispatch))?.count ?? 0;
  }
}
