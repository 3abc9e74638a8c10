import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { startScene, type WebexScene } from '../../simulators/webex/webex-scene.js';
import { SimulatorClock } from '../../simulators/common/clock.js';
import { CuttingProxy } from '../setup/cutting-proxy.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { serveProcess, type ServedProcess } from '../setup/process.js';
import { adminKey, eventually } from '../setup/service.js';
import { webexSecret } from '../setup/webex.js';

describe('posts whose process is killed between the call and the answer', () => {
  let database: TestDatabase;
  let scene: WebexScene;
  let proxy: CuttingProxy;

  beforeEach(async () => {
    database = await createTestDatabase();
    scene = await startScene({ clock: new SimulatorClock() });
    proxy = await CuttingProxy.start(scene.webex.url);
  });
  afterEach(async () => {
    await proxy.stop();
    await scene.end();
    await database.drop();
  });

  const masterKeys = generateMasterKey();
  const start = (): Promise<ServedProcess> =>
    serveProcess({
      DATABASE_URL: database.url,
      LIAISON_BOOTSTRAP_KEY: adminKey,
      LIAISON_MASTER_KEYS: masterKeys,
      LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'true',
      LIAISON_OUTBOUND_ALLOW: new URL(proxy.url).host,
      LIAISON_LOG_LEVEL: 'info',
    });
  const call = async <Body>(service: ServedProcess, method: string, path: string, body?: object): Promise<Body> => {
    const answer = await fetch(`${service.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${adminKey}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // What the test expects; its assertions check it.
    return (await answer.json()) as Body;
  };

  it('are each there once after another process has taken over', async () => {
    const first = await start();
    const connection = await call<{ id: string; webhookUrl: string }>(first, 'POST', '/v1/connections', {
      platform: 'webex',
      name: 'Webex',
      settings: { apiUrl: `${proxy.url}/v1`, kind: 'integration', webhooks: [] },
      secrets: { accessToken: scene.token(scene.ann), webhookSecrets: [webexSecret] },
    });
    scene.webhook(scene.ann, { targetUrl: connection.webhookUrl, secret: webexSecret });
    const rooms = Array.from({ length: 8 }, (_, index) =>
      scene.webex.createRoom({ title: `room ${index}`, creator: scene.ann, members: [scene.bob] }),
    );
    await scene.webex.settled();
    const spaces = await eventually(
      () => call<{ items: { id: string; externalId: string }[] }>(first, 'GET', '/v1/spaces'),
      ({ items }) => items.length === rooms.length,
    );
    // Half of the calls reach the platform and are never answered, the other half are swallowed on the way.
    let calls = 0;
    const forEver = new Promise(() => undefined);
    proxy.decide = ({ method, path }) => {
      if (method !== 'POST' || !path.endsWith('/messages')) return 'pass';
      calls += 1;
      return calls % 2 === 0 ? { until: forEver } : { before: forEver };
    };
    for (const { id } of spaces.items) {
      await call(first, 'POST', '/v1/posts', { connectionId: connection.id, spaceId: id, as: 'app', text: 'once' });
    }
    await eventually(
      () => calls,
      (count) => count === rooms.length,
    );
    await eventually(
      () => rooms.flatMap((room) => room.messages).length,
      (count) => count === rooms.length / 2,
    );
    await first.end('SIGKILL');
    expect(await database.query(`select 1 from post_attempts where ended_at is null`)).toHaveLength(rooms.length);
    proxy.decide = () => 'pass';
    // The leases of the dead one end.
    await database.query(`update jobs set run_at = clock_timestamp() where kind = 'post'`);
    const second = await start();
    await eventually(
      () => database.query<{ state: string }>(`select state from posts where state <> 'sent'`),
      (left) => left.length === 0,
      40_000,
    );
    expect(rooms.map((room) => room.messages.map(({ text }) => text))).toEqual(rooms.map(() => ['once']));
    const outcomes = await database.query<{ outcomes: string }>(
      `select string_agg(outcome || ' ' || coalesce(reason, ''), ', ' order by number) as outcomes
       from post_attempts group by post_id order by 1`,
    );
    expect(outcomes.map((row) => row.outcomes)).toEqual([
      ...Array<string>(4).fill('sent found'),
      ...Array<string>(4).fill('unknown interrupted, sent '),
    ]);
    await second.end('SIGTERM');
  });
});
