import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqlStateOf } from '../../src/common/errors/sql-state.js';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { fingerprint } from '../../src/common/security/fingerprint.js';
import { createDataSource } from '../../src/database/data-source.js';
import { dropMonthsBefore, ensurePartitions, monthAround } from '../../src/database/partitions.js';
import { noSourceTimeMs } from '../../src/deliveries/delivery-log.js';
import { insertDeliveries } from '../../src/deliveries/insert-deliveries.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';

const connectionId = uuidV7();
const changeRefused = 'rows of .* are append-only';

let database: TestDatabase;
let dataSource: DataSource;
let writer: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource(database.url, { poolSize: 4 }).initialize();
  writer = new Client({ connectionString: database.url });
  await writer.connect();
});
afterAll(async () => {
  await dataSource.destroy();
  await writer.end();
  await database.drop();
});

/** Stores a delivery; answers whether it was new. */
async function store(sourceTimeMs: number, content: string, receivedAt = new Date()): Promise<boolean> {
  const body = Buffer.from(content);
  const result = await writer.query(
    insertDeliveries([
      {
        id: uuidV7(),
        tenantId: 'default',
        connectionId,
        platform: 'watson-work',
        laneId: '1',
        laneKey: 'space',
        sourceTimeMs,
        receivedAt,
        fingerprint: fingerprint(body),
        scheme: 'hmac-sha256',
        platformIndex: undefined,
        retryCount: undefined,
        headers: {},
        body,
      },
    ]),
  );
  return result.rowCount === 1;
}

/** Adds an event that was learned then, past the event log. */
async function storeEvent(learnedAt: Date): Promise<void> {
  await database.query(
    `insert into events (seq, delivery_seq, occurred_at, learned_at, ordinal, id, connection_id, delivery_id,
       subject_id, tenant_id, platform, type, data)
     values (nextval('event_seq'), nextval('delivery_seq'), $1, $1, 0, $2, $2, $2, $2, 'default', 'w', 'x', '{}')`,
    [learnedAt, uuidV7()],
  );
}

async function partitionsOf(table: string): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass order by 1`,
    [table],
  );
  return rows.map((row) => row.name);
}

async function homeOf(content: string): Promise<string[]> {
  const rows = await database.query<{ home: string }>(
    `select tableoid::regclass::text as home from deliveries where convert_from(body, 'UTF8') = $1`,
    [content],
  );
  return rows.map((row) => row.home);
}

describe('ensurePartitions', () => {
  it('makes the months from the last one until three ahead, and the same again when they are there', async () => {
    const turnOfTheYear = new Date('2030-12-31T23:59:59.999Z');
    const labels = ['2030_11', '2030_12', '2031_01', '2031_02', '2031_03'];
    await ensurePartitions(dataSource, turnOfTheYear);
    await ensurePartitions(dataSource, turnOfTheYear);
    for (const table of ['deliveries', 'events', 'audit_log']) {
      expect(await partitionsOf(table)).toEqual([...labels.map((label) => `${table}_${label}`), `${table}_default`]);
    }
  });

  it('works from several processes at once', async () => {
    const now = new Date('2032-06-15T00:00:00Z');
    await Promise.all([0, 1, 2, 3].map(() => ensurePartitions(dataSource, now)));
    expect(await partitionsOf('deliveries')).toEqual(
      expect.arrayContaining(['2032_05', '2032_06', '2032_07', '2032_08', '2032_09'].map((m) => `deliveries_${m}`)),
    );
  });

  it('moves the rows of a month out of the default partition, with their numbers', async () => {
    const at = Date.UTC(2034, 0, 31, 23, 59, 59, 999);
    await store(at, 'moves');
    await storeEvent(new Date(at));
    const [before] = await database.query(`select seq from deliveries where source_time = $1`, [new Date(at)]);
    expect(await homeOf('moves')).toEqual(['deliveries_default']);
    await ensurePartitions(dataSource, new Date(at));
    expect(await homeOf('moves')).toEqual(['deliveries_2034_01']);
    expect(await database.query(`select seq from deliveries_2034_01`)).toEqual([before]);
    expect(await database.query(`select learned_at as at from events_2034_01`)).toEqual([{ at: new Date(at) }]);
    expect(await store(at, 'moves')).toBe(false);
  });

  it('makes a month while a delivery of that month is being stored', async () => {
    const at = Date.UTC(2036, 4, 5);
    await writer.query('begin');
    await store(at, 'in the way');
    // The month before this one is the first that is made.
    const making = ensurePartitions(dataSource, new Date(Date.UTC(2036, 5, 5)));
    making.catch(() => undefined);
    await delay(300);
    await writer.query('commit');
    await making;
    expect(await homeOf('in the way')).toEqual(['deliveries_2036_05']);
  });

  it('reckons months in UTC', () => {
    expect(monthAround(new Date('2024-01-31T23:30:00-02:00'), -1)).toEqual({
      label: '2024_01',
      from: '2024-01-01T00:00:00.000Z',
      until: '2024-02-01T00:00:00.000Z',
    });
  });
});

describe('dropMonthsBefore', () => {
  it('drops the months of the audit log that are over by then, with their rows, and no other', async () => {
    await ensurePartitions(dataSource, new Date('2040-06-15T00:00:00Z'));
    for (const at of ['2040-05-31T23:59:59.999Z', '2040-06-01T00:00:00Z', '1999-01-01T00:00:00Z']) {
      await database.query(
        `insert into audit_log (at, id, request_id, tenant_id, subject, act, outcome, targets, parameters)
         values ($1, $2, $2, 'default', 's', 'a.b', 'done', '{}', '{}')`,
        [at, uuidV7()],
      );
    }
    const dropped = await dropMonthsBefore(dataSource, 'audit_log', new Date('2040-06-30T23:59:59Z'));
    expect(dropped.at(-1)).toBe('audit_log_2040_05');
    expect(await partitionsOf('audit_log')).toEqual(
      expect.arrayContaining(['audit_log_2040_06', 'audit_log_2040_07', 'audit_log_default']),
    );
    const left = await database.query<{ at: Date }>(`select at from audit_log order by at`);
    expect(left.map(({ at }) => at.toISOString())).toEqual(['1999-01-01T00:00:00.000Z', '2040-06-01T00:00:00.000Z']);
    expect(await dropMonthsBefore(dataSource, 'audit_log', new Date('2040-06-30T23:59:59Z'))).toEqual([]);
  });
});

describe('the log of deliveries', () => {
  it('takes a delivery without a time or with an absurd one, once', async () => {
    for (const [time, content] of [
      [noSourceTimeMs, 'no time'],
      [Date.UTC(2099, 11, 31), 'far ahead'],
    ] as const) {
      expect(await store(time, content)).toBe(true);
      expect(await store(time, content)).toBe(false);
      expect(await homeOf(content)).toEqual(['deliveries_default']);
    }
  });

  it('knows a retry that comes in the next month', async () => {
    const at = Date.UTC(2030, 11, 31, 23, 59, 59);
    expect(await store(at, 'late retry', new Date(at))).toBe(true);
    expect(await store(at, 'late retry', new Date(at + 86_400_000))).toBe(false);
    expect(await homeOf('late retry')).toEqual(['deliveries_2030_12']);
  });

  it('keeps equal bodies of two times and two bodies of one time', async () => {
    const at = Date.UTC(2030, 11, 5);
    expect([await store(at, 'a'), await store(at, 'b'), await store(at + 1, 'a')]).toEqual([true, true, true]);
  });

  it('stores each millisecond exactly, so that a look-up by time finds it', async () => {
    const [row] = await database.query<{ wrong: number }>(
      `select count(*)::int as wrong from (
         select (946684800000 + random() * 3155760000000)::bigint as ms from generate_series(1, 200000)) times
       where extract(epoch from to_timestamp(ms::float8 / 1000)) * 1000 <> ms`,
    );
    expect(row).toEqual({ wrong: 0 });
  });
});

describe('rows of the logs', () => {
  it('cannot be changed or removed, in whichever partition they are', async () => {
    for (const time of [Date.UTC(2030, 11, 7), noSourceTimeMs, Date.UTC(2034, 0, 7)]) {
      await store(time, `kept ${time}`);
      await storeEvent(new Date(time));
    }
    const tables = [...(await partitionsOf('deliveries')), ...(await partitionsOf('events')), 'deliveries', 'events'];
    let refused = 0;
    for (const table of tables) {
      const [row] = await database.query<{ filled: boolean }>(`select exists (select from ${table}) as filled`);
      if (row?.filled !== true) continue;
      for (const change of [`update ${table} set platform = 'other'`, `delete from ${table}`]) {
        const error: unknown = await database.query(change).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error).toMatchObject({ message: expect.stringMatching(changeRefused) as string });
        expect(sqlStateOf(error)).toBe('23001');
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThanOrEqual(12);
  });

  it('cannot be truncated away', async () => {
    for (const table of ['deliveries', 'events']) {
      await expect(database.query(`truncate ${table}`)).rejects.toThrow(new RegExp(changeRefused));
    }
  });
});
