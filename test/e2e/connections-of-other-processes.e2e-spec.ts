import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver } from '../setup/watson.js';

describe('a connection that another process has made', () => {
  let database: TestDatabase;
  let here: TestService;
  let there: TestService;

  beforeAll(async () => {
    database = await createTestDatabase();
    const keys = { LIAISON_MASTER_KEYS: '1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' };
    here = await startTestService(database.url, { ...keys, LIAISON_ROLE: 'api' });
    there = await startTestService(database.url, { ...keys, LIAISON_ROLE: 'api' });
    await Promise.all([here.ready, there.ready]);
  });
  afterAll(async () => {
    await Promise.all([here.stop(), there.stop()]);
    await database.drop();
  });

  const statuses = (url: string, secret: string, calls: number): Promise<number[]> =>
    Promise.all(
      Array.from({ length: calls }, async (_, n) => (await deliver(url, { type: 'x', n }, { secret })).status),
    );

  it('is known here within a few seconds', async () => {
    const { id } = await connectWatson(here, { secrets: ['first'] });
    await eventually(
      () => statuses(`${there.url}/webhooks/watson-work/${id}`, 'first', 1),
      (list) => list[0] === 200,
      5_000,
    );
  });

  it('takes in changes within a few seconds', async () => {
    const { id } = await connectWatson(here, { secrets: ['before'] });
    const url = `${there.url}/webhooks/watson-work/${id}`;
    const becomes = (secret: string, status: number): Promise<number[]> =>
      eventually(
        () => statuses(url, secret, 1),
        (list) => list[0] === status,
        5_000,
      );
    await becomes('before', 200);
    await here.call('PATCH', `/v1/connections/${id}`, { body: { secrets: { webhookSecrets: ['after'] } } });
    await becomes('before', 401);
    await becomes('after', 200);
    await here.call('DELETE', `/v1/connections/${id}`);
    await becomes('after', 401);
  });

  it('lets in a burst of genuine calls that begins at once', async () => {
    // More than a second of quiet, so that the first of them may ask the database.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const { id } = await connectWatson(here, { secrets: ['burst'] });
    const list = await statuses(`${there.url}/webhooks/watson-work/${id}`, 'burst', 20);
    expect(list).toEqual(list.map(() => 200));
  });

  it('costs at most one look-up a second however many unknown ids are called', async () => {
    const lookUps = async (): Promise<number> => {
      const [row] = await database.query<{ calls: string }>(
        `select idx_scan + seq_scan as calls from pg_stat_user_tables where relname = 'connections'`,
      );
      return Number(row?.calls);
    };
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const before = await lookUps();
    const started = performance.now();
    for (let round = 0; round < 10; round++) {
      await Promise.all(
        Array.from({ length: 50 }, () => deliver(`${there.url}/webhooks/watson-work/${randomUUID()}`, {})),
      );
    }
    const seconds = (performance.now() - started) / 1_000;
    // Statistics are reported up to a second late; both services also poll every two seconds.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await lookUps()) - before).toBeLessThanOrEqual(Math.ceil(seconds) * 2 + 6);
  });
});
