import { Injectable } from '@nestjs/common';
import { columnLiterals, unnestOf, type ColumnType } from '../database/array-literal.js';
import { isUuid } from '../common/ids/uuid-v7.js';
import { rowsOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { type EventReaction } from '../events/event-reaction.js';
import { isInSpace, type LiaisonEvent } from '../events/event.js';
import { putFailedJobs } from '../outbox/job-changes.js';
import { callNext, postJobOf, type PostMeans } from './post-queue.js';
import { type PostRow } from './post.dto.js';
import { notDelivered } from './post.state.js';

/** A message that may be a post of ours. */
interface Echo {
  readonly connectionId: string;
  readonly spaceId: string;
  readonly externalId: string;
  readonly messageId: string;
  /** The post's id, where the platform repeats the names that we give to acts. */
  readonly postId: string | null;
}

const columns: readonly (readonly [keyof Echo, ColumnType])[] = [
  ['connectionId', 'uuid'],
  ['spaceId', 'uuid'],
  ['externalId', 'text'],
  ['messageId', 'uuid'],
  ['postId', 'uuid'],
];

const echoes = unnestOf(columns, 'echo');

/*
 * A post that is being placed at this moment is waited for, since whoever comes second sees what the first has written: this
 * reaction the id that the answer brought, or the answer the message that this brings.
 */
const waitForAnswers = `
  select p.id from posts p
  where p.state in ('sending', 'unknown') and (p.connection_id, p.space_id) in (
    select echo."connectionId", echo."spaceId" from ${echoes})
  order by p.id for update`;

const match = `
  update posts p set message_id = echo."messageId"
  from ${echoes}
  where p.connection_id = echo."connectionId" and p.external_id = echo."externalId" and p.message_id is null`;

/** Where a fact names the post, it settles it: the message is there, whatever became of the answer. */
const settle = `
  update posts p set
    state = case when p.state = 'unknown' then 'sent' else p.state end,
    sent_at = case when p.state = 'unknown' then clock_timestamp() else p.sent_at end,
    reason = case when p.state = 'unknown' then null else p.reason end,
    external_id = echo."externalId", message_id = echo."messageId"
  from ${echoes}
  where p.id = echo."postId" and p.connection_id = echo."connectionId" and p.message_id is null
    and p.state in ('sending', 'unknown', 'sent')`;

const fail = `
  update posts p set state = 'failed', reason = $1, message_id = coalesce(p.message_id, echo."messageId"),
                     external_id = coalesce(p.external_id, echo."externalId")
  from ${unnestOf(columns, 'echo', 2)}
  where p.id = echo."postId" and p.connection_id = echo."connectionId" and p.state in ('sending', 'unknown', 'sent')
  returning p.id, p.tenant_id as "tenantId", p.connection_id as "connectionId", p.space_id as "spaceId", p.poster,
            p.grant_id as "grantId", p.organization_external_id as "organizationExternalId"`;

type FailedPost = Pick<PostRow, 'id' | 'tenantId' | 'connectionId' | 'spaceId' | 'poster'> & PostMeans;

/** Links posts with the messages that the platform tells us of. Echoes stay facts like any others. */
@Injectable()
export class PostEchoReaction implements EventReaction {
  readonly name = 'post-echoes';

  async react(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    const told = events.filter(({ type }) => type === 'message.created' || type === 'message.fetched').flatMap(echoIn);
    if (told.length > 0) {
      await tx.query(waitForAnswers, columnLiterals(told, columns));
      await tx.query(match, columnLiterals(told, columns));
      const named = told.filter(({ postId }) => postId !== null);
      if (named.length > 0) await tx.query(settle, columnLiterals(named, columns));
    }
    const lost = events.filter(({ type }) => type === 'message.failed').flatMap(echoIn);
    const named = lost.filter(({ postId }) => postId !== null);
    if (named.length === 0) return;
    const failed = await rowsOf<FailedPost>(tx, fail, [notDelivered, ...columnLiterals(named, columns)]);
    await putFailedJobs(failed.map(postJobOf), notDelivered, tx);
    for (const post of failed) await callNext(post, tx);
  }
}

function echoIn(event: LiaisonEvent): Echo[] {
  const { messageId, data, connectionId } = event;
  if (!isInSpace(event) || messageId === null || !('messageExternalId' in data)) return [];
  const externalId = data.messageExternalId;
  // Names in what others began are theirs.
  const isOurs =
    event.type === 'message.failed' || (event.type === 'message.created' && event.data.direction === 'outgoing');
  const operationId = isOurs && 'operationId' in data ? data.operationId : undefined;
  const postId = operationId !== undefined && isUuid(operationId) ? operationId : null;
  return [{ connectionId, spaceId: event.spaceId, externalId, messageId, postId }];
}
