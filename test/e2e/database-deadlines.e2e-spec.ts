import { type Pool } from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACK_POOL } from '../../src/database/ack-pool.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';

describe('the deadlines of database sessions', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;

  const names = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'] as const;
  const sql = `select name, setting::int as ms from pg_settings where name = any($1)`;
  const asObject = (rows: readonly { name: string; ms: number }[]): Record<string, number> =>
    Object.fromEntries(rows.map((row) => [row.name, row.ms]));
  const locked = async (table: string, during: () => Promise<void>): Promise<void> => {
    await database.query('begin');
    try {
      await database.query(`lock table ${table} in access exclusive mode`);
      await during();
    } finally {
      await database.query('rollback');
    }
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    connection = await connectWatson(service);
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('are all set for what receives deliveries, within the three seconds of a platform', async () => {
    const { rows } = await service.app.get<Pool>(ACK_POOL).query<{ name: string; ms: number }>(sql, [names]);
    const set = asObject(rows);
    expect(Object.keys(set).sort()).toEqual([...names].sort());
    for (const ms of Object.values(set)) expect(ms).toBeGreaterThan(0);
    expect(set['statement_timeout']).toBeLessThan(3_000);
    expect(set['lock_timeout']).toBeLessThan(3_000);
  });

  it('are all set for everything else', async () => {
    const rows: { name: string; ms: number }[] = await service.app.get(DataSource).query(sql, [names]);
    const set = asObject(rows);
    for (const name of names) expect(set[name]).toBeGreaterThan(0);
    for (const name of names) expect(set[name]).toBeLessThanOrEqual(60_000);
  });

  it('leave no session of the running service without its name', async () => {
    const rows = await database.query<{ name: string; count: number }>(
      `select application_name as name, count(*)::int as count from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
       group by application_name`,
    );
    expect(rows.map((row) => row.name).filter((name) => !/^liaison (main|ack|read)$/.test(name))).toEqual([]);
  });

  it('end the wait for a locked log in time, and the delivery can be sent again', async () => {
    const body = { type: 'message-created', spaceId: 's', messageId: 'behind a lock', time: 1519758289517 };
    await locked('deliveries', async () => {
      const started = performance.now();
      expect((await deliver(connection.webhookUrl, body)).status).toBe(503);
      expect(performance.now() - started).toBeLessThan(3_000);
    });
    await eventually(
      async () => (await deliver(connection.webhookUrl, body)).status,
      (status) => status === 200,
    );
    const rows = await database.query(
      `select 1 from deliveries where position('behind a lock' in encode(body, 'escape')) > 0`,
    );
    expect(rows).toHaveLength(1);
  });

  it('keep a locked projection away from receiving', async () => {
    await locked('messages', async () => {
      for (let n = 0; n < 5; n++) {
        const started = performance.now();
        expect((await deliver(connection.webhookUrl, { type: 'message-created', n })).status).toBe(200);
        expect(performance.now() - started).toBeLessThan(1_000);
      }
    });
  });

  it('answer a read that waits for a lock with 503 before the caller gives up', async () => {
    await locked('messages', async () => {
      const started = performance.now();
      const answer = await service.call('GET', '/v1/messages');
      expect(answer.status).toBe(503);
      expect(performance.now() - started).toBeLessThan(20_000);
    });
  });

  it('let a session that is killed be replaced without a 5xx to readers afterwards', async () => {
    for (let round = 0; round < 5; round++) {
      await database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name like 'liaison%'`,
      );
      await eventually(
        async () => (await deliver(connection.webhookUrl, { type: 'message-created', round, killed: true })).status,
        (status) => status === 200,
        5_000,
      );
      await eventually(
        async () => (await service.call('GET', '/v1/messages')).status,
        (status) => status === 200,
        5_000,
      );
    }
  });
});
