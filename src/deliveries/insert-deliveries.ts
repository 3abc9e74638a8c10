import { type QueryConfig } from 'pg';
import { advisoryLocks } from '../database/advisory-locks.js';
import { arrayLiteral } from '../database/array-literal.js';

/** One row of the log, as the ack path hands it over. */
export interface NewDelivery {
  readonly id: string;
  readonly tenantId: string;
  readonly connectionId: string;
  readonly platform: string;
  readonly laneId: string;
  /** At most 200 characters that Postgres can store. */
  readonly laneKey: string;
  readonly sourceTimeMs: number;
  readonly receivedAt: Date;
  readonly fingerprint: string;
  readonly scheme: string;
  readonly platformIndex: number | undefined;
  readonly retryCount: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/*
 * One statement per batch, measured as the cheapest form that plain pg offers: all bodies in one binary parameter, cut
 * apart by the server, one array per column, and once per batch what the calls of a connection share.
 *
 * The lock is taken before the first number is drawn and released after the rows are visible, so `seq` is the order of
 * commits: whoever has read up to n can never find a lower number later. As the statement is its own transaction, a
 * client that stalls cannot hold the lock; one that vanishes in the middle of sending it is noticed by keep-alives.
 *
 * A delivery that is there already is skipped: same connection, same time inside the signed body, same bytes.
 */
const insert = (before: { readonly sql: string; readonly rows: string }): string => `
  with ${before.sql} gate as materialized (select pg_advisory_xact_lock(${advisoryLocks.deliveryOrder}) ${before.rows})
  insert into deliveries (seq, id, tenant_id, connection_id, platform, scheme, lane_id, lane_key, source_time,
                          received_at, fingerprint, platform_index, retry_count, headers, size, body)
  select nextval('delivery_seq'), d.id, ($3::text[])[d.source], ($4::uuid[])[d.source], ($5::text[])[d.source],
         ($6::text[])[d.source], d.lane_id, d.lane_key,
         to_timestamp(d.source_ms::float8 / 1000), to_timestamp(d.received_ms::float8 / 1000), d.fingerprint,
         d.platform_index, d.retry_count, d.headers, d.size, substring($1::bytea from d.start for d.size)
  from gate, rows from (
    unnest($2::uuid[], $7::int[], $8::bigint[], $9::text[], $10::bigint[], $11::bigint[], $12::uuid[], $13::bigint[],
           $14::int[], $15::int[], $16::int[]),
    jsonb_array_elements($17::jsonb)
  ) as d(id, source, lane_id, lane_key, source_ms, received_ms, fingerprint, platform_index, retry_count, start, size,
         headers)
  on conflict (connection_id, source_time, fingerprint) do nothing`;

const text = insert({ sql: '', rows: '' });

/** Something that is done in the statement that stores a batch, before the order of deliveries is locked. */
export interface DoneBefore {
  /** Gives one row where the batch shall be stored, and none where it shall not; `place` says where its n-th value stands. */
  readonly sql: (place: (index: number) => string) => string;
  readonly values: readonly unknown[];
}

/** The statement that does both or nothing, and holds the lock for no longer than any other. */
export function insertDeliveriesAfter(batch: readonly NewDelivery[], { sql, values }: DoneBefore): QueryConfig {
  const own: readonly unknown[] = insertDeliveries(batch).values ?? [];
  const before = sql((index) => `$${own.length + 1 + index}`);
  return { text: insert({ sql: `before as (${before}),`, rows: 'from before' }), values: [...own, ...values] };
}

/** The statement that stores a batch; its `rowCount` is the number of deliveries that were new. */
export function insertDeliveries(batch: readonly NewDelivery[]): QueryConfig {
  // What calls of one connection share is sent once; a row says which by its place (from 1).
  const sources: NewDelivery[] = [];
  const places = new Map<string, string>();
  const starts: number[] = [];
  let start = 1;
  for (const row of batch) {
    starts.push(start);
    start += row.body.length;
    const key = row.connectionId + row.scheme;
    if (!places.has(key)) places.set(key, String(sources.push(row)));
  }
  return {
    name: 'append-deliveries',
    text,
    values: [
      batch.length === 1 && batch[0]
        ? batch[0].body
        : Buffer.concat(
            batch.map((row) => row.body),
            start - 1,
          ),
      arrayLiteral(batch, 'plain', (row) => row.id),
      arrayLiteral(sources, 'quoted', (row) => row.tenantId),
      arrayLiteral(sources, 'plain', (row) => row.connectionId),
      arrayLiteral(sources, 'plain', (row) => row.platform),
      arrayLiteral(sources, 'plain', (row) => row.scheme),
      arrayLiteral(batch, 'plain', (row) => places.get(row.connectionId + row.scheme) ?? null),
      arrayLiteral(batch, 'plain', (row) => row.laneId),
      arrayLiteral(batch, 'quoted', (row) => row.laneKey),
      arrayLiteral(batch, 'plain', (row) => String(row.sourceTimeMs)),
      arrayLiteral(batch, 'plain', (row) => String(row.receivedAt.getTime())),
      arrayLiteral(batch, 'plain', (row) => row.fingerprint),
      arrayLiteral(batch, 'plain', (row) => (row.platformIndex === undefined ? null : String(row.platformIndex))),
      arrayLiteral(batch, 'plain', (row) => (row.retryCount === undefined ? null : String(row.retryCount))),
      `{${starts.join(',')}}`,
      arrayLiteral(batch, 'plain', (row) => String(row.body.length)),
      JSON.stringify(batch.map((row) => row.headers)),
    ],
  };
}
