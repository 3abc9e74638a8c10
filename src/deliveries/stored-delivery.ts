import { markVerified, queryHeader, type VerifiedDelivery } from './delivery.js';

/** The columns of `deliveries` that translation needs, under the names of `StoredDelivery`. */
export const storedDeliveryColumns = `
  d.seq, d.id, d.lane_id as "laneId", d.tenant_id as "tenantId", d.connection_id as "connectionId", d.platform,
  d.received_at as "receivedAt", d.source_time as "sourceTime", d.scheme, d.headers, d.body, d.size`;

/** A row of the log. `seq` and `laneId` are bigints, as text. */
export interface StoredDelivery {
  readonly seq: string;
  readonly id: string;
  readonly laneId: string;
  readonly tenantId: string;
  readonly connectionId: string;
  readonly platform: string;
  readonly receivedAt: Date;
  readonly sourceTime: Date;
  readonly scheme: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly size: number;
}

/** The delivery as it was verified: the log holds nothing else. */
export function toVerified(row: StoredDelivery): VerifiedDelivery {
  const raw = {
    body: row.body,
    headers: row.headers,
    query: row.headers[queryHeader] ?? '',
    receivedAt: row.receivedAt,
  };
  return markVerified(raw, row.scheme);
}
