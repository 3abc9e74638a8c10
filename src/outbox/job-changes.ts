import { type DataSource, type EntityManager } from 'typeorm';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { rowsOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { grantCredential } from './credential.js';
import { type Job, type NewJob } from './job.js';

/*
 * Every way in which a job changes that somebody has taken, or that waits for somebody. Those that are given a `job` say by
 * it which lease they are made under, so that a late one changes nothing.
 */

type Source = DataSource | EntityManager;

const mine = `id = $1 and attempts = $2 and state = 'waiting'`;

/** Whether somebody is doing the job of a row at this moment. */
export const isLeased = `leased_until is not null and leased_until > clock_timestamp()`;

/** The job goes on at once, and the time for which it may be tried begins anew. A lease that has not ended must not be ended so. */
export const goesOn = `
  state = 'waiting', run_at = clock_timestamp(), ended_at = null, leased_until = null, released_at = clock_timestamp()`;

/** Nobody else gets this job for as long as that. Answers false when it is not ours any more. */
export async function renewLease(job: Job, seconds: number, tx: Tx): Promise<boolean> {
  const rows = await rowsOf(
    tx,
    `update jobs set run_at = clock_timestamp() + make_interval(secs => $3),
                     leased_until = clock_timestamp() + make_interval(secs => $3)
     where ${mine} returning id`,
    [job.id, job.attempt, seconds],
  );
  return rows.length > 0;
}

/** Whether the job is still ours; if so, it stays ours until the end of `tx`. */
export async function holdsLease(job: Job, tx: Tx): Promise<boolean> {
  const rows = await rowsOf(tx, `select 1 from jobs where ${mine} for update`, [job.id, job.attempt]);
  return rows.length > 0;
}

/** Gives the job back, to be taken again after that time. */
export async function retryJob(job: Job, reason: string, afterMs: number, source: Source): Promise<void> {
  await source.query(
    `update jobs set run_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000), leased_until = null,
                     last_reason = $4
     where ${mine}`,
    [job.id, job.attempt, afterMs, reason],
  );
}

/** As `retryJob`; the lease ends with this, so that nothing which is still to be written under it overwrites what follows. */
export async function layAside(job: Job, reason: string, afterMs: number, tx: Tx): Promise<void> {
  await tx.query(
    `update jobs set attempts = attempts + 1, last_reason = $4, leased_until = null,
                     run_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
     where ${mine}`,
    [job.id, job.attempt, afterMs, reason],
  );
}

/** `at` is when we began to see what a parked job waits for: a later change of its connection releases it. */
export async function endJob(
  job: Job,
  state: 'parked' | 'failed',
  reason: string,
  source: Source,
  at?: Date,
): Promise<void> {
  await source.query(
    `update jobs set state = $3, last_reason = $4, ended_at = coalesce($5, clock_timestamp()), leased_until = null
     where ${mine}`,
    [job.id, job.attempt, state, reason, at ?? null],
  );
}

/** A job that is done leaves no row, as what it did stands elsewhere; one that was asked for meanwhile is done again. */
export async function finishJob(job: Job, source: Source): Promise<void> {
  await source.query(
    `with gone as (delete from jobs where ${mine} and requests = $3 returning id)
     update jobs set last_reason = null, waits_since = clock_timestamp(), ${goesOn} where ${mine} and not exists (select 1 from gone)`,
    [job.id, job.attempt, job.requests],
  );
}

/** What the job was about is over: nobody needs it any more, whoever has it. */
export async function forgetJob(id: string, tx: Tx): Promise<void> {
  await tx.query(`delete from jobs where id = $1`, [id]);
}

/** The grant that the job goes by gave way to this one; the job does so from its next lease on. */
export async function goByGrant(job: Job, grantId: string, tx: Tx): Promise<void> {
  await tx.query(
    `update jobs set payload = jsonb_set(payload, '{grantId}', to_jsonb($3::text)), credential = $4 where ${mine}`,
    [job.id, job.attempt, grantId, grantCredential(grantId)],
  );
}

/**
 * What the jobs are about has failed without them. They stand as failed from now on, also those that were done or are being
 * done: that lease ends with this.
 */
export async function putFailedJobs(jobs: readonly NewJob[], reason: string, tx: Tx): Promise<void> {
  if (jobs.length === 0) return;
  await tx.query(
    `insert into jobs (id, tenant_id, connection_id, kind, key, payload, credential, state, last_reason, ended_at)
     select r.*, 'failed', $2, clock_timestamp() from json_to_recordset($1::json)
       as r(id uuid, "tenantId" text, "connectionId" uuid, kind text, key text, payload jsonb, credential text)
     on conflict (connection_id, kind, key) do update set
       state = excluded.state, last_reason = excluded.last_reason, ended_at = excluded.ended_at,
       attempts = jobs.attempts + 1, leased_until = null`,
    [JSON.stringify(jobs.map((job) => ({ id: uuidV7(), ...job }))), reason],
  );
}

/** Lets the jobs `j` go on that `which` says and that nobody is doing. Answers how many. */
export async function releaseJobs(which: string, parameters: readonly unknown[], source: Source): Promise<number> {
  const rows = await rowsOf(
    source,
    `update jobs j set ${goesOn} where (${which}) and not (${isLeased}) returning j.id`,
    parameters,
  );
  return rows.length;
}
