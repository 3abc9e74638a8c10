import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { FaultProxy } from '../setup/fault-proxy.js';
import { startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';

const calls = 5_000;

describe('a flood of calls with bad signatures', () => {
  let database: TestDatabase;
  let proxy: FaultProxy;
  let service: TestService;
  let connection: WatsonConnection;
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const body = Buffer.from('{"type":"message-created","spaceId":"s","messageId":"m","time":1519758289517}');

  const post = (token: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { 'x-outbound-token': token, 'content-length': body.length };
      const call = request(connection.webhookUrl, { method: 'POST', headers, agent }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      });
      call.on('error', reject);
      call.end(body);
    });
  const flood = async (): Promise<{ statuses: Map<number, number>; seconds: number }> => {
    const statuses = new Map<number, number>();
    const started = performance.now();
    let next = 0;
    const sender = async (): Promise<void> => {
      while (next < calls) {
        const status = await post((next++).toString(16).padStart(64, '0'));
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 32 }, sender));
    return { statuses, seconds: (performance.now() - started) / 1_000 };
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = new FaultProxy(new URL(database.url));
    // Only receiving, so that no worker asks the database for work meanwhile.
    service = await startTestService(await proxy.start(), { LIAISON_ROLE: 'api' });
    await service.ready;
    connection = await connectWatson(service);
  });
  afterAll(async () => {
    agent.destroy();
    await service.stop();
    await proxy.stop();
    await database.drop();
  });

  it('is refused call by call and asks the database nothing', async () => {
    // What the service asks by itself while nobody calls, in bytes a second.
    const idleFrom = proxy.sent;
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const idlePerSecond = (proxy.sent - idleFrom) / 4;
    const before = proxy.sent;
    const { statuses, seconds } = await flood();
    expect(Object.fromEntries(statuses)).toEqual({ 401: calls });
    // One query for each hundredth call would already be far more than this.
    expect(proxy.sent - before).toBeLessThan(idlePerSecond * (seconds + 4) + 2_000);
  }, 60_000);

  it('leaves genuine calls through while it lasts', async () => {
    const running = flood();
    const times: number[] = [];
    for (let n = 0; n < 20; n++) {
      const started = performance.now();
      expect((await deliver(connection.webhookUrl, { type: 'message-created', n })).status).toBe(200);
      times.push(performance.now() - started);
    }
    await running;
    expect(Math.max(...times)).toBeLessThan(2_000);
  }, 60_000);

  it('fills neither the log nor the tables', async () => {
    const lines = service.logs.length;
    const [before] = await database.query<{ count: number }>('select count(*)::int as count from deliveries');
    await flood();
    const [after] = await database.query<{ count: number }>('select count(*)::int as count from deliveries');
    expect(after).toEqual(before);
    // At the level debug each refusal may be one line, at the default level none is written.
    const written = service.logs.slice(lines).filter((line) => !line.includes('"level":"debug"'));
    expect(written).toEqual([]);
  }, 60_000);
});
