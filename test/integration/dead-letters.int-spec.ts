import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { LOGGER } from '../../src/common/observability/logger.js';
import { Metrics } from '../../src/common/observability/metrics.js';
import { laneId } from '../../src/common/security/fingerprint.js';
import { inTransaction } from '../../src/database/transaction.js';
import { EventLog } from '../../src/events/event-log.js';
import { DeliveryTranslator } from '../../src/lanes/delivery-translator.js';
import { Dispatcher } from '../../src/lanes/dispatcher.js';
import { claimTheseLanes } from '../../src/lanes/lane-claims.js';
import { LaneWork } from '../../src/lanes/lane-work.js';
import { ReplayWork } from '../../src/lanes/replay-work.js';
import { watsonWork } from '../../src/platforms/watson-work/watson-work.platform.js';
import { type Platform } from '../../src/platforms/platform.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startTestService, type Answer, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';

interface Delivery {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly laneKey: string;
}
interface Replayed {
  readonly outcome: string;
  readonly reason: string | null;
  readonly eventsAppended: number;
}
interface BulkReplay {
  readonly id: string;
  readonly state: string;
  readonly count: number;
  readonly replayed: number;
  readonly stillParked: number;
}

describe('dead letters', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;
  let clock = 1_519_758_289_517;
  let spaces = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    // Without workers of its own, so that each test decides what is one batch.
    service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
    await service.ready;
    connection = await connectWatson(service);
  });
  afterEach(async () => {
    await database.query(`alter table messages drop constraint if exists refuses_poison`);
    await work();
    while ((await service.app.get(ReplayWork).runOnce()) > 0);
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const newSpace = (): string => `space ${(spaces += 1)}`;
  const refusePoison = (): Promise<object[]> =>
    database.query(`alter table messages add constraint refuses_poison check (content <> 'poison') not valid`);

  /** Sends a signed message; without an id it is one that no translator can understand. */
  async function say(space: string, content: string, said: object = { messageId: `m${clock}` }): Promise<void> {
    clock += 1;
    const body = { type: 'message-created', spaceId: space, userId: 'ann', content, time: clock, ...said };
    expect((await deliver(connection.webhookUrl, body)).status).toBe(200);
  }

  /** Settles everything that was sent, in as few batches as possible. */
  async function work(worker: LaneWork = service.app.get(LaneWork)): Promise<void> {
    while ((await service.app.get(Dispatcher).dispatch()) > 0);
    while ((await worker.runOnce()) > 0);
  }

  /** The same by another version of the service, whose translator differs. */
  function versionWith(platform: Platform): LaneWork {
    const { app } = service;
    const translator = new DeliveryTranslator([platform]);
    return new LaneWork(app.get(DataSource), translator, app.get(EventLog), app.get(Metrics), app.get(LOGGER));
  }

  async function deliveriesOf(space: string): Promise<Delivery[]> {
    const { items } = await service.get<{ items: Delivery[] }>('/v1/deliveries?limit=200');
    return items.filter((delivery) => delivery.laneKey === space).reverse();
  }

  async function contentsOf(space: string): Promise<string[]> {
    const rows = await database.query<{ content: string }>(
      `select data ->> 'content' as content from events where data -> 'space' ->> 'externalId' = $1 order by seq`,
      [space],
    );
    return rows.map((row) => row.content);
  }

  const replay = async (delivery: Delivery | undefined): Promise<Answer<Replayed>> =>
    service.call('POST', `/v1/deliveries/${delivery?.id ?? ''}/replay`);

  it('are parked with their reason while the rest of their batch and of their space goes on', async () => {
    const space = newSpace();
    await say(space, 'one');
    await say(space, 'no message id', {});
    await say(space, 'two');
    await deliver(connection.webhookUrl, '{"signed": junk');
    await work();
    expect((await deliveriesOf(space)).map(({ status, reason }) => [status, reason])).toEqual([
      ['translated', null],
      ['dead-letter', 'missing-field'],
      ['translated', null],
    ]);
    expect(await contentsOf(space)).toEqual(['one', 'two']);
    expect((await deliveriesOf('')).map(({ reason }) => reason)).toEqual(['not-json']);
  });

  it('are parked where a processor fails, and the rest of their batch and of their space goes on', async () => {
    const [space, neighbour] = [newSpace(), newSpace()];
    await refusePoison();
    for (const content of ['one', 'poison', 'two']) await say(space, content);
    await say(neighbour, 'three');
    await work();
    const [, parked] = await deliveriesOf(space);
    expect(parked).toMatchObject({ status: 'dead-letter', reason: 'processor-failed' });
    expect(await contentsOf(space)).toEqual(['one', 'two']);
    expect(await contentsOf(neighbour)).toEqual(['three']);
  });

  it('bring their events by one replay after the cause is gone, and nothing by a second', async () => {
    const space = newSpace();
    await refusePoison();
    await say(space, 'poison');
    await work();
    await database.query(`alter table messages drop constraint refuses_poison`);
    const [parked] = await deliveriesOf(space);
    expect((await replay(parked)).body).toMatchObject({ outcome: 'translated', eventsAppended: 1 });
    expect((await replay(parked)).body).toMatchObject({ outcome: 'translated', eventsAppended: 0 });
    expect(await contentsOf(space)).toEqual(['poison']);
    expect(await deliveriesOf(space)).toMatchObject([{ status: 'translated', reason: null }]);
  });

  it('stay parked with their reason when a replay fails for the same cause', async () => {
    const space = newSpace();
    await refusePoison();
    await say(space, 'poison');
    await say(space, 'no message id', {});
    await work();
    const [failed, untranslatable] = await deliveriesOf(space);
    expect((await replay(untranslatable)).body).toMatchObject({ outcome: 'dead-letter', reason: 'missing-field' });
    expect((await replay(failed)).body).toMatchObject({ outcome: 'dead-letter', reason: 'processor-failed' });
  });

  it('are replayed in bulk by a filter that was previewed, with its progress shown', async () => {
    const space = newSpace();
    for (let index = 0; index < 60; index++) await say(space, `no id ${index}`, {});
    await work(versionWith({ ...watsonWork, id: 'webex' }));
    const filter = { reason: 'platform-not-served', connectionId: connection.id };
    const preview = await service.call<BulkReplay>('POST', '/v1/replays', { body: { filter, preview: true } });
    expect(preview).toMatchObject({ status: 200, body: { state: 'preview', count: 60, replayed: 0 } });
    const started = await service.call<BulkReplay>('POST', '/v1/replays', { body: { filter } });
    expect(started).toMatchObject({ status: 202, body: { state: 'running', count: 60 } });
    const progress = (): Promise<BulkReplay> => service.get(`/v1/replays/${started.body.id}`);
    expect(await service.app.get(ReplayWork).runOnce()).toBe(50);
    expect(await progress()).toMatchObject({ state: 'running', replayed: 0, stillParked: 50 });
    expect(await service.app.get(ReplayWork).runOnce()).toBe(10);
    expect(await progress()).toMatchObject({ state: 'finished', replayed: 0, stillParked: 60 });
    expect((await deliveriesOf(space))[0]).toMatchObject({ reason: 'missing-field' });
  });

  it('do not keep a bulk replay from its end when they fail again', async () => {
    const space = newSpace();
    await refusePoison();
    for (const content of ['poison', 'good']) await say(space, content);
    await work(versionWith({ ...watsonWork, id: 'webex' }));
    const body = { filter: { reason: 'platform-not-served' } };
    const started = await service.call<BulkReplay>('POST', '/v1/replays', { body });
    await service.app
      .get(ReplayWork)
      .runOnce()
      .catch(() => undefined);
    const progress = await service.get<BulkReplay>(`/v1/replays/${started.body.id}`);
    expect(progress).toMatchObject({ state: 'finished', replayed: 1, stillParked: 1 });
    expect(await contentsOf(space)).toEqual(['good']);
  });

  it('keep no other lane waiting while their bulk replay waits for a lane', async () => {
    // The lane of the first comes first in the order in which replays take lanes.
    const lanes = [newSpace(), newSpace()].sort((a, b) =>
      BigInt(laneId(connection.id, a)) < BigInt(laneId(connection.id, b)) ? -1 : 1,
    );
    for (const space of lanes) await say(space, 'parked');
    await work(versionWith({ ...watsonWork, id: 'webex' }));
    await service.call('POST', '/v1/replays', { body: { filter: { reason: 'platform-not-served' } } });
    const other = newSpace();
    await inTransaction(service.app.get(DataSource), async (tx) => {
      const held = laneId(connection.id, lanes[1] ?? '');
      await claimTheseLanes([held], { lanes: 1, deliveries: 1, bytes: 1 }, tx);
      const replaying = service.app.get(ReplayWork).runOnce();
      replaying.catch(() => undefined);
      await database.query(`select pg_sleep(0.3)`);
      await say(other, 'at once');
      const started = performance.now();
      await work();
      expect(performance.now() - started).toBeLessThan(2_000);
      expect(await contentsOf(other)).toEqual(['at once']);
      return { replaying };
    }).then(({ replaying }) => replaying);
    for (const space of lanes) expect(await contentsOf(space)).toEqual(['parked']);
  });

  it('bring only what an older version had not understood', async () => {
    const space = newSpace();
    await say(space, '', { type: 'space-members-added', memberIds: ['ann', 'ben', 'cas'] });
    const older: Platform = {
      ...watsonWork,
      translate: (delivery) => {
        const translation = watsonWork.translate(delivery);
        return translation.kind === 'facts' ? { ...translation, facts: translation.facts.slice(0, 1) } : translation;
      },
    };
    await work(versionWith(older));
    const [delivery] = await deliveriesOf(space);
    expect((await replay(delivery)).body).toMatchObject({ outcome: 'translated', eventsAppended: 2 });
    expect((await replay(delivery)).body).toMatchObject({ eventsAppended: 0 });
  });

  it('are kept apart from types that this version does not know, which a later version translates', async () => {
    const space = newSpace();
    await say(space, 'hello', { type: 'message-created', messageId: 'm1' });
    await work(versionWith({ ...watsonWork, translate: () => ({ kind: 'unrecognized', platformType: 'new-type' }) }));
    expect(await deliveriesOf(space)).toMatchObject([{ status: 'unrecognized', reason: 'unrecognized-type' }]);
    const listed = await service.get<{ items: Delivery[] }>('/v1/deliveries?status=unrecognized');
    expect(listed.items.map((delivery) => delivery.laneKey)).toEqual([space]);
    await service.call('POST', '/v1/replays', { body: { filter: { kind: 'unrecognized' } } });
    await service.app.get(ReplayWork).runOnce();
    expect(await contentsOf(space)).toEqual(['hello']);
  });

  it('do nothing in a replay that comes before their lane has reached them', async () => {
    const space = newSpace();
    await say(space, 'early');
    const [delivery] = await deliveriesOf(space);
    expect((await replay(delivery)).body).toMatchObject({ outcome: 'waiting', eventsAppended: 0 });
    await work();
    expect(await contentsOf(space)).toEqual(['early']);
  });

  it('of another tenant are neither shown, counted nor replayed', async () => {
    const space = newSpace();
    await say(space, 'no message id', {});
    await work();
    const [delivery] = await deliveriesOf(space);
    const { text: credential } = await service.app.get(ApiKeysService).create('other', 'key', ['admin']);
    const one = await service.call('POST', `/v1/deliveries/${delivery?.id ?? ''}/replay`, { credential });
    expect(one.status).toBe(404);
    const all = await service.call('POST', '/v1/replays', { credential, body: { filter: {}, preview: true } });
    expect(all.body).toMatchObject({ count: 0 });
    const list = await service.call('GET', '/v1/deliveries?status=dead-letter', { credential });
    expect(list.body).toMatchObject({ items: [] });
  });
});
