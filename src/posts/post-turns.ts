import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { sqlStateOf } from '../common/errors/sql-state.js';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { inTransaction, type Tx } from '../database/transaction.js';
import { endJob, forgetJob, goByGrant, layAside, renewLease } from '../outbox/job-changes.js';
import { type Job } from '../outbox/job.js';
import { beginAttempt, hasBeenTriedEnough, unresolvedSince } from './post-attempts.js';
import { heldConsent, type Consent } from './post-grants.js';
import { blindLookGapMs, collisionGapMs, lookGapMs, looksBeforeAnotherTry, sleepMs } from './post-pace.js';
import { callNext, grantOf, mustWait, waitsForItsTurn } from './post-queue.js';
import { notDelivered } from './post.state.js';
import { postColumns, type PostRow } from './post.dto.js';

/** What may be done about a post now. */
export type Turn =
  /** Call the platform; the try stands in the database already. */
  | { readonly kind: 'try'; readonly post: PostRow; readonly number: number }
  /** Look for the message of an earlier try. */
  | { readonly kind: 'look'; readonly post: PostRow; readonly search: Search }
  | { readonly kind: 'wait'; readonly reason: string; readonly afterMs: number }
  /** In a user's name, and the user's consent does not hold. */
  | { readonly kind: 'no-consent' }
  /** It has been tried so often that another try would not help. */
  | { readonly kind: 'used-up' }
  /** It stands as failed for good, whoever asks for another try. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** There is nothing to do, or not for us. */
  | { readonly kind: 'over' };

/** Where the message of a lost try may be. */
export interface Search {
  readonly since: Date;
  /** Ids of messages that other posts of ours are. */
  readonly taken: ReadonlySet<string>;
}

interface LockedPost extends PostRow {
  readonly looks: number;
  readonly blindLooks: number;
  /** Milliseconds since the last look; null before the first. */
  readonly lookedAgoMs: number | null;
}

const uniqueViolation = '23505';
/** From its beginning a turn has this long; longer than everything that happens in it. */
const turnSeconds = 120;
/** By which rule an act in a name was allowed: what the caller's request had to be. */
const rule = 'POST /v1/posts by posts:write';

/** Gives posts their turns: one at a time for each poster in each space, in the order in which they were taken. */
@Injectable()
export class PostTurns {
  constructor(private readonly dataSource: DataSource) {}

  read(id: string): Promise<PostRow | undefined> {
    return firstRowOf<PostRow>(this.dataSource, `select ${postColumns} from posts where id = $1`, [id]);
  }

  /**
   * Whether the last two tries found the token refused, of a post by an organisation's: a new one had been fetched in between,
   * so yet another one would not help.
   */
  async isRefusedAgain({ id, organizationExternalId }: PostRow): Promise<boolean> {
    if (organizationExternalId === null) return false;
    const last = await rowsOf<{ outcome: string | null }>(
      this.dataSource,
      `select outcome from post_attempts where post_id = $1 order by number desc limit 2`,
      [id],
    );
    return last.length === 2 && last.every(({ outcome }) => outcome === 'unauthorized');
  }

  /**
   * What may be done about the post, decided and written down in one transaction. A try is committed before it is answered
   * from here, with its line in the ledger where it is in a user's name; the user's consent, which is the one that `job` names,
   * holds at that moment and cannot be withdrawn before the commit. A try that a dead process left open counts as one whose
   * outcome nobody knows.
   */
  async take(known: PostRow, job: Job): Promise<Turn> {
    try {
      return await inTransaction(this.dataSource, (tx) => this.#take(known, job, tx));
    } catch (error) {
      if (sqlStateOf(error) !== uniqueViolation) throw error;
      // Two posts asked at the same time, and the index let one of them begin.
      return { kind: 'wait', reason: waitsForItsTurn, afterMs: collisionGapMs };
    }
  }

  async #take(known: PostRow, job: Job, tx: Tx): Promise<Turn> {
    // In one order everywhere: consents, posts, jobs.
    const consent = known.poster === '' ? undefined : await heldConsent(job, tx);
    const post = await lockedPost(known.id, tx);
    if (!(await renewLease(job, turnSeconds, tx))) return { kind: 'over' };
    if (post === undefined || post.state === 'sent') {
      await forgetJob(job.id, tx);
      await callNext(known, tx);
      return { kind: 'over' };
    }
    if (post.state === 'failed' && post.reason === notDelivered) {
      // Its name is used up at the platform, which would answer another try as if it had brought the message.
      await endJob(job, 'failed', notDelivered, tx);
      return { kind: 'failed', reason: notDelivered };
    }
    if (consent !== undefined && consent.id !== grantOf(job)) {
      // Whoever asks has a token of the one before, and what the ledger says is by whose consent the token is.
      await goByGrant(job, consent.id, tx);
      return { kind: 'wait', reason: 'continues', afterMs: 0 };
    }
    if (post.poster !== '' && consent?.state !== 'active') return { kind: 'no-consent' };
    if (await mustWait(post, tx)) {
      // Whatever it had waited for, or why it had failed, is over: only queued ones are called.
      await tx.query(
        `update posts set state = 'queued', reason = null where id = $1 and state in ('parked', 'failed')`,
        [post.id],
      );
      await layAside(job, waitsForItsTurn, sleepMs(), tx);
      return { kind: 'wait', reason: waitsForItsTurn, afterMs: collisionGapMs };
    }
    const since = await unresolvedSince(post.id, tx);
    if (since !== undefined && post.looks < looksBeforeAnotherTry) return lookFor(post, since, tx);
    // One that had failed is tried because somebody asked for it.
    if (post.state !== 'failed' && (await hasBeenTriedEnough(post, tx))) return { kind: 'used-up' };
    return begin(post, consent, tx);
  }
}

function lockedPost(id: string, tx: Tx): Promise<LockedPost | undefined> {
  return firstRowOf<LockedPost>(
    tx,
    `select ${postColumns}, looks, blind_looks as "blindLooks",
            extract(epoch from clock_timestamp() - looked_at)::float8 * 1000 as "lookedAgoMs"
     from posts where id = $1 for update`,
    [id],
  );
}

async function lookFor(post: LockedPost, since: Date, tx: Tx): Promise<Turn> {
  await tx.query(`update posts set state = 'unknown', reason = null where id = $1`, [post.id]);
  const gapMs = Math.max(
    post.looks === 0 ? 0 : lookGapMs(post.looks),
    post.blindLooks === 0 ? 0 : blindLookGapMs(post.blindLooks),
  );
  const restMs = post.lookedAgoMs === null ? 0 : gapMs - post.lookedAgoMs;
  if (restMs > 0) return { kind: 'wait', reason: 'outcome-unknown', afterMs: Math.ceil(restMs) };
  const rows = await rowsOf<{ externalId: string }>(
    tx,
    `select external_id as "externalId" from posts
     where space_id = $1 and sent_at >= $2::timestamptz - interval '1 hour' and external_id is not null and id <> $3`,
    [post.spaceId, since, post.id],
  );
  return { kind: 'look', post, search: { since, taken: new Set(rows.map(({ externalId }) => externalId)) } };
}

async function begin(post: LockedPost, consent: Consent | undefined, tx: Tx): Promise<Turn> {
  const number = post.attempts + 1;
  await tx.query(
    `update posts set state = 'sending', reason = null, platform_message = null, attempts = $2, looks = 0, blind_looks = 0,
                      looked_at = null, grant_id = $3
     where id = $1`,
    [post.id, number, consent?.id ?? null],
  );
  await beginAttempt(post.id, number, tx);
  if (consent !== undefined) await recordDelegation(post, number, consent, tx);
  return { kind: 'try', post: { ...post, attempts: number }, number };
}

async function recordDelegation(post: PostRow, attempt: number, consent: Consent, tx: Tx): Promise<void> {
  const { idempotencyKey, requestHash, spaceId, spaceExternalId } = post;
  await tx.query(
    `insert into delegations (id, tenant_id, grant_id, connection_id, subject_external_id, act, post_id, attempt, scopes,
                              requested_by, rule, evidence, at)
     values ($1, $2, $3, $4, $5, 'post', $6, $7, $8::text[], $9, $10, $11::jsonb, clock_timestamp())`,
    [
      uuidV7(),
      post.tenantId,
      consent.id,
      post.connectionId,
      post.poster,
      post.id,
      attempt,
      consent.scopes,
      post.requestedBy,
      rule,
      JSON.stringify({ idempotencyKey, requestHash, spaceId, spaceExternalId }),
    ],
  );
}
