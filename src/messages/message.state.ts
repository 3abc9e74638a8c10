import { type Conversation } from '../events/event-map.js';
import { type LiaisonEvent } from '../events/event.js';
import { earlier, later, supersedes } from '../events/latest.js';
import { type ColumnTypes } from '../events/projection-table.js';
import { placeAtEarliest, placeOfFirst, sortPlaceColumns, type SortPlace } from '../events/sort-place.js';

/** A message. It stands at its creation, or while we do not know that, at the earliest time at which we know of it. */
export interface MessageRow extends SortPlace {
  readonly id: string;
  readonly tenant_id: string;
  readonly connection_id: string;
  readonly platform: string;
  readonly space_id: string;
  readonly external_id: string;
  /** The earliest of all facts about it; before `sort_at` only where a platform dates something before the creation. */
  readonly first_at: Date;
  readonly author_external_id: string | null;
  readonly author_name: string | null;
  readonly content: string | null;
  readonly content_type: string | null;
  readonly content_at: Date | null;
  readonly content_rank: number;
  readonly conversation: Conversation | null;
  readonly created_at: Date | null;
  readonly edited_at: Date | null;
  readonly deleted_at: Date | null;
  /** When we learned that a message of ours did not reach its readers. */
  readonly failed_at: Date | null;
  /** Why the platform does not give us the text: `gone` or `refused`. */
  readonly unavailable: string | null;
  /** How many facts about the message itself are known: its creation, each edit, its deletion. */
  readonly revision: number;
}

export const messageColumns: ColumnTypes<MessageRow> = {
  id: 'uuid',
  tenant_id: 'text',
  connection_id: 'uuid',
  platform: 'text',
  space_id: 'uuid',
  external_id: 'text',
  ...sortPlaceColumns,
  first_at: 'timestamptz',
  author_external_id: 'text',
  author_name: 'text',
  content: 'text',
  content_type: 'text',
  content_at: 'timestamptz',
  content_rank: 'smallint',
  conversation: 'jsonb',
  created_at: 'timestamptz',
  edited_at: 'timestamptz',
  deleted_at: 'timestamptz',
  failed_at: 'timestamptz',
  unavailable: 'text',
  revision: 'integer',
};

export type MessageEvent = LiaisonEvent<
  | 'message.created'
  | 'message.fetched'
  | 'message.edited'
  | 'message.deleted'
  | 'message.failed'
  | 'message.unavailable'
>;

/** Whether the event is about a message itself, rather than about something that hangs on it. */
export function isMessageEvent(event: LiaisonEvent): event is MessageEvent {
  return event.type.startsWith('message.');
}

/** The message after the event, whatever order events come in. A deletion is final and takes the text with it. */
export function applyToMessage(row: MessageRow | undefined, event: MessageEvent): MessageRow {
  return settled(told(row ?? unknownMessage(event), event), event);
}

function told(known: MessageRow, event: MessageEvent): MessageRow {
  const next = { ...known, revision: known.revision + 1 };
  switch (event.type) {
    case 'message.created':
      return { ...withText(next, event, 0), ...creation(known, event) };
    case 'message.fetched':
      // Not news about the message: the same message, seen whole.
      return { ...withText(known, event, 0), ...creation(known, event) };
    case 'message.failed':
      return { ...known, failed_at: earlier(known.failed_at, event.occurredAt) };
    case 'message.unavailable':
      return { ...known, unavailable: lesser(known.unavailable, event.data.reason) };
    case 'message.edited':
      return { ...withText(next, event, 1), edited_at: later(known.edited_at, event.occurredAt) };
    case 'message.deleted':
      return { ...next, deleted_at: earlier(known.deleted_at, event.occurredAt) };
  }
}

function unknownMessage(event: MessageEvent): MessageRow {
  return {
    id: event.subjectId,
    tenant_id: event.tenantId,
    connection_id: event.connectionId,
    platform: event.platform,
    space_id: event.spaceId,
    external_id: event.data.messageExternalId,
    ...placeOfFirst(event),
    first_at: event.occurredAt,
    author_external_id: null,
    author_name: null,
    content: null,
    content_type: null,
    content_at: null,
    content_rank: 0,
    conversation: null,
    created_at: null,
    edited_at: null,
    deleted_at: null,
    failed_at: null,
    unavailable: null,
    revision: 0,
  };
}

function withText(
  row: MessageRow,
  event: LiaisonEvent<'message.created' | 'message.fetched' | 'message.edited'>,
  rank: number,
): MessageRow {
  const { content, contentType } = event.data;
  // A text that the platform withholds says nothing about the text we may have.
  if (content === null) return row;
  const candidate = { at: event.occurredAt, rank, text: JSON.stringify([content, contentType ?? null]) };
  const stored = {
    at: row.content_at,
    rank: row.content_rank,
    text: JSON.stringify([row.content, row.content_type]),
  };
  if (!supersedes(candidate, stored)) return row;
  return {
    ...row,
    content,
    content_type: contentType ?? null,
    content_at: event.occurredAt,
    content_rank: rank,
  };
}

/** Who wrote it and when: of two reports of a creation the earlier one counts, at the same time the lesser text. */
function creation(row: MessageRow, event: LiaisonEvent<'message.created' | 'message.fetched'>): Partial<MessageRow> {
  const { actor, conversation } = event.data;
  const reported = {
    created_at: event.occurredAt,
    author_external_id: actor?.externalId ?? null,
    author_name: actor?.displayName ?? null,
    conversation: conversation ?? null,
    sort_at: event.occurredAt,
    sort_learned_at: event.learnedAt,
  };
  if (row.created_at === null) return reported;
  const difference = event.occurredAt.getTime() - row.created_at.getTime();
  if (difference !== 0) return difference < 0 ? reported : {};
  const counts = creationText(reported) < creationText(row);
  // The text begins with the author, so the reports that name the author who counts stand together in any order.
  if (reported.author_external_id !== row.author_external_id) return counts ? reported : {};
  return { ...(counts ? reported : {}), sort_learned_at: earlier(row.sort_learned_at, event.learnedAt) };
}

function creationText(row: Pick<MessageRow, 'author_external_id' | 'author_name' | 'conversation'>): string {
  const { author_external_id: author, author_name: name, conversation } = row;
  return JSON.stringify([author, name, conversation?.externalId ?? null, conversation?.type ?? null]);
}

function lesser(a: string | null, b: string): string {
  return a === null || b < a ? b : a;
}

/** What follows from the rest: where it sorts, and that a deleted message has no text. */
function settled(row: MessageRow, event: MessageEvent): MessageRow {
  const placed = {
    ...row,
    ...(row.created_at === null
      ? placeAtEarliest(row, event)
      : { learned_at: earlier(row.learned_at, event.learnedAt) }),
    first_at: earlier(row.first_at, event.occurredAt),
  };
  return placed.deleted_at === null
    ? placed
    : { ...placed, content: null, content_type: null, content_at: null, content_rank: 0 };
}
