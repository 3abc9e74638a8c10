import { isJsonObject, textOf } from '../common/json/json.js';
import { firstRowOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { grantCredential, organizationCredential } from '../outbox/credential.js';
import { releaseJobs } from '../outbox/job-changes.js';
import { type Job, type NewJob } from '../outbox/job.js';
import { type PostRow } from './post.dto.js';

/** The kind of job that places a post; its key is the post's id. */
export const postKind = 'post';

/** By whose leave a post is placed: a user's, an organisation's, or, where both are null, as the app itself. */
export type PostMeans = Pick<PostRow, 'grantId' | 'organizationExternalId'>;

/** The job that places a post. */
export function postJobOf({
  id,
  tenantId,
  connectionId,
  grantId,
  organizationExternalId,
}: Pick<PostRow, 'id' | 'tenantId' | 'connectionId'> & PostMeans): NewJob {
  const job = { tenantId, connectionId, kind: postKind, key: id };
  if (grantId !== null) return { ...job, payload: { grantId }, credential: grantCredential(grantId) };
  if (organizationExternalId === null) return { ...job, payload: {}, credential: 'app' };
  const credential = organizationCredential(organizationExternalId);
  return { ...job, payload: { organizationExternalId }, credential };
}

/** What the job was written with; of a grant that was replaced since, the one that came in its place. */
export function meansOf({ payload }: Job): PostMeans {
  const text = (name: string): string | null => (isJsonObject(payload) ? (textOf(payload, name) ?? null) : null);
  return { grantId: text('grantId'), organizationExternalId: text('organizationExternalId') };
}

/** What a job says while its post waits for another one of the same poster in the same space. */
export const waitsForItsTurn = 'waits-for-its-turn';

/** The grant that the job goes by; undefined for posts of the app. */
export function grantOf({ payload }: Job): string | undefined {
  return isJsonObject(payload) ? textOf(payload, 'grantId') : undefined;
}

/**
 * Lets the next post of this poster in this space have its turn at once. It is in the transaction that ends the turn before.
 * One whose job is leased comes by itself, and sees what this transaction did.
 */
export async function callNext(
  post: Pick<PostRow, 'id' | 'connectionId' | 'spaceId' | 'poster'>,
  tx: Tx,
): Promise<void> {
  await releaseJobs(
    `j.id = (select w.id from posts p
             join jobs w on w.connection_id = p.connection_id and w.kind = $5 and w.key = p.id::text
             where p.connection_id = $1 and p.space_id = $2 and p.poster = $3 and p.state = 'queued' and p.id <> $4
               and w.state = 'waiting' and w.last_reason = $6
             order by p.id limit 1 for update of w skip locked)`,
    [post.connectionId, post.spaceId, post.poster, post.id, postKind, waitsForItsTurn],
    tx,
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
