import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/common/observability/logger.js';
import { Metrics } from '../../src/common/observability/metrics.js';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { createDataSource } from '../../src/database/data-source.js';
import { rowsOf } from '../../src/database/rows.js';
import { inTransaction } from '../../src/database/transaction.js';
import { type Credential } from '../../src/outbox/credential.js';
import { enqueueJobs, type Job, type JobHandler, type JobOutcome, type NewJob } from '../../src/outbox/job.js';
import { releaseJobs } from '../../src/outbox/job-changes.js';
import { JobPauses } from '../../src/outbox/job-pauses.js';
import { JobTable } from '../../src/outbox/job-table.js';
import { OutboxWorker } from '../../src/outbox/outbox-worker.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually } from '../setup/service.js';

const connectionId = uuidV7();
const jobOf = (key: string, connection = connectionId, credential?: Credential): NewJob => ({
  tenantId: 'default',
  connectionId: connection,
  kind: 'test',
  key,
  payload: {},
  ...(credential === undefined ? {} : { credential }),
});

describe('the outbox', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let table: JobTable;
  let pauses: JobPauses;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, { poolSize: 8 }).initialize();
    table = new JobTable(dataSource);
    pauses = new JobPauses(dataSource);
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
  const workerOf = (
    run: (job: Job) => Promise<JobOutcome>,
    giveUp: (job: Job) => Promise<void> = () => Promise.resolve(),
  ): OutboxWorker => {
    const handler: JobHandler = { kind: 'test', run, giveUp };
    return new OutboxWorker(
      [handler],
      table,
      pauses,
      new Metrics(),
      createLogger('silent', { write: () => undefined }),
    );
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

  it('leaves alone what calls by a token that was told to wait, and goes on with all else', async () => {
    const other = uuidV7();
    await enqueue(
      jobOf('a', connectionId, 'grant:1'),
      jobOf('b', connectionId, 'grant:2'),
      jobOf('c', connectionId, 'app'),
      jobOf('d'),
      jobOf('e', other, 'grant:1'),
      jobOf('f', connectionId, 'organization:1'),
    );
    await pauses.pause({ connectionId, credential: 'grant:1' }, 'rate-limited', 60_000);
    await pauses.pause({ connectionId, credential: 'organization:1' }, 'rate-limited', 60_000);
    expect((await table.lease(10, 60)).map((job) => job.key).sort()).toEqual(['b', 'c', 'd', 'e']);
    await dataSource.query(`update job_pauses set until = clock_timestamp() where credential = 'grant:1'`);
    expect((await table.lease(10, 60)).map((job) => job.key)).toEqual(['a']);
  });

  it('leaves a whole connection alone where the pause names no token', async () => {
    await enqueue(jobOf('a', connectionId, 'grant:1'), jobOf('b'), jobOf('c', uuidV7(), 'grant:1'));
    await dataSource.query(
      `insert into job_pauses (connection_id, until, reason) values ($1, now() + interval '1 minute', 'rate-limited')`,
      [connectionId],
    );
    expect((await table.lease(10, 60)).map((job) => job.key)).toEqual(['c']);
  });

  it('has all wait that share a token as long as one of them was told to, and forgets it after that', async () => {
    const begun: { readonly key: string; readonly atMs: number }[] = [];
    const first = performance.now();
    const waitMs = 1_500;
    const worker = workerOf((job) => {
      begun.push({ key: job.key, atMs: performance.now() - first });
      const isTold = job.key === 'a1' && job.attempt === 1;
      return Promise.resolve(isTold ? { kind: 'pause', reason: 'rate-limited', afterMs: waitMs } : { kind: 'done' });
    });
    await enqueue(jobOf('a1', connectionId, 'grant:a'));
    worker.start();
    await eventually(
      () => dataSource.query(`select 1 from job_pauses`),
      (found) => (found as object[]).length === 1,
    );
    await enqueue(...['a2', 'a3'].map((key) => jobOf(key, connectionId, 'grant:a')));
    await enqueue(...['b1', 'b2'].map((key) => jobOf(key, connectionId, 'grant:b')));
    await eventually(rows, (found) => !found.some(({ key }) => key.startsWith('b')));
    await eventually(rows, (found) => found.length === 0, 20_000);
    await eventually(
      () => dataSource.query(`select 1 from job_pauses`),
      (found) => (found as object[]).length === 0,
    );
    await worker.stop();
    const late = begun.slice(1).filter(({ key }) => key.startsWith('a'));
    expect(late.map(({ key }) => key).sort()).toEqual(['a1', 'a2', 'a3']);
    for (const { atMs } of late) expect(atMs).toBeGreaterThan(waitMs);
    for (const { key, atMs } of begun) if (key.startsWith('b')) expect(atMs).toBeLessThan(waitMs);
  });

  it('has only the job itself wait where no other shares its token', async () => {
    const worker = workerOf((job) =>
      Promise.resolve(job.key === 'a' ? { kind: 'pause', reason: 'rate-limited', afterMs: 60_000 } : { kind: 'done' }),
    );
    await enqueue(jobOf('a'), jobOf('b'));
    worker.start();
    await eventually(rows, (found) => found.length === 1 && found[0]?.reason === 'rate-limited');
    await worker.stop();
    expect(await dataSource.query(`select 1 from job_pauses`)).toEqual([]);
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
      pauses,
      new Metrics(),
      createLogger('silent', { write: () => undefined }),
    );
    worker.start();
    await eventually(rows, (found) => found[0]?.attempts === 1);
    await worker.stop();
    expect(await rows()).toMatchObject([{ state: 'waiting', due: true }]);
  });

  it('gives a job that is being done to nobody else because somebody asks for another try', async () => {
    await enqueue(jobOf('a'));
    const job = await leaseOne();
    await table.tryNow('default', job.id);
    expect(await table.lease(1, 60)).toEqual([]);
    await table.retry(job, 'timeout', 60_000);
    await table.tryNow('default', job.id);
    expect(await table.lease(1, 60)).toHaveLength(1);
  });

  it('leaves jobs to others that no handler here knows', async () => {
    await enqueue(jobOf('a'), { ...jobOf('b'), kind: 'of a later version' });
    const worker = workerOf(() => Promise.resolve({ kind: 'done' }));
    worker.start();
    await eventually(rows, (found) => found.length === 1);
    await worker.stop();
    expect(await rows()).toMatchObject([{ key: 'b', state: 'waiting', attempts: 0 }]);
  });

  it('tells a handler that a job has failed for too long, and does not count the time for which it was parked', async () => {
    await enqueue(jobOf('old'), jobOf('parked'));
    await dataSource.query(`update jobs set created_at = created_at - interval '8 days'`);
    await dataSource.query(`update jobs set state = 'parked' where key = 'parked'`);
    await releaseJobs(`j.state = 'parked'`, [], dataSource);
    const givenUp: string[] = [];
    const worker = workerOf(
      () => Promise.resolve({ kind: 'retry', reason: 'timeout', afterMs: 60_000 }),
      (job) => Promise.resolve(void givenUp.push(job.key)),
    );
    worker.start();
    await eventually(rows, (found) => found.every(({ reason }) => reason !== null));
    await worker.stop();
    expect(givenUp).toEqual(['old']);
    expect(await rows()).toMatchObject([
      { key: 'old', state: 'failed' },
      { key: 'parked', state: 'waiting' },
    ]);
  });
});
