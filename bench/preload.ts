import { randomBytes } from 'node:crypto';
import { type Client } from 'pg';
import { DataSource } from 'typeorm';
import { laneId } from '../src/common/security/fingerprint.js';
import { migrate } from '../src/database/migrate.js';
import { ensurePartitions, monthAround } from '../src/database/partitions.js';
import { withClient } from './database-server.js';
import { benchSpaces } from './tenants.js';

const monthsBack = 12;
const rowsPerStatement = 100_000;

/*
 * One row per number, in the order in which a year of traffic would have come in: the source time rises with seq, spaces
 * take turns, no two rows have the same key, and a body is a piece of random bytes of 476 to 846 bytes, which does not
 * compress.
 */
const insertRows = `
  insert into deliveries (seq, lane_id, received_at, source_time, id, connection_id, fingerprint, platform_index,
                          retry_count, size, tenant_id, platform, lane_key, scheme, headers, body)
  select n, space.lane_id, at + interval '50 ms', at,
         (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5('i' || n), 1, 19))::uuid,
         space.connection_id, md5(n::text)::uuid, n, 0, 476 + n * 7919 % 371, 'default', 'watson-work', space.lane_key,
         'hmac-sha256',
         jsonb_build_object('content-type', 'application/json;charset=UTF-8', 'x-outbound-index', n::text,
                            'x-outbound-token', md5('a' || n) || md5('b' || n), 'x-outbound-retry-count', '0'),
         substring($5::bytea from (n * 104729 % 60000)::int + 1 for (476 + n * 7919 % 371)::int)
  from generate_series($1::bigint, $2::bigint) as n
  cross join lateral (select $3::timestamptz + n * $4::float8 * interval '1 ms' as at) as moment
  join unnest($6::uuid[], $7::bigint[], $8::text[]) with ordinality as space(connection_id, lane_id, lane_key, place)
    on space.place = 1 + n * 7919 % cardinality($6::uuid[])`;

/**
 * Migrates an empty database as the service does and fills its log with `rows` deliveries of the last twelve months,
 * each month in its own partition, with all indexes in place. Everything counts as translated.
 */
export async function preload(url: string, rows: number, report: (line: string) => void): Promise<void> {
  await migrate(url);
  const dataSource = await new DataSource({ type: 'postgres', url }).initialize();
  const now = new Date();
  try {
    await ensurePartitions(dataSource, now);
  } finally {
    await dataSource.destroy();
  }
  await withClient(url, async (client) => {
    await makeEarlierPartitions(client, now);
    await insertAll(client, rows, now, report);
    await client.query(`select setval('delivery_seq', $1)`, [rows]);
    await client.query(`update dispatch_cursor set position = $1`, [rows]);
    // Done here, because the server would otherwise do it by itself in the middle of a measurement.
    await client.query(`vacuum (analyze) deliveries`);
  });
}

/** A log that is a year old has a year of partitions; the service itself only looks one month back. */
async function makeEarlierPartitions(client: Client, now: Date): Promise<void> {
  for (let offset = -monthsBack; offset < -1; offset++) {
    const month = monthAround(now, offset);
    await client.query(
      `create table deliveries_${month.label} partition of deliveries
       for values from ('${month.from}') to ('${month.until}')`,
    );
  }
}

async function insertAll(client: Client, rows: number, now: Date, report: (line: string) => void): Promise<void> {
  const firstTime = new Date(monthAround(now, -monthsBack).from);
  // Until an hour ago: what is measured is younger.
  const stepMs = (now.getTime() - 3_600_000 - firstTime.getTime()) / rows;
  const randomness = randomBytes(65_536);
  const connectionIds = benchSpaces.map((space) => space.connectionId);
  const laneIds = benchSpaces.map((space) => laneId(space.connectionId, space.externalId));
  const laneKeys = benchSpaces.map((space) => space.externalId);
  for (let from = 1; from <= rows; from += rowsPerStatement) {
    const until = Math.min(from + rowsPerStatement - 1, rows);
    await client.query(insertRows, [from, until, firstTime, stepMs, randomness, connectionIds, laneIds, laneKeys]);
    if (until % 1_000_000 === 0) report(`  preloaded ${until.toLocaleString('en')} deliveries`);
  }
}
