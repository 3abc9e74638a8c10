import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { sqlStateOf } from '../common/errors/sql-state.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { inTransaction, type Tx } from '../database/transaction.js';
import { endJob, forgetJob, goByGrant, holdsLease } from '../outbox/job-changes.js';
import { enqueueJobs, type Job } from '../outbox/job.js';
import { type PlacedPost } from '../platforms/posting.js';
import { type GrantState } from '../tokens/grant-table.js';
import { endAttempt, unresolvedSince } from './post-attempts.js';
import { heldConsent } from './post-grants.js';
import { heldVersion } from './post-organizations.js';
import { callNext, grantOf, postJobOf, type PostMeans } from './post-queue.js';
import { notDelivered, type AttemptOutcome } from './post.state.js';
import { type PostRow } from './post.dto.js';

const uniqueViolation = '23505';

/** Why something ended. */
interface End {
  /** A fixed word. */
  readonly reason: string;
  readonly platformMessage?: string | undefined;
}

/** How turns end. What a turn learned is written with what follows from it for the post and its job, or not at all. */
@Injectable()
export class PostEnds {
  constructor(private readonly dataSource: DataSource) {}

  /** The platform answered a try: the message is there. */
  async placed(post: PostRow, job: Job, number: number, { externalId, createdAt }: PlacedPost): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      if (externalId !== undefined) await takeBack(post, externalId, tx);
      await endAttempt(post.id, number, 'sent', null, tx);
      if (await sent(post, externalId, createdAt, tx)) await forgetJob(job.id, tx);
      await callNext(post, tx);
    });
  }

  /** A look found the message of an earlier try. Answers false where another post was faster to find the same one. */
  async found(post: PostRow, job: Job, { externalId, createdAt }: PlacedPost): Promise<boolean> {
    try {
      await inTransaction(this.dataSource, async (tx) => {
        await tx.query(
          `update post_attempts set outcome = 'sent', reason = 'found'
           where post_id = $1 and number = (select max(number) from post_attempts where post_id = $1 and outcome = 'unknown')`,
          [post.id],
        );
        if (await sent(post, externalId, createdAt, tx)) await forgetJob(job.id, tx);
        await callNext(post, tx);
      });
      return true;
    } catch (error) {
      if (sqlStateOf(error) === uniqueViolation) return false;
      throw error;
    }
  }

  /** A look found nothing; `blind` where the platform does not let us look. Answers how many of its kind there were. */
  async lookedInVain(post: PostRow, kind: 'looks' | 'blind'): Promise<number> {
    const column = kind === 'looks' ? 'looks' : 'blind_looks';
    const row = await firstRowOf<{ count: number }>(
      this.dataSource,
      `update posts set ${column} = ${column} + 1, looked_at = clock_timestamp() where id = $1
       returning ${column} as count`,
      [post.id],
    );
    return row?.count ?? 0;
  }

  /** Nobody knows whether the message of this try is there. The post keeps its place until it is known. */
  async unknown(post: PostRow, number: number, reason: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      if (!(await endAttempt(post.id, number, 'unknown', reason, tx))) return;
      await tx.query(`update posts set state = 'unknown' where id = $1 and state = 'sending'`, [post.id]);
    });
  }

  /** A try that surely did nothing: there will be another one. */
  async again(post: PostRow, number: number, outcome: AttemptOutcome, reason: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      if (!(await endAttempt(post.id, number, outcome, reason, tx))) return;
      await tx.query(`update posts set state = 'queued', reason = $2 where id = $1 and state = 'sending'`, [
        post.id,
        reason,
      ]);
      await callNext(post, tx);
    });
  }

  /** A final no to a try. */
  async refused(post: PostRow, job: Job, number: number, end: End): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      if (!(await endAttempt(post.id, number, 'refused', end.reason, tx))) return;
      await failed(post, job, end, tx);
    });
  }

  /**
   * Nothing will be tried any more, unless somebody asks for the job to be tried again. What may be there is said so. Changes
   * nothing where the job is not ours any more.
   */
  async givenUp(post: PostRow, job: Job, reason: string): Promise<string> {
    return inTransaction(this.dataSource, async (tx) => {
      if (!(await isOurs(post, job, tx))) return reason;
      const end = { reason: (await unresolvedSince(post.id, tx)) === undefined ? reason : 'outcome-unknown' };
      await failed(post, job, end, tx);
      return end.reason;
    });
  }

  /**
   * The post waits: as the app's until the connection is changed (`since` is from before we last looked at it), by an
   * organisation's token until there is another one than `refused`, in a user's name until the user's grant is active again.
   * Answers the state of a grant for which there is nothing to wait, because it has become active meanwhile or has ended for
   * good, `active` also where an organisation's new token has come, or that another grant came in its place, which the job goes
   * by from then on; the post is not parked then. Changes nothing where the job is not ours any more.
   */
  async parked(
    post: PostRow,
    job: Job,
    reason: string,
    since: Date,
    refused?: string,
  ): Promise<'parked' | 'replaced' | GrantState> {
    return inTransaction(this.dataSource, async (tx) => {
      const { organizationExternalId, connectionId } = post;
      const held =
        organizationExternalId === null ? undefined : await heldVersion({ connectionId, organizationExternalId }, tx);
      // Whoever makes a grant active releases what is parked in the same transaction, so after this lock or before it.
      const consent = post.poster === '' ? undefined : await heldConsent(job, tx);
      if (!(await isOurs(post, job, tx))) return 'parked';
      if (held !== undefined && held !== refused) return 'active';
      if (consent !== undefined && consent.id !== grantOf(job)) {
        await goByGrant(job, consent.id, tx);
        return 'replaced';
      }
      const state = consent?.state ?? 'revoked';
      if (post.poster !== '' && state !== 'needs-reauthorization' && state !== 'pending') return state;
      await tx.query(`update posts set state = 'parked', reason = $2 where id = $1 and state <> 'sent'`, [
        post.id,
        reason,
      ]);
      await endJob(job, 'parked', reason, tx, since);
      await callNext(post, tx);
      return 'parked';
    });
  }

  async now(): Promise<Date> {
    const row = await firstRowOf<{ now: Date }>(this.dataSource, `select clock_timestamp() as now`);
    return row?.now ?? new Date();
  }
}

/** Whether this lease still holds; then it does until the end of `tx`. In one order everywhere: consents, posts, jobs. */
async function isOurs({ id }: PostRow, job: Job, tx: Tx): Promise<boolean> {
  await tx.query(`select 1 from posts where id = $1 for update`, [id]);
  return holdsLease(job, tx);
}

/**
 * The message may have been told to us already; else the reaction to its echo waits for this row, and sees the id. Answers false
 * where the platform has said meanwhile that it was not delivered: the post has failed then, with its job.
 */
async function sent(
  post: PostRow,
  externalId: string | undefined,
  createdAt: Date | undefined,
  tx: Tx,
): Promise<boolean> {
  const rows = await rowsOf(
    tx,
    `update posts set state = 'sent', reason = null, platform_message = null, external_id = coalesce($2, external_id),
                      sent_at = coalesce($3, clock_timestamp())
     where id = $1 and reason is distinct from $4 returning 1`,
    [post.id, externalId ?? null, createdAt ?? null, notDelivered],
  );
  await tx.query(
    `update posts p set message_id = m.id from messages m
     where p.id = $1 and m.tenant_id = p.tenant_id and m.external_id = p.external_id and m.space_id = p.space_id`,
    [post.id],
  );
  return rows.length > 0;
}

/**
 * The platform's answer says which message this is. Another post that a look had taken for it was mistaken: that one's
 * outcome is unknown again.
 */
async function takeBack({ id, connectionId }: PostRow, externalId: string, tx: Tx): Promise<void> {
  const [mistaken] = await rowsOf<Pick<PostRow, 'id' | 'tenantId'> & PostMeans>(
    tx,
    `update posts set state = 'queued', external_id = null, message_id = null, sent_at = null
     where connection_id = $1 and external_id = $2 and id <> $3
     returning id, tenant_id as "tenantId", grant_id as "grantId", organization_external_id as "organizationExternalId"`,
    [connectionId, externalId, id],
  );
  if (mistaken === undefined) return;
  await tx.query(
    `update post_attempts set outcome = 'unknown', reason = 'mistaken'
     where post_id = $1 and outcome = 'sent' and reason = 'found'`,
    [mistaken.id],
  );
  await enqueueJobs([postJobOf({ ...mistaken, connectionId })], tx);
}

/** Unless it turned out to be there meanwhile. */
async function failed(post: PostRow, job: Job, { reason, platformMessage }: End, tx: Tx): Promise<void> {
  const rows = await rowsOf(
    tx,
    `update posts set state = 'failed', reason = $2, platform_message = $3 where id = $1 and state <> 'sent' returning id`,
    [post.id, reason, platformMessage ?? null],
  );
  if (rows.length > 0) await endJob(job, 'failed', reason, tx);
  else await forgetJob(job.id, tx);
  await callNext(post, tx);
}
