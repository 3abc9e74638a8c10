import { storableText } from '../common/json/storable.js';
import { type Tx } from '../database/transaction.js';
import { type StoredDelivery } from '../deliveries/stored-delivery.js';

/** A delivery that brought no facts, and why: a dead letter, or an event type that we have no word for yet. */
export interface ParkedDelivery {
  readonly delivery: Omit<StoredDelivery, 'body' | 'headers'>;
  readonly kind: 'dead-letter' | 'unrecognized';
  readonly reason: string;
  readonly detail: string;
}

const insert = `
  insert into parked_deliveries (delivery_seq, lane_id, source_time, received_at, delivery_id, connection_id, tenant_id,
                                 kind, reason, detail)
  select seq, "laneId", "sourceTime", "receivedAt", id, "connectionId", "tenantId", kind, reason, detail
  from json_to_recordset($1::json) as r(
    seq bigint, "laneId" bigint, "sourceTime" timestamptz, "receivedAt" timestamptz, id uuid, "connectionId" uuid,
    "tenantId" text, kind text, reason text, detail text)
  on conflict on constraint parked_deliveries_pkey do update set
    kind = excluded.kind, reason = excluded.reason, detail = excluded.detail, parked_at = now(), resolved_at = null`;

/** Parks deliveries, visible under /v1/deliveries and replayable; their lanes go on. */
export async function parkDeliveries(parked: readonly ParkedDelivery[], tx: Tx): Promise<void> {
  if (parked.length === 0) return;
  const rows = parked.map(({ delivery, kind, reason, detail }) => ({
    seq: delivery.seq,
    laneId: delivery.laneId,
    sourceTime: delivery.sourceTime,
    receivedAt: delivery.receivedAt,
    id: delivery.id,
    connectionId: delivery.connectionId,
    tenantId: delivery.tenantId,
    kind,
    reason,
    detail: storableText(detail).slice(0, 500),
  }));
  await tx.query(insert, [JSON.stringify(rows)]);
}

/** A replay has brought the facts of a parked delivery. */
export async function unparkDelivery(delivery: { connectionId: string; seq: string }, tx: Tx): Promise<void> {
  await tx.query(
    `update parked_deliveries set resolved_at = now()
     where connection_id = $1 and delivery_seq = $2 and resolved_at is null`,
    [delivery.connectionId, delivery.seq],
  );
}
