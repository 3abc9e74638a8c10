import { firstRowOf, rowsOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { mostTries } from './post-pace.js';
import { type AttemptOutcome } from './post.state.js';
import { type PostRow } from './post.dto.js';

/** The clocks of a platform and of our database differ by less than this. */
const clockSkew = '1 minute';

export async function beginAttempt(postId: string, number: number, tx: Tx): Promise<void> {
  await tx.query(`insert into post_attempts (post_id, number, started_at) values ($1, $2, clock_timestamp())`, [
    postId,
    number,
  ]);
}

/** Answers false where somebody else has ended the try, because we took too long. */
export async function endAttempt(
  postId: string,
  number: number,
  outcome: AttemptOutcome,
  reason: string | null,
  tx: Tx,
): Promise<boolean> {
  const isAuthority = outcome === 'sent';
  const rows = await rowsOf(
    tx,
    `update post_attempts set ended_at = coalesce(ended_at, clock_timestamp()), outcome = $3, reason = $4
     where post_id = $1 and number = $2 and (ended_at is null or $5) returning number`,
    [postId, number, outcome, reason, isAuthority],
  );
  return rows.length > 0;
}

/** When the first try began of which nobody knows whether it worked; closes those that were left open. */
export async function unresolvedSince(postId: string, tx: Tx): Promise<Date | undefined> {
  await tx.query(
    `update post_attempts set ended_at = clock_timestamp(), outcome = 'unknown', reason = 'interrupted'
     where post_id = $1 and ended_at is null`,
    [postId],
  );
  const row = await firstRowOf<{ since: Date | null }>(
    tx,
    `select min(started_at) - interval '${clockSkew}' as since from post_attempts
     where post_id = $1 and outcome = 'unknown'`,
    [postId],
  );
  return row?.since ?? undefined;
}

/** A platform that asks for patience will say yes in the end, so those tries do not count. */
export async function hasBeenTriedEnough({ id, attempts }: Pick<PostRow, 'id' | 'attempts'>, tx: Tx): Promise<boolean> {
  if (attempts < mostTries) return false;
  const row = await firstRowOf<{ count: number }>(
    tx,
    `select count(*)::int as count from post_attempts
     where post_id = $1 and outcome = 'unavailable' and reason = 'rate-limited'`,
    [id],
  );
  return attempts - (row?.count ?? 0) >= mostTries;
}
