import { type JsonValue } from '../common/json/json.js';
import { type LiaisonEvent } from '../events/event.js';
import { earlier, later, supersedes } from '../events/latest.js';
import { type ColumnTypes } from '../events/projection-table.js';
import { placeAtEarliest, placeOfFirst, sortPlaceColumns, type SortPlace } from '../events/sort-place.js';
import { type MessageRow } from './message.state.js';

export interface AnnotationRow extends SortPlace {
  readonly id: string;
  readonly tenant_id: string;
  readonly connection_id: string;
  readonly platform: string;
  readonly space_id: string;
  readonly message_id: string | null;
  readonly external_id: string;
  readonly type: string | null;
  readonly payload: JsonValue | null;
  readonly raw_payload: string | null;
  readonly author_external_id: string | null;
  readonly author_name: string | null;
  readonly added_at: Date | null;
  /** The time of what is shown: when it was added or last edited. */
  readonly version_at: Date | null;
  readonly version_rank: number;
  /** When we learned what is shown. */
  readonly version_learned_at: Date | null;
  readonly removed_at: Date | null;
}

export const annotationColumns: ColumnTypes<AnnotationRow> = {
  id: 'uuid',
  tenant_id: 'text',
  connection_id: 'uuid',
  platform: 'text',
  space_id: 'uuid',
  message_id: 'uuid',
  external_id: 'text',
  type: 'text',
  payload: 'jsonb',
  raw_payload: 'text',
  author_external_id: 'text',
  author_name: 'text',
  added_at: 'timestamptz',
  version_at: 'timestamptz',
  version_rank: 'smallint',
  version_learned_at: 'timestamptz',
  removed_at: 'timestamptz',
  ...sortPlaceColumns,
};

/**
 * An annotation `a` of a message `m` (joined, perhaps absent) that is there to be seen: it was not removed since its
 * last version, its message is not deleted, and its message was not edited after it, because an edit drops annotations
 * (Watson Work, updateMessage). As a rule over both rows it holds in whatever order the facts arrive.
 */
export const isVisibleAnnotationSql = `
  a.version_at is not null and (a.removed_at is null or a.removed_at < a.version_at)
  and m.deleted_at is null and (m.edited_at is null or a.version_at >= m.edited_at)`;

/** The rule of `isVisibleAnnotationSql` over rows in memory. */
export function isVisibleAnnotation(row: AnnotationRow, message: MessageRow | undefined): boolean {
  const { version_at: versionAt, removed_at: removedAt } = row;
  if (versionAt === null || (removedAt !== null && removedAt >= versionAt)) return false;
  if (message === undefined) return true;
  return message.deleted_at === null && (message.edited_at === null || versionAt >= message.edited_at);
}

export type AnnotationEvent = LiaisonEvent<'annotation.added' | 'annotation.edited' | 'annotation.removed'>;

/** Whether the event is about an annotation. */
export function isAnnotationEvent(event: LiaisonEvent): event is AnnotationEvent {
  return event.type === 'annotation.added' || event.type === 'annotation.edited' || event.type === 'annotation.removed';
}

/** The annotation after the event, whatever order events come in. */
export function applyToAnnotation(row: AnnotationRow | undefined, event: AnnotationEvent): AnnotationRow {
  const at = event.occurredAt;
  const known = row ?? unknownAnnotation(event);
  const next = {
    ...known,
    message_id: lesserOf(known.message_id, event.messageId),
    ...placeAtEarliest(known, event),
  };
  switch (event.type) {
    case 'annotation.added':
      return { ...withVersion(next, event, 0), added_at: earlier(next.added_at, at) };
    case 'annotation.edited':
      return withVersion(next, event, 1);
    case 'annotation.removed':
      return { ...next, removed_at: later(next.removed_at, at) };
  }
}

/** Should reports ever name different messages, the same one is kept in any order. */
function lesserOf(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

function unknownAnnotation(event: AnnotationEvent): AnnotationRow {
  return {
    id: event.subjectId,
    tenant_id: event.tenantId,
    connection_id: event.connectionId,
    platform: event.platform,
    space_id: event.spaceId,
    message_id: event.messageId,
    external_id: event.data.annotationExternalId,
    type: null,
    payload: null,
    raw_payload: null,
    author_external_id: null,
    author_name: null,
    added_at: null,
    version_at: null,
    version_rank: 0,
    version_learned_at: null,
    removed_at: null,
    ...placeOfFirst(event),
  };
}

function withVersion(
  row: AnnotationRow,
  event: LiaisonEvent<'annotation.added' | 'annotation.edited'>,
  rank: number,
): AnnotationRow {
  const { annotationType, payload, rawPayload, actor } = event.data;
  const reported = {
    type: annotationType ?? null,
    payload: payload ?? null,
    raw_payload: rawPayload ?? null,
    author_external_id: actor?.externalId ?? null,
    author_name: actor?.displayName ?? null,
    version_at: event.occurredAt,
    // The same version told with its payload is the same version seen whole.
    version_rank: 2 * rank + (rawPayload === undefined ? 0 : 1),
  };
  const [candidate, stored] = [{ ...versionOf(reported), at: event.occurredAt }, versionOf(row)];
  if (supersedes(candidate, stored)) return { ...row, ...reported, version_learned_at: event.learnedAt };
  const isSame = Number(stored.at) === Number(candidate.at) && stored.rank === candidate.rank;
  if (!isSame || stored.text !== candidate.text) return row;
  return { ...row, version_learned_at: earlier(row.version_learned_at, event.learnedAt) };
}

type Version = Pick<
  AnnotationRow,
  'type' | 'raw_payload' | 'author_external_id' | 'author_name' | 'version_at' | 'version_rank'
>;

/** A version as `supersedes` compares it. */
function versionOf(version: Version): { at: Date | null; rank: number; text: string } {
  const { author_external_id: externalId, author_name: name } = version;
  const actor = externalId === null ? null : { externalId, ...(name === null ? {} : { displayName: name }) };
  const text = JSON.stringify([version.raw_payload, version.type, actor]);
  return { at: version.version_at, rank: version.version_rank, text };
}
