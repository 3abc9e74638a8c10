import fc from 'fast-check';
import { type DataSource, type QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { fingerprint, laneId } from '../../src/common/security/fingerprint.js';
import { createDataSource } from '../../src/database/data-source.js';
import { insertDeliveries, type NewDelivery } from '../../src/deliveries/insert-deliveries.js';
import { Dispatcher } from '../../src/lanes/dispatcher.js';
import { claimLanes, claimTheseLanes, moveLanesOn, progressOf, type Claim } from '../../src/lanes/lane-claims.js';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';

const connectionId = uuidV7();
const plenty = { lanes: 200, deliveries: 500, bytes: 16 * 1024 * 1024 };

describe('claims of lanes', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let dispatcher: Dispatcher;
  let writer: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, { poolSize: 6 }).initialize();
    dispatcher = new Dispatcher(dataSource);
    writer = new Client({ connectionString: database.url });
    await writer.connect();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await writer.end();
    await database.drop();
  });

  /** Stores deliveries of these lanes in one statement. */
  async function store(items: readonly { lane: string; size?: number; sourceTimeMs?: number }[]): Promise<void> {
    const batch = items.map(({ lane, size = 10, sourceTimeMs = Date.now() }): NewDelivery => {
      const id = uuidV7();
      const body = Buffer.alloc(size, id);
      return {
        id,
        tenantId: 'default',
        connectionId,
        platform: 'watson-work',
        laneId: laneId(connectionId, lane),
        laneKey: lane,
        sourceTimeMs,
        receivedAt: new Date(),
        fingerprint: fingerprint(Buffer.from(id)),
        scheme: 'hmac-sha256',
        platformIndex: undefined,
        retryCount: undefined,
        headers: {},
        body,
      };
    });
    await writer.query(insertDeliveries(batch));
  }

  async function begin(): Promise<QueryRunner> {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction('READ COMMITTED');
    return runner;
  }

  async function finish(runner: QueryRunner, end: 'commit' | 'rollback' = 'commit'): Promise<void> {
    await (end === 'commit' ? runner.commitTransaction() : runner.rollbackTransaction());
    await runner.release();
  }

  /** What one worker does, with the deliveries as its only effect. */
  async function workOnce(limits = plenty): Promise<Claim> {
    const runner = await begin();
    const claim = await claimLanes(limits, runner.manager);
    await moveLanesOn(progressOf(claim), runner.manager);
    await finish(runner);
    return claim;
  }

  const waiting = (): Promise<{ key: string; pending: number }[]> =>
    database.query(`select key, pending from lanes where pending_since is not null order by key`);

  it(
    'skip and repeat nothing, whatever the lanes, sizes, limits and the fate of two workers',
    { timeout: 120_000 },
    async () => {
      const delivery = fc.record({
        lane: fc.integer({ min: 0, max: 4 }).map((number) => `lane ${number}`),
        size: fc.constantFrom(0, 1, 50, 200, 3_000),
        // No time of its own, long ago, in this month, and far ahead: each in a partition of its own.
        sourceTimeMs: fc.constantFrom(0, Date.UTC(2018, 1, 27), Date.now(), Date.now() + 200 * 86_400_000),
      });
      const step = fc.oneof(
        {
          weight: 2,
          arbitrary: fc.record({ store: fc.array(delivery, { minLength: 1, maxLength: 12, size: 'max' }) }),
        },
        { weight: 1, arbitrary: fc.constant({ dispatch: true }) },
        { weight: 3, arbitrary: fc.record({ claim: fc.nat(1) }) },
        {
          weight: 3,
          arbitrary: fc.record({ move: fc.nat(1), end: fc.constantFrom('commit' as const, 'rollback' as const) }),
        },
      );
      const limits = fc.record({
        lanes: fc.integer({ min: 1, max: 4 }),
        deliveries: fc.integer({ min: 1, max: 6 }),
        bytes: fc.constantFrom(1, 100, 400, 100_000),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 4, maxLength: 24, size: 'max' }),
          limits,
          async (steps, within) => {
            const [start] = await database.query<{ last: string }>(`select position as last from dispatch_cursor`);
            const done: string[] = [];
            const workers: ({ runner: QueryRunner; claim: Claim } | undefined)[] = [undefined, undefined];
            const end = async (worker: number, how: 'commit' | 'rollback'): Promise<void> => {
              const open = workers[worker];
              if (open === undefined) return;
              await moveLanesOn(progressOf(open.claim), open.runner.manager);
              await finish(open.runner, how);
              if (how === 'commit') done.push(...open.claim.deliveries.map((taken) => `${taken.laneId}/${taken.seq}`));
              workers[worker] = undefined;
            };
            for (const taken of steps) {
              if ('store' in taken) await store(taken.store);
              else if ('dispatch' in taken) await dispatcher.dispatch();
              else if ('move' in taken) await end(taken.move, taken.end);
              else if (workers[taken.claim] === undefined) {
                const runner = await begin();
                const claim = await claimLanes(within, runner.manager);
                expect(claim.lanes.length).toBeLessThanOrEqual(within.lanes);
                expect(claim.deliveries.length).toBeLessThanOrEqual(within.deliveries);
                const bytes = claim.deliveries.reduce((sum, row) => sum + row.size, 0);
                if (claim.deliveries.length > 1) expect(bytes).toBeLessThanOrEqual(within.bytes);
                workers[taken.claim] = { runner, claim };
              }
            }
            await end(0, 'rollback');
            await end(1, 'commit');
            await dispatcher.dispatch();
            while ((await waiting()).length > 0) {
              const { deliveries } = await workOnce(within);
              expect(deliveries.length).toBeGreaterThan(0);
              done.push(...deliveries.map((taken) => `${taken.laneId}/${taken.seq}`));
            }
            const log = await database.query<{ place: string }>(
              `select lane_id || '/' || seq as place from deliveries where seq > $1 order by lane_id, seq`,
              [start?.last],
            );
            const ofLane = (place: string): string => place.slice(0, place.indexOf('/'));
            // A stable sort by lane keeps the order in which each lane was worked on.
            expect(done.toSorted((a, b) => ofLane(a).localeCompare(ofLane(b)))).toEqual(
              log.map((row) => row.place).toSorted((a, b) => ofLane(a).localeCompare(ofLane(b))),
            );
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it('take a body that is larger than the byte limit alone, and the next one after it', async () => {
    const size = 17 * 1024 * 1024;
    await store([
      { lane: 'large', size },
      { lane: 'large', size: 9 << 20 },
      { lane: 'large', size: 9 << 20 },
    ]);
    await dispatcher.dispatch();
    const sizes: number[][] = [];
    for (let round = 0; round < 3; round++) {
      sizes.push((await workOnce()).deliveries.map((delivery) => delivery.size));
    }
    expect(sizes).toEqual([[size], [9 << 20], [9 << 20]]);
    expect(await waiting()).toEqual([]);
  });

  it('cut one huge lane into batches in its order', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 3; round++) await store(Array.from({ length: 400 }, () => ({ lane: 'huge' })));
    await dispatcher.dispatch();
    const batches = [await workOnce(), await workOnce(), await workOnce()].map((claim) => claim.deliveries);
    expect(batches.map((batch) => batch.length)).toEqual([500, 500, 200]);
    const order = batches.flat().map((delivery) => Number(delivery.seq));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it('take lanes with the oldest delivery first', async () => {
    await store([{ lane: 'young' }]);
    await database.query(`select pg_sleep(0.01)`);
    await store([{ lane: 'younger' }]);
    await dispatcher.dispatch();
    const keys: string[] = [];
    for (let round = 0; round < 2; round++) {
      const { lanes } = await workOnce({ ...plenty, lanes: 1 });
      const [lane] = await database.query<{ key: string }>(`select key from lanes where id = $1`, [lanes[0]?.id]);
      keys.push(lane?.key ?? '');
    }
    expect(keys).toEqual(['young', 'younger']);
  });

  it('leave a lane to the one who holds it', async () => {
    await store([{ lane: 'held' }, { lane: 'free' }]);
    await dispatcher.dispatch();
    const holder = await begin();
    const held = await claimTheseLanes([laneId(connectionId, 'held')], plenty, holder.manager);
    expect(held.deliveries).toHaveLength(1);
    expect((await workOnce()).deliveries.map((delivery) => delivery.laneId)).toEqual([laneId(connectionId, 'free')]);
    await finish(holder, 'rollback');
    expect((await workOnce()).deliveries).toHaveLength(1);
  });

  it('keep a lane waiting when a delivery is dispatched while the lane is moved on', async () => {
    await store([{ lane: 'raced' }]);
    await dispatcher.dispatch();
    const worker = await begin();
    const claim = await claimLanes(plenty, worker.manager);
    await store([{ lane: 'raced', sourceTimeMs: 0 }]);
    // Both wait for the same row, the dispatcher first: the worker's snapshot is older than what it finds there.
    await writer.query('begin');
    await writer.query(`select from lanes where key = 'raced' for update`);
    const dispatched = dispatcher.dispatch();
    await database.query(`select pg_sleep(0.2)`);
    const moved = moveLanesOn(progressOf(claim), worker.manager);
    await database.query(`select pg_sleep(0.2)`);
    await writer.query('commit');
    expect(await dispatched).toBe(1);
    await moved;
    await finish(worker);
    expect(await waiting()).toEqual([{ key: 'raced', pending: 1 }]);
    expect((await workOnce()).deliveries).toHaveLength(1);
    expect(await waiting()).toEqual([]);
  });
});
