import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/common/observability/logger.js';
import { Metrics } from '../../src/common/observability/metrics.js';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { createDataSource } from '../../src/database/data-source.js';
import { rowsOf } from '../../src/database/rows.js';
import { inTransaction } from '../../src/database/transaction.js';
import { enqueueJobs, type Job, type JobHandler, type JobOutcome, type NewJob } from '../../src/outbox/job.js';
import { JobTable } from '../../src/outbox/job-table.js';
import { OutboxWorker } from '../../src/outbox/outbox-worker.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually } from '../setup/service.js';

const connectionId = uuidV7();
const jobOf = (key: string, connection = connectionId): NewJob => ({
  tenantId: 'default',
  connectionId: connection,
  kind: 'test',
  key,
  payload: {},
});

describe('the outbox', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let table: JobTable;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, { poolSize: 8 }).initialize();
    table = new JobTable(dataSource);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });
  beforeEach(async () => {
    await dataSource.query('delete from jobs');
    await dataSource.query('delete from job_pauses');
  });

  const enqueue = (...jobs: readonly NewJob[]): Promise<void> =>
    inTransaction(dataSource, (tx) => enqueueJobs(jobs, tx));
  const rows = (): Promise<{ key: string; state: string; attempts: number; due: boolean; reason: string | null }[]> =>
    rowsOf(
      dataSource,
      `select key, state, attempts, run_at <= clock_timestamp() as due, last_reason as reason from jobs order by key`,
    );
  const leaseOne = async (): Promise<Job> => {
    const [job] = await table.lease(1, 60);
    if (job === undefined) throw new Error('there is no job to take');
    return job;
  };
  const workerOf = (run: (job: Job) => Promise<JobOutcome>): OutboxWorker => {
    const handler: JobHandler = { kind: 'test', run };
    return new OutboxWorker([handler], table, new Metrics(), createLogger('silent', { write: () => undefined }));
  };

  it('keeps no job of a transaction that was rolled back', async () => {
    await expect(
      inTransaction(dataSource, async (tx) => {
        await enqueueJobs([jobOf('a')], tx);
        throw new Error('the fact was not stored');
      }),
    ).rejects.toThrow();
    expect(await rows()).toEqual([]);
  });

  it('makes one job of many requests that come before it begins', async () => {
    await enqueue(jobOf('a'), jobOf('a'));
    await enqueue(jobOf('a'));
    await table.done(await leaseOne());
    expect(await rows()).toEqual([]);
  });

  it('does a job once more that was asked for while it ran', async () => {
    await enqueue(jobOf('a'));
    const first = await leaseOne();
    await enqueue(jobOf('a'));
    await table.done(first);
    expect(await rows()).toMatchObject([{ key: 'a', state: 'waiting', due: true }]);
    await table.done(await leaseOne());
    expect(await rows()).toEqual([]);
  });

  it('gives a job to one of many that ask at the same time', async () => {
    await enqueue(...Array.from({ length: 50 }, (_, index) => jobOf(`job ${index}`)));
    const leases = await Promise.all(Array.from({ length: 20 }, () => table.lease(5, 60)));
    const taken = leases.flat().map((job) => job.id);
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken.length).toBe(50);
  });

  it('gives a job to somebody else once its lease has ended, and the first one cannot end it any more', async () => {
    await enqueue(jobOf('a'));
    const [stalled] = await table.lease(1, 0);
    const second = await leaseOne();
    expect(second.attempt).toBe(2);
    if (stalled !== undefined) await table.done(stalled);
    expect(await rows()).toHaveLength(1);
    await table.done(second);
    expect(await rows()).toEqual([]);
  });

  it('leaves the jobs of a paused connection alone and goes on with the others', async () => {
    const other = uuidV7();
    await enqueue(jobOf('a'), jobOf('b', other));
    await table.pause(connectionId, 'rate-limited', 60_000);
    expect((await table.lease(10, 60)).map((job) => job.key)).toEqual(['b']);
    await table.defer();
    expect((await rows()).find(({ key }) => key === 'a')).toMatchObject({ state: 'waiting', due: false });
  });

  it('tries again what failed for a moment, later each time', async () => {
    await enqueue(jobOf('a'));
    let tries = 0;
    const worker = workerOf(() =>
      Promise.resolve(++tries < 3 ? { kind: 'retry', reason: 'timeout' } : { kind: 'done' }),
    );
    worker.start();
    await eventually(rows, (found) => found.length === 0, 15_000);
    await worker.stop();
    expect(tries).toBe(3);
  });

  it('keeps a job that a handler throws on', async () => {
    await enqueue(jobOf('a'));
    const worker = workerOf(() => Promise.reject(new Error('a defect')));
    worker.start();
    await eventually(rows, (found) => found[0]?.reason === 'error');
    await worker.stop();
    expect(await rows()).toMatchObject([{ state: 'waiting', reason: 'error' }]);
  });

  it('keeps a job that was given up where it can be seen, until there is a new reason to try it', async () => {
    await enqueue(jobOf('a'));
    const worker = workerOf(() => Promise.resolve({ kind: 'failed', reason: 'never' }));
    worker.start();
    await eventually(rows, (found) => found[0]?.state === 'failed');
    await worker.stop();
    await enqueue(jobOf('a'));
    expect(await rows()).toMatchObject([{ state: 'waiting', due: true }]);
  });

  it('lets a slow connection have half of the places and others the rest', async () => {
    const [slow, quick] = [uuidV7(), uuidV7()];
    await enqueue(...Array.from({ length: 40 }, (_, index) => jobOf(`slow ${index}`, slow)));
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const worker = workerOf(async (job) => {
      if (job.connectionId === slow) await held;
      return { kind: 'done' };
    });
    worker.start();
    await eventually(rows, (found) => found.filter(({ attempts }) => attempts > 0).length >= 8);
    await enqueue(jobOf('quick', quick));
    await eventually(rows, (found) => !found.some(({ key }) => key === 'quick'));
    release();
    await eventually(rows, (found) => found.length === 0);
    await worker.stop();
  });

  it('does each of 500 jobs once in three workers that run together', async () => {
    const done = new Map<string, number>();
    const workers = [0, 1, 2].map(() =>
      workerOf(async (job) => {
        done.set(job.key, (done.get(job.key) ?? 0) + 1);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
        return { kind: 'done' };
      }),
    );
    for (const worker of workers) worker.start();
    await enqueue(...Array.from({ length: 500 }, (_, index) => jobOf(`job ${index}`)));
    await eventually(rows, (found) => found.length === 0, 30_000);
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(done.size).toBe(500);
    expect([...done.values()].every((count) => count === 1)).toBe(true);
  });

  it('gives jobs back that were running when the worker was stopped', async () => {
    await enqueue(jobOf('a'));
    const worker = new OutboxWorker(
      [
        {
          kind: 'test',
          run: (_job, signal) =>
            new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
        },
      ],
      table,
      new Metrics(),
      createLogger('silent', { write: () => undefined }),
    );
    worker.start();
    await eventually(rows, (found) => found[0]?.attempts === 1);
    await worker.stop();
    expect(await rows()).toMatchObject([{ state: 'waiting', due: true }]);
  });
});
