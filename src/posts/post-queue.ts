import { firstRowOf, rowsOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { type Job } from '../outbox/job.js';
import { type PostRow } from './post.dto.js';

/** The kind of job that places a post; its key is the post's id. */
export const postKind = 'post';

/** What a job says while its post waits for another one of the same poster in the same space. */
export const waitsForItsTurn = 'waits-for-its-turn';

/** From its beginning a turn has this long; longer than everything that happens in it. */
const turnSeconds = 120;

/*
 * A post and its job change in one transaction: neither can be over without the other. The job's own state is written under
 * the number of its lease, as everywhere.
 */
const mine = `id = $1 and attempts = $2 and state = 'waiting'`;

/** Begins a turn: nobody else gets this job for as long as it may take. Answers false when it is not ours any more. */
export async function renewLease(job: Job, tx: Tx): Promise<boolean> {
  const rows = await rowsOf(
    tx,
    `update jobs set run_at = clock_timestamp() + make_interval(secs => $3) where ${mine} returning id`,
    [job.id, job.attempt, turnSeconds],
  );
  return rows.length > 0;
}

/** The post is over: it needs no job any more, whoever has it. */
export async function forgetJob(job: Job, tx: Tx): Promise<void> {
  await tx.query(`delete from jobs where id = $1`, [job.id]);
}

/** `at` is when we began to see what it waits for: a later change of the connection releases it. */
export async function parkJob(job: Job, reason: string, at: Date, tx: Tx): Promise<void> {
  await tx.query(`update jobs set state = 'parked', last_reason = $3, ended_at = $4 where ${mine}`, [
    job.id,
    job.attempt,
    reason,
    at,
  ]);
}

export async function failJob(job: Job, reason: string, tx: Tx): Promise<void> {
  await tx.query(`update jobs set state = 'failed', last_reason = $3, ended_at = clock_timestamp() where ${mine}`, [
    job.id,
    job.attempt,
    reason,
  ]);
}

/**
 * Lets the next post of this poster in this space have its turn at once. It is in the transaction that ends the turn before:
 * a job that is called while it is leased begins a new lease, and the old one then finds itself without.
 */
export async function callNext(
  post: Pick<PostRow, 'id' | 'connectionId' | 'spaceId' | 'poster'>,
  tx: Tx,
): Promise<void> {
  await tx.query(
    `update jobs set run_at = clock_timestamp()
     from (select j.id from posts p
             join jobs j on j.connection_id = p.connection_id and j.kind = $5 and j.key = p.id::text
           where p.connection_id = $1 and p.space_id = $2 and p.poster = $3 and p.state = 'queued' and p.id <> $4
             and j.state = 'waiting' and j.last_reason = $6
           order by p.id limit 1 for update of j skip locked) next
     where jobs.id = next.id`,
    [post.connectionId, post.spaceId, post.poster, post.id, postKind, waitsForItsTurn],
  );
}

/**
 * Lets the post sleep until whoever is before it calls it. The job gets a new number with it, so that nothing which is still to
 * be written under the old one can overwrite that call.
 */
export async function sleepUntilCalled(job: Job, afterMs: number, tx: Tx): Promise<void> {
  await tx.query(
    `update jobs set attempts = attempts + 1, last_reason = $3,
                     run_at = clock_timestamp() + make_interval(secs => $4::float8 / 1000)
     where ${mine}`,
    [job.id, job.attempt, waitsForItsTurn, afterMs],
  );
}

/**
 * The post that goes before this one: the one that is under way, else, for a post that was never tried, the first of those
 * that were taken earlier and have not been tried either. One whose job breaks off holds up nobody.
 */
async function postAhead(post: PostRow, tx: Tx): Promise<string | undefined> {
  const row = await firstRowOf<{ id: string }>(
    tx,
    `(select id from posts
      where connection_id = $1 and space_id = $2 and poster = $3 and id <> $4 and state in ('sending', 'unknown'))
     union all
     (select o.id from posts o join jobs j on j.connection_id = o.connection_id and j.kind = $6 and j.key = o.id::text
      where $5 = 0 and o.connection_id = $1 and o.space_id = $2 and o.poster = $3 and o.id < $4
        and o.state = 'queued' and o.attempts = 0
        and j.state = 'waiting' and j.last_reason is distinct from 'error'
      order by o.id limit 1)
     limit 1`,
    [post.connectionId, post.spaceId, post.poster, post.id, post.attempts, postKind],
  );
  return row?.id;
}

/**
 * Whether another post goes before this one. That one then cannot end before `tx` does, so it will see, and call, whoever
 * went to sleep in `tx`.
 */
export async function mustWait(post: PostRow, tx: Tx): Promise<boolean> {
  for (let ahead = await postAhead(post, tx); ahead !== undefined;) {
    await tx.query(`select 1 from posts where id = $1 for update`, [ahead]);
    const still = await postAhead(post, tx);
    if (still === ahead) return true;
    ahead = still;
  }
  return false;
}
