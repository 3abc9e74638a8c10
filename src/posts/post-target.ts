import { type DataSource } from 'typeorm';
import { Conflict, NotFound } from '../common/errors/liaison-error.js';
import { firstRowOf } from '../database/rows.js';
import { type Conversation } from '../events/event-map.js';
import { type PostRequest } from './post-request.js';

export interface PostSpace {
  readonly id: string;
  readonly tenantId: string;
  readonly externalId: string;
  /** The organisation that the platform told with it last, as it was told. */
  readonly organizationExternalId: string | null;
}

/** Throws `NotFound` for a space of another tenant or connection, `Conflict` for one that was deleted. */
export async function spaceToPostIn(
  dataSource: DataSource,
  tenantId: string,
  { connectionId, spaceId }: PostRequest,
): Promise<PostSpace> {
  const space = await firstRowOf<PostSpace & { readonly deletedAt: Date | null }>(
    dataSource,
    `select id, tenant_id as "tenantId", external_id as "externalId", deleted_at as "deletedAt",
            fields #>> '{organizationExternalId,value}' as "organizationExternalId"
     from spaces where id = $1 and tenant_id = $2 and connection_id = $3`,
    [spaceId, tenantId, connectionId],
  );
  if (space === undefined) throw new NotFound({ detail: 'There is no such space of this connection.' });
  if (space.deletedAt !== null) throw new Conflict({ detail: 'The space was deleted.' });
  return space;
}

export interface AnsweredMessage {
  /** The message that the thread began with: threads have one level, so an answer to an answer goes there too. */
  readonly threadExternalId: string;
}

/** Throws `NotFound` for a message of another space. */
export async function answeredMessage(
  dataSource: DataSource,
  space: PostSpace,
  id: string | undefined,
): Promise<AnsweredMessage | undefined> {
  if (id === undefined) return undefined;
  const message = await firstRowOf<{
    readonly externalId: string;
    readonly conversation: Conversation | null;
    readonly ownThread: string | null;
  }>(
    dataSource,
    // Of our own messages we know the thread before the platform has told it.
    `select m.external_id as "externalId", m.conversation,
            (select p.reply_to_external_id from posts p
             where p.connection_id = m.connection_id and p.external_id = m.external_id) as "ownThread"
     from messages m where m.id = $1 and m.tenant_id = $2 and m.space_id = $3`,
    [id, space.tenantId, space.id],
  );
  if (message === undefined) throw new NotFound({ detail: 'There is no such message of this space to answer.' });
  const { externalId, conversation, ownThread } = message;
  const told = conversation?.type === 'thread' ? conversation.externalId : undefined;
  return { threadExternalId: told ?? ownThread ?? externalId };
}

/** The invitation that the space's conversation began with, where the platform has such. */
export async function invitationOf(dataSource: DataSource, spaceId: string): Promise<string | undefined> {
  const row = await firstRowOf<{ readonly externalId: string }>(
    dataSource,
    `select invitation->>'externalId' as "externalId" from conversations
     where space_id = $1 and invitation is not null order by sort_at desc, id desc limit 1`,
    [spaceId],
  );
  return row?.externalId;
}
