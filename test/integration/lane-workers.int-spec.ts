import { setTimeout as delay } from 'node:timers/promises';
import { type DataSource, type QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { laneId } from '../../src/common/security/fingerprint.js';
import { createDataSource } from '../../src/database/data-source.js';
import { markVerified } from '../../src/deliveries/delivery.js';
import { DeliveryLog } from '../../src/deliveries/delivery-log.js';
import { EventLog } from '../../src/events/event-log.js';
import { DeliveryTranslator } from '../../src/lanes/delivery-translator.js';
import { claimTheseLanes, moveLanesOn, progressOf } from '../../src/lanes/lane-claims.js';
import { Rebuild } from '../../src/lanes/rebuild.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';

const limits = { lanes: 10, deliveries: 100, bytes: 1 << 20 };

describe('lane workers of two services', () => {
  let database: TestDatabase;
  let services: TestService[];
  let elsewhere: DataSource;
  let clock = Date.UTC(2018, 1, 27);

  beforeAll(async () => {
    database = await createTestDatabase();
    services = [];
    for (let index = 0; index < 2; index++) {
      services.push(await startTestService(database.url, { LIAISON_LANE_WORKERS: '3', LIAISON_LOG_LEVEL: 'fatal' }));
    }
    await Promise.all(services.map((service) => service.ready));
    elsewhere = await createDataSource(database.url, { poolSize: 2 }).initialize();
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await elsewhere.destroy();
    await database.drop();
  });

  function serviceOf(index: number): TestService {
    const service = services[index % services.length];
    if (service === undefined) throw new Error('no service');
    return service;
  }

  /** Stores one delivery and, like a platform, sends the same again until it is acknowledged. */
  async function deliver(index: number, connectionId: string, space: string): Promise<void> {
    clock += 1;
    const said =
      index % 3 === 0
        ? { type: 'space-members-added', memberIds: ['a', 'b', 'c', `d${index}`] }
        : { type: 'message-created', messageId: `m${index}`, userId: 'ann', userName: `Ann ${index}`, content: 'hi' };
    const body = Buffer.from(JSON.stringify({ ...said, spaceId: space, time: clock }));
    const source = {
      ...{ tenantId: 'default', connectionId, platform: 'watson-work', laneKey: space, sourceTimeMs: clock },
      ...{ platformIndex: undefined, retryCount: undefined, keptHeaders: [] },
    };
    for (;;) {
      try {
        const delivery = markVerified({ body, headers: {}, query: '', receivedAt: new Date() }, 'hmac-sha256');
        await serviceOf(index).app.get(DeliveryLog).append(delivery, source);
        return;
      } catch {
        await delay(20);
      }
    }
  }

  /** Every delivery of the connection has been worked on. */
  async function drained(connectionId: string, deliveries: number): Promise<void> {
    const read = (): Promise<{ done: number }[]> =>
      database.query(
        `select count(*)::int as done from deliveries d join lanes l on l.id = d.lane_id
         where d.connection_id = $1 and d.seq <= l.position`,
        [connectionId],
      );
    await eventually(read, ([row]) => row?.done === deliveries, 60_000);
  }

  /** What each delivery brought, per lane in the order of the feed. */
  async function feedOf(connectionId: string): Promise<{ space: string; deliveries: string[]; counts: number[] }[]> {
    const events = await database.query<{ space: string; delivery: string }>(
      `select data -> 'space' ->> 'externalId' as space, delivery_seq as delivery
       from events where connection_id = $1 order by seq`,
      [connectionId],
    );
    const spaces = [...new Set(events.map((event) => event.space))].sort();
    return spaces.map((space) => {
      const own = events.filter((event) => event.space === space).map((event) => event.delivery);
      const deliveries = own.filter((delivery, index) => delivery !== own[index - 1]);
      return { space, deliveries, counts: deliveries.map((seq) => own.filter((other) => other === seq).length) };
    });
  }

  /** The same as it must be: each delivery once, in the order of the log, with all of its facts. */
  async function expectedFeedOf(connectionId: string): ReturnType<typeof feedOf> {
    const rows = await database.query<{ space: string; seq: string; isMembers: boolean }>(
      `select lane_key as space, seq, position('members'::bytea in body) > 0 as "isMembers"
       from deliveries where connection_id = $1 order by seq`,
      [connectionId],
    );
    const spaces = [...new Set(rows.map((row) => row.space))].sort();
    return spaces.map((space) => {
      const own = rows.filter((row) => row.space === space);
      return { space, deliveries: own.map((row) => row.seq), counts: own.map((row) => (row.isMembers ? 4 : 1)) };
    });
  }

  it(
    'bring the facts of every delivery once, in the order of its lane, under steady arrivals',
    { timeout: 90_000 },
    async () => {
      const connectionId = uuidV7();
      const senders = Array.from({ length: 8 }, async (_, sender) => {
        for (let round = 0; round < 100; round++) {
          await deliver(sender * 100 + round, connectionId, `space ${(sender * 7 + round) % 10}`);
        }
      });
      await Promise.all(senders);
      await drained(connectionId, 800);
      expect(await feedOf(connectionId)).toEqual(await expectedFeedOf(connectionId));
    },
  );

  it('lose and double nothing when their connections are killed at any moment', { timeout: 120_000 }, async () => {
    const connectionId = uuidV7();
    let sending = true;
    let kills = 0;
    const killer = async (): Promise<void> => {
      while (sending) {
        const rows = await database.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and application_name like 'liaison %' and xact_start is not null
           order by random() limit 1`,
        );
        kills += rows.length;
        await delay(Math.random() * 30);
      }
    };
    const killing = killer();
    const senders = Array.from({ length: 6 }, async (_, sender) => {
      for (let round = 0; round < 60; round++) {
        await deliver(sender * 100 + round, connectionId, `space ${(sender + round) % 5}`);
        await delay(5);
      }
    });
    await Promise.all(senders);
    sending = false;
    await killing;
    await drained(connectionId, 360);
    expect(kills).toBeGreaterThan(10);
    expect(await feedOf(connectionId)).toEqual(await expectedFeedOf(connectionId));
    expect(await database.query(`select from parked_deliveries`)).toEqual([]);
    expect(await serviceOf(0).app.get(Rebuild).verify()).toMatchObject({ equal: true });
  });

  /** A worker apart, which has claimed the lane and is about to stall for longer than the server allows. */
  async function claimElsewhere(connectionId: string, space: string): Promise<QueryRunner> {
    const runner = elsewhere.createQueryRunner();
    await runner.query(`set idle_in_transaction_session_timeout = '1s'`);
    await runner.startTransaction('READ COMMITTED');
    await claimTheseLanes([laneId(connectionId, space)], limits, runner.manager);
    return runner;
  }

  /** Does the work of the claimed lane: what a live worker does after its claim. */
  async function settle(runner: QueryRunner, connectionId: string, space: string): Promise<void> {
    const { app } = serviceOf(0);
    const claim = await claimTheseLanes([laneId(connectionId, space)], limits, runner.manager);
    const events = claim.deliveries.flatMap((delivery) => {
      const translated = app.get(DeliveryTranslator).translate(delivery);
      return translated.kind === 'facts' ? translated.events : [];
    });
    expect(events).toHaveLength(1);
    await app.get(EventLog).append(events, runner.manager);
    await moveLanesOn(progressOf(claim), runner.manager);
  }

  async function lanesThatWait(connectionId: string): Promise<string[]> {
    const rows = await database.query<{ key: string }>(
      `select key from lanes where connection_id = $1 and pending_since is not null order by key`,
      [connectionId],
    );
    return rows.map((row) => row.key);
  }

  it(
    'go on with other lanes while one is held, and take it over when its holder has stalled',
    { timeout: 30_000 },
    async () => {
      const connectionId = uuidV7();
      const stalled = await claimElsewhere(connectionId, 'held');
      await deliver(1, connectionId, 'held');
      for (const index of [2, 4, 5]) await deliver(index, connectionId, 'free');
      await eventually(
        () => feedOf(connectionId),
        ([free]) => free?.deliveries.length === 3,
      );
      await eventually(
        () => lanesThatWait(connectionId),
        (waiting) => waiting.includes('held'),
      );
      expect(await lanesThatWait(connectionId)).toEqual(['held']);
      expect((await feedOf(connectionId)).map((lane) => lane.space)).toEqual(['free']);
      await drained(connectionId, 4);
      await expect(settle(stalled, connectionId, 'held')).rejects.toThrow();
      await stalled.release();
      expect(await feedOf(connectionId)).toEqual(await expectedFeedOf(connectionId));
    },
  );

  it('append again once a worker has stalled with the order of events in its hand', { timeout: 30_000 }, async () => {
    const connectionId = uuidV7();
    const stalled = await claimElsewhere(connectionId, 'held');
    await deliver(1, connectionId, 'held');
    await eventually(
      () => lanesThatWait(connectionId),
      (waiting) => waiting.includes('held'),
    );
    await settle(stalled, connectionId, 'held');
    const started = performance.now();
    await deliver(2, connectionId, 'free');
    await drained(connectionId, 2);
    expect(performance.now() - started).toBeLessThan(8_000);
    await expect(stalled.commitTransaction()).rejects.toThrow();
    await stalled.release();
    expect(await feedOf(connectionId)).toEqual(await expectedFeedOf(connectionId));
  });
});
