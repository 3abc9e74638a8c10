import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { createDataSource } from '../../src/database/data-source.js';
import { firstRowOf, rowsOf } from '../../src/database/rows.js';
import { inTransaction } from '../../src/database/transaction.js';
import { enqueueJobs, type Job } from '../../src/outbox/job.js';
import { JobPauses } from '../../src/outbox/job-pauses.js';
import { JobTable, leaseStatement } from '../../src/outbox/job-table.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';

const connectionId = uuidV7();

/** What is asked of a plan. */
interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

function nodesOf(plan: Plan | undefined): readonly Plan[] {
  return plan === undefined ? [] : [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

describe('the order of the outbox', () => {
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

  /** Each in a transaction of its own, so that each has waited longer than the next. */
  async function enqueue(keys: readonly string[], connection = connectionId): Promise<void> {
    for (const key of keys) {
      const job = { tenantId: 'default', connectionId: connection, kind: 'test', key, payload: {}, credential: 'app' };
      await inTransaction(dataSource, (tx) => enqueueJobs([{ ...job, credential: 'app' }], tx));
    }
  }
  const keysOf = (jobs: readonly Job[]): readonly string[] => jobs.map(({ key }) => key);
  const named = (count: number, from = 0): readonly string[] =>
    Array.from({ length: count }, (_, index) => String(index + from).padStart(3, '0'));
  async function leaseOne(): Promise<Job> {
    const [job] = await table.lease(1, 60);
    if (job === undefined) throw new Error('there is no job to take');
    return job;
  }
  const restIsOver = (): Promise<unknown> => dataSource.query(`update job_pauses set until = clock_timestamp()`);
  const pauseOf = (): Promise<{ failures: number; seconds: number } | undefined> =>
    firstRowOf(
      dataSource,
      `select failures, extract(epoch from until - clock_timestamp())::float8 as seconds from job_pauses`,
    );

  it('is that of their causes after a pause, whatever was tried before it and however often it was prolonged', async () => {
    await enqueue(named(20));
    // Some were tried, and told to wait.
    for (const job of await table.lease(5, 60)) {
      await table.retry(job, 'rate-limited', await pauses.pause(job, 'rate-limited', 40));
    }
    await enqueue(named(20, 20));
    await pauses.pause({ connectionId, credential: 'app' }, 'rate-limited', 80);
    expect(await table.lease(100, 60)).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(keysOf(await table.lease(100, 60))).toEqual(named(40));
  });

  it('is that of their causes where a worker takes a few at a time', async () => {
    await enqueue(named(30));
    const taken: string[] = [];
    for (let jobs = await table.lease(4, 60); jobs.length > 0; jobs = await table.lease(4, 60)) {
      taken.push(...keysOf(jobs));
    }
    expect(taken).toEqual(named(30));
  });

  it('begins anew for a job that was asked for while it was done', async () => {
    await enqueue(['first']);
    const first = await leaseOne();
    await enqueue(['second', 'first']);
    await table.done(first);
    expect(keysOf(await table.lease(2, 60))).toEqual(['second', 'first']);
  });

  it('goes over connections by who has waited longest, and over those that rest not at all', async () => {
    const others = [uuidV7(), uuidV7()];
    await enqueue(named(50));
    for (const [index, other] of others.entries()) await enqueue([`other ${index}`], other);
    await pauses.pause({ connectionId, credential: 'app' }, 'rate-limited', 60_000);
    expect(keysOf(await table.lease(4, 60))).toEqual(['other 0', 'other 1']);
  });

  it('is found without a look at each job of a connection that rests', async () => {
    await dataSource.query(
      `insert into jobs (id, tenant_id, connection_id, kind, key, payload, credential)
       select gen_random_uuid(), 'default', $1, 'test', n::text, '{}', 'app' from generate_series(1, 20000) n`,
      [connectionId],
    );
    await enqueue(['other'], uuidV7());
    await pauses.pause({ connectionId, credential: 'app' }, 'rate-limited', 60_000);
    await dataSource.query('vacuum analyze jobs');
    const [row] = await rowsOf<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(
      dataSource,
      `explain (analyze, format json) ${leaseStatement}`,
      [4, 60, [], ['test']],
    );
    const nodes = nodesOf(row?.['QUERY PLAN'][0]?.Plan).filter((node) => node['Relation Name'] === 'jobs');
    expect(nodes.length).toBeGreaterThan(3);
    expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
    const looks = nodes.map(
      (node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    );
    expect(Math.max(...looks)).toBeLessThan(20);
  });

  describe('where a platform does not answer', () => {
    async function fail(job: Job, atLeastMs = 0, isNamed = false): Promise<void> {
      await table.retry(job, 'timeout', await pauses.rest(job, 'timeout', atLeastMs, isNamed));
    }

    it('is one trial at a time, in whatever process, until one was answered', async () => {
      const otherProcess = new JobTable(dataSource);
      await enqueue(named(6));
      await fail(await leaseOne());
      expect(await table.lease(4, 60)).toEqual([]);
      await restIsOver();
      await dataSource.query(`update jobs set run_at = clock_timestamp()`);
      const [trial, ...more] = await table.lease(4, 60);
      expect([trial?.key, trial?.isTrial, more]).toEqual(['000', true, []]);
      expect(await otherProcess.lease(4, 60)).toEqual([]);
      if (trial !== undefined) await new JobPauses(dataSource).answered(trial);
      const rest = await otherProcess.lease(10, 60);
      expect(keysOf(rest)).toEqual(named(5, 1));
      expect(rest.map(({ isTrial }) => isTrial)).toEqual(Array(5).fill(false));
    });

    it('rests for twice as long after each trial in vain, up to five minutes, and no longer for calls that were under way', async () => {
      await enqueue(named(8));
      const underWay = await table.lease(8, 60);
      for (const job of underWay) await fail(job);
      expect(await pauseOf()).toMatchObject({ failures: 1 });
      const first = await pauseOf();
      expect(first?.seconds).toBeLessThanOrEqual(1);
      for (let failures = 2; failures <= 12; failures++) {
        await restIsOver();
        await dataSource.query(`update jobs set run_at = clock_timestamp()`);
        await fail(await leaseOne());
        const pause = await pauseOf();
        const longest = Math.min(300, 2 ** (failures - 1));
        expect(pause?.failures).toBe(failures);
        expect(pause?.seconds).toBeGreaterThan(longest / 2 - 1);
        expect(pause?.seconds).toBeLessThanOrEqual(longest);
      }
    });

    it('rests for as long as the platform names, each time', async () => {
      await enqueue(named(2));
      for (let round = 0; round < 4; round++) {
        await fail(await leaseOne(), 17_000, true);
        const pause = await pauseOf();
        expect(pause?.failures).toBe(1);
        expect(pause?.seconds).toBeGreaterThan(16);
        expect(pause?.seconds).toBeLessThanOrEqual(17);
        await restIsOver();
        await dataSource.query(`update jobs set run_at = clock_timestamp()`);
      }
    });

    it('lets the next one try where the job that tried has to wait for longer', async () => {
      await enqueue(named(3));
      await fail(await leaseOne());
      await restIsOver();
      await dataSource.query(`update jobs set run_at = clock_timestamp() + interval '1 minute' where key = '000'`);
      expect(keysOf(await table.lease(4, 60))).toEqual(['001']);
    });

    it('forgets a trial that nobody made', async () => {
      await enqueue(['only']);
      const job = await leaseOne();
      await pauses.rest(job, 'timeout', 0, false);
      await table.done(job);
      await restIsOver();
      await pauses.forget();
      expect(await pauseOf()).toBeDefined();
      await dataSource.query(`update job_pauses set until = clock_timestamp() - interval '2 hours'`);
      await pauses.forget();
      expect(await pauseOf()).toBeUndefined();
    });
  });
});
