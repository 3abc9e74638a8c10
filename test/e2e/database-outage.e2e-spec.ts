import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { FaultProxy, type Fault } from '../setup/fault-proxy.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type Sent, type WatsonConnection } from '../setup/watson.js';

describe('while the database cannot be used', () => {
  let database: TestDatabase;
  let proxy: FaultProxy;
  let service: TestService;
  let connection: WatsonConnection;
  let sent = 0;

  const send = (url = connection.webhookUrl): Promise<Sent> =>
    deliver(url, { type: 'message-created', spaceId: 's', messageId: `m${++sent}`, time: 1519758289517 + sent });
  const timed = async <T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> => {
    const started = performance.now();
    return { value: await work(), ms: performance.now() - started };
  };
  const readiness = async (): Promise<number> => (await fetch(`${service.url}/health/ready`)).status;
  const recovered = async (): Promise<void> => {
    proxy.latencyMs = 0;
    await proxy.become('pass');
    await eventually(readiness, (status) => status === 200, 15_000);
    await eventually(
      async () => (await send()).status,
      (status) => status === 200,
      10_000,
    );
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = new FaultProxy(new URL(database.url));
    service = await startTestService(await proxy.start());
    await service.ready;
    connection = await connectWatson(service);
    expect((await send()).status).toBe(200);
  });
  afterEach(recovered);
  afterAll(async () => {
    await service.stop();
    await proxy.stop();
    await database.drop();
  });

  const faults: readonly Fault[] = ['refuse', 'reset', 'hang'];

  it.each(faults)('deliveries get 503 with Retry-After within three seconds (%s)', async (fault) => {
    await proxy.become(fault);
    const answers = await Promise.all(Array.from({ length: 20 }, () => timed(() => send())));
    for (const { value, ms } of answers) {
      expect(value.status).toBe(503);
      expect(value.headers.get('content-type')).toBe('application/problem+json');
      expect(Number(value.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(JSON.parse(value.text)).toMatchObject({ type: 'urn:liaison:problem:storage-unavailable', status: 503 });
      expect(ms).toBeLessThan(3_000);
    }
  });

  it.each(faults)('every later delivery is answered in time as well, not only the first (%s)', async (fault) => {
    await proxy.become(fault);
    const slowest: number[] = [];
    for (let round = 0; round < 4; round++) {
      const { value, ms } = await timed(() => send());
      expect(value.status).toBe(503);
      slowest.push(ms);
    }
    expect(Math.max(...slowest)).toBeLessThan(3_000);
  });

  it.each(faults)('the process is alive but not ready (%s)', async (fault) => {
    await proxy.become(fault);
    const live = await timed(() => fetch(`${service.url}/health/live`));
    expect(live.value.status).toBe(200);
    expect(live.ms).toBeLessThan(500);
    const ready = await timed(readiness);
    expect(ready.value).toBe(503);
    expect(ready.ms).toBeLessThan(3_000);
  });

  it.each(faults)('a wrong signature is refused at once (%s)', async (fault) => {
    await proxy.become(fault);
    const { value, ms } = await timed(() => deliver(connection.webhookUrl, {}, { secret: 'wrong' }));
    expect(value.status).toBe(401);
    expect(ms).toBeLessThan(1_000);
  });

  it.each(faults)('an unknown connection is refused within three seconds like any bad call (%s)', async (fault) => {
    // Sessions that were idle when the database went away are the ones that never answer.
    await Promise.all(Array.from({ length: 20 }, () => service.get('/v1/messages')));
    await proxy.become(fault);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const url = `${service.url}/webhooks/watson-work/${randomUUID()}`;
    const answers = await Promise.all(Array.from({ length: 5 }, () => timed(() => send(url))));
    expect(answers.map((one) => one.value.status)).toEqual(answers.map(() => 401));
    expect(Math.max(...answers.map((one) => one.ms))).toBeLessThan(3_000);
  });

  it.each(faults)('the challenge is still answered (%s)', async (fault) => {
    await proxy.become(fault);
    const answer = await deliver(connection.webhookUrl, { type: 'verification', challenge: 'c' });
    expect(answer.text).toBe('{"response":"c"}');
  });

  it.each(['refuse', 'reset'] as const)('the REST API says 503, not that the fault is ours (%s)', async (fault) => {
    await proxy.become(fault);
    for (const path of ['/v1/messages', '/v1/spaces', '/v1/events', '/v1/deliveries', '/v1/connections']) {
      const answer = await service.call<{ status: number }>('GET', path);
      expect([path, answer.status]).toEqual([path, 503]);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    }
  });

  it('a slow database is no outage', async () => {
    proxy.latencyMs = 150;
    const { value, ms } = await timed(() => send());
    expect(value.status).toBe(200);
    expect(ms).toBeGreaterThanOrEqual(250);
    expect(await readiness()).toBe(200);
  });

  it('a database that answers later than the deadline is one', async () => {
    proxy.latencyMs = 4_000;
    const { value, ms } = await timed(() => send());
    expect(value.status).toBe(503);
    expect(ms).toBeLessThan(3_000);
  });

  it('no 2xx is given for a delivery that is not there afterwards', async () => {
    const acknowledged = new Set<string>();
    const faultsInTurn: readonly Fault[] = ['reset', 'pass', 'refuse', 'pass', 'hang', 'pass', 'reset', 'pass'];
    let running = true;
    let next = 0;
    const sender = async (): Promise<void> => {
      while (running) {
        const messageId = `outage ${next++}`;
        const body = { type: 'message-created', spaceId: `lane ${next % 5}`, messageId, time: 1519758289517 + next };
        if ((await deliver(connection.webhookUrl, body)).status === 200) acknowledged.add(messageId);
      }
    };
    const load = Promise.all(Array.from({ length: 6 }, sender));
    for (const fault of faultsInTurn) {
      await proxy.become(fault);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    running = false;
    await load;
    const rows = await database.query<{ id: string }>(
      `select convert_from(body, 'UTF8')::json ->> 'messageId' as id from deliveries`,
    );
    const stored = new Set(rows.map((row) => row.id));
    expect(acknowledged.size).toBeGreaterThan(20);
    expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
    await recovered();
    const waiting = async (): Promise<number> =>
      (await service.get<{ items: object[] }>('/v1/deliveries?status=waiting')).items.length;
    await eventually(waiting, (count) => count === 0, 20_000);
  }, 60_000);
});
