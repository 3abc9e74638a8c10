import { type LiaisonEvent } from '../events/event.js';
import { later } from '../events/latest.js';
import { type ColumnTypes } from '../events/projection-table.js';
import { placeAtEarliest, placeOfFirst, sortPlaceColumns, type SortPlace } from '../events/sort-place.js';
import { type MessageRow } from './message.state.js';

/** One user's reaction to one message. */
export interface ReactionRow extends SortPlace {
  readonly id: string;
  readonly tenant_id: string;
  readonly connection_id: string;
  readonly platform: string;
  readonly space_id: string;
  readonly message_id: string;
  /** Reactions have no id at the platform; this is what tells them apart: message, user and reaction. */
  readonly external_id: string;
  readonly user_external_id: string;
  readonly reaction: string;
  readonly added_at: Date | null;
  readonly removed_at: Date | null;
}

export const reactionColumns: ColumnTypes<ReactionRow> = {
  id: 'uuid',
  tenant_id: 'text',
  connection_id: 'uuid',
  platform: 'text',
  space_id: 'uuid',
  message_id: 'uuid',
  external_id: 'text',
  user_external_id: 'text',
  reaction: 'text',
  added_at: 'timestamptz',
  removed_at: 'timestamptz',
  ...sortPlaceColumns,
};

/**
 * A reaction `r` of a message `m` (joined, perhaps absent) that is there to be seen; it goes with its message. Adding and
 * removing in the same millisecond counts as removed.
 */
export const isVisibleReactionSql = `
  r.added_at is not null and (r.removed_at is null or r.added_at > r.removed_at) and m.deleted_at is null`;

/** The rule of `isVisibleReactionSql` over rows in memory. */
export function isVisibleReaction(row: ReactionRow, message: MessageRow | undefined): boolean {
  const { added_at: addedAt, removed_at: removedAt } = row;
  return addedAt !== null && (removedAt === null || addedAt > removedAt) && (message?.deleted_at ?? null) === null;
}

export type ReactionEvent = LiaisonEvent<'reaction.added' | 'reaction.removed'>;

/** Whether the event is about a reaction. */
export function isReactionEvent(event: LiaisonEvent): event is ReactionEvent {
  return event.type === 'reaction.added' || event.type === 'reaction.removed';
}

/** The reaction after the event, whatever order events come in; both events are set operations. */
export function applyToReaction(row: ReactionRow | undefined, event: ReactionEvent): ReactionRow {
  const at = event.occurredAt;
  const known: ReactionRow = row ?? {
    id: event.subjectId,
    tenant_id: event.tenantId,
    connection_id: event.connectionId,
    platform: event.platform,
    space_id: event.spaceId,
    // A reaction event always names its message; see `recordFacts`.
    message_id: event.messageId ?? event.subjectId,
    external_id: `${event.data.messageExternalId}/${event.data.actor?.externalId ?? ''}/${event.data.reaction}`,
    user_external_id: event.data.actor?.externalId ?? '',
    reaction: event.data.reaction,
    added_at: null,
    removed_at: null,
    ...placeOfFirst(event),
  };
  const next = { ...known, ...placeAtEarliest(known, event) };
  return event.type === 'reaction.added'
    ? { ...next, added_at: later(next.added_at, at) }
    : { ...next, removed_at: later(next.removed_at, at) };
}
