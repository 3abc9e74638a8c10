import { toConversationDto } from '../../conversations/conversation.dto.js';
import { type ConversationRow } from '../../conversations/conversation.state.js';
import { isVisibleAnnotationSql, type AnnotationRow } from '../../messages/annotation.state.js';
import { toAnnotationDto, type AnnotationDto } from '../../messages/annotation.dto.js';
import { type AuthorDto, type Named } from '../../messages/author.dto.js';
import { toMessageDto, type MessageDto } from '../../messages/message.dto.js';
import { type MessageRow } from '../../messages/message.state.js';
import { knownName } from '../../messages/messages-by-id.queries.js';
import { isVisibleReactionSql, type ReactionRow } from '../../messages/reaction.state.js';
import { isMember, wasEverMember, type MemberRow } from '../../spaces/member.state.js';
import { type SpaceRow } from '../../spaces/space.state.js';
import { annotationText } from '../timeline/annotation-text.js';
import { longest, mostAnnotations, type SubjectKind } from './expression-scope.js';
import { type Variables } from './expression.js';
import { type RowSource } from './row-source.js';

/** Something that rules are about, as it is now. */
export interface Subject {
  readonly id: string;
  /** When it was there first, or when a member last came or went. */
  readonly at: Date;
  /** Whether it was taken back: what was written for it goes. */
  readonly isGone: boolean;
  /** What expressions are told of it, but for the record and the space. */
  readonly variables: Variables;
}

type Subjects = ReadonlyMap<string, Subject>;

interface SubjectTable {
  readonly table: string;
  /** When a row's subject was there, in SQL. */
  readonly at: string;
  readonly read: (rows: RowSource, tenantId: string, ids: readonly string[]) => Promise<readonly Subject[]>;
}

const tables: Readonly<Record<SubjectKind, SubjectTable>> = {
  message: { table: 'messages', at: 'sort_at', read: messages },
  annotation: { table: 'annotations', at: 'sort_at', read: annotations },
  reaction: { table: 'reactions', at: 'sort_at', read: reactions },
  member: { table: 'members', at: 'greatest(joined_at, left_at)', read: members },
  conversation: { table: 'conversations', at: 'sort_at', read: conversations },
  space: { table: 'spaces', at: 'first_seen_at', read: spaces },
};

/** Those of the ids that are known, as they are now. */
export async function readSubjects(
  rows: RowSource,
  tenantId: string,
  kind: SubjectKind,
  ids: readonly string[],
): Promise<Subjects> {
  if (ids.length === 0) return new Map();
  const found = await tables[kind].read(rows, tenantId, ids);
  return new Map(found.map((subject) => [subject.id, subject]));
}

/** Whether a link that begins then is about the subject. */
export function isSince(kind: SubjectKind, { at }: Subject, since: Date): boolean {
  return kind === 'space' || at >= since;
}

/** A stretch of time; its end is not part of it. */
export interface Range {
  readonly since: Date;
  readonly until?: Date | undefined;
}

/** The newest of a space's subjects in that time, newest first; `offset` passes over so many. */
export async function newestSubjects(
  rows: RowSource,
  space: { readonly tenantId: string; readonly spaceId: string },
  kind: SubjectKind,
  { since, until }: Range,
  page: { readonly limit: number; readonly offset: number },
): Promise<readonly string[]> {
  // A space is what it is at any time: it has no moment before which a link would not concern it.
  if (kind === 'space') return page.offset === 0 ? [space.spaceId] : [];
  const { table, at } = tables[kind];
  const found = await rows<{ readonly id: string }>(
    `select id from ${table} where tenant_id = $1 and space_id = $2 and ${at} >= $3
       and (${at} < $4 or $4::timestamptz is null)
     order by ${at} desc, id desc limit $5 offset $6`,
    [space.tenantId, space.spaceId, since, until ?? null, page.limit, page.offset],
  );
  return found.map(({ id }) => id);
}

/** What expressions are told of a space. */
export async function readSpace(rows: RowSource, tenantId: string, id: string): Promise<Variables> {
  return (await spaces(rows, tenantId, [id]))[0]?.variables ?? { space: noSpace };
}

const noSpace: Variables = { id: '', externalId: '', platform: '', title: '', description: '' };

async function messages(rows: RowSource, tenantId: string, ids: readonly string[]): Promise<readonly Subject[]> {
  const found = await rows<Named<MessageRow>>(
    `select m.*, ${knownName('m', 'author_external_id')} from messages m where m.tenant_id = $1 and m.id = any($2::uuid[])`,
    [tenantId, ids],
  );
  const hanging = await rows<Named<AnnotationRow>>(
    `select a.*, ${knownName('a', 'author_external_id')} from annotations a join messages m on m.id = a.message_id
     where a.tenant_id = $1 and a.message_id = any($2::uuid[]) and ${isVisibleAnnotationSql} order by a.sort_at, a.id`,
    [tenantId, ids],
  );
  const byMessage = new Map<string, Named<AnnotationRow>[]>();
  for (const row of hanging) byMessage.set(row.message_id ?? '', [...(byMessage.get(row.message_id ?? '') ?? []), row]);
  return found.map((row) => {
    const on = byMessage.get(row.id) ?? [];
    return {
      id: row.id,
      at: row.sort_at,
      isGone: row.deleted_at !== null,
      variables: { message: messageVariables(toMessageDto(row, on), row.sort_at) },
    };
  });
}

/** What expressions are told of a message that stands at that time. */
export function messageVariables(message: MessageDto, at: Date): Variables {
  const { id, externalId, content, author, editedAt, deletedAt, failedAt } = message;
  return {
    id,
    externalId: short(externalId),
    text: cut(content ?? '', longest.messageText),
    author: nameOf(author),
    authorId: short(author?.externalId ?? ''),
    at,
    isEdited: editedAt !== null,
    isDeleted: deletedAt !== null,
    hasFailed: failedAt !== null,
    annotations: message.annotations.slice(0, mostAnnotations).map((one) => annotationVariables(one, at)),
  };
}

function annotationVariables({ type, payload, author, addedAt }: AnnotationDto, otherwise: Date): Variables {
  return {
    type: short(type ?? ''),
    text: cut(annotationText(payload), longest.annotationText),
    author: nameOf(author),
    at: addedAt === null ? otherwise : new Date(addedAt),
  };
}

function nameOf(author: AuthorDto | null): string {
  return short(author?.displayName ?? author?.externalId ?? '');
}

const noMessage: Variables = {
  ...{ id: '', externalId: '', text: '', author: '', authorId: '', at: new Date(0) },
  ...{ isEdited: false, isDeleted: false, hasFailed: false, annotations: [] },
};

async function messagesOf(
  rows: RowSource,
  tenantId: string,
  hanging: readonly { readonly message_id: string | null }[],
): Promise<(id: string | null) => Variables> {
  const ids = new Set(hanging.flatMap(({ message_id: id }) => id ?? []));
  const found = await readSubjects(rows, tenantId, 'message', [...ids]);
  return (id) => ({ message: found.get(id ?? '')?.variables['message'] ?? noMessage });
}

async function annotations(rows: RowSource, tenantId: string, ids: readonly string[]): Promise<readonly Subject[]> {
  const found = await rows<Named<AnnotationRow> & { readonly isVisible: boolean | null }>(
    `select a.*, ${knownName('a', 'author_external_id')}, (${isVisibleAnnotationSql}) as "isVisible"
     from annotations a left join messages m on m.id = a.message_id where a.tenant_id = $1 and a.id = any($2::uuid[])`,
    [tenantId, ids],
  );
  const messageOf = await messagesOf(rows, tenantId, found);
  return found.map((row) => ({
    id: row.id,
    at: row.sort_at,
    isGone: row.isVisible !== true,
    variables: { ...messageOf(row.message_id), annotation: annotationVariables(toAnnotationDto(row), row.sort_at) },
  }));
}

async function reactions(rows: RowSource, tenantId: string, ids: readonly string[]): Promise<readonly Subject[]> {
  const found = await rows<Named<ReactionRow> & { readonly isVisible: boolean | null }>(
    `select r.*, ${knownName('r', 'user_external_id')}, (${isVisibleReactionSql}) as "isVisible"
     from reactions r left join messages m on m.id = r.message_id where r.tenant_id = $1 and r.id = any($2::uuid[])`,
    [tenantId, ids],
  );
  const messageOf = await messagesOf(rows, tenantId, found);
  return found.map((row) => ({
    id: row.id,
    at: row.sort_at,
    isGone: row.isVisible !== true,
    variables: {
      ...messageOf(row.message_id),
      reaction: { name: short(row.reaction), by: short(row.known_name ?? row.user_external_id), at: row.sort_at },
    },
  }));
}

async function members(rows: RowSource, tenantId: string, ids: readonly string[]): Promise<readonly Subject[]> {
  const found = await rows<MemberRow>(`select * from members where tenant_id = $1 and id = any($2::uuid[])`, [
    tenantId,
    ids,
  ]);
  return found.map((row) => {
    const at = new Date(Math.max(row.joined_at?.getTime() ?? 0, row.left_at?.getTime() ?? 0));
    const { external_id: externalId, display_name: name, email, role } = row;
    return {
      id: row.id,
      at,
      isGone: !wasEverMember(row),
      variables: {
        member: {
          externalId: short(externalId),
          name: short(name ?? externalId),
          email: short(email ?? ''),
          role: short(role ?? ''),
          isMember: isMember(row),
          at,
        },
      },
    };
  });
}

async function conversations(rows: RowSource, tenantId: string, ids: readonly string[]): Promise<readonly Subject[]> {
  const found = await rows<ConversationRow>(
    `select * from conversations where tenant_id = $1 and id = any($2::uuid[])`,
    [tenantId, ids],
  );
  return found.map((row) => {
    const { externalId, subject, state, endedAt } = toConversationDto(row);
    return {
      id: row.id,
      at: row.sort_at,
      isGone: false,
      variables: {
        conversation: {
          externalId: short(externalId),
          subject: short(subject ?? ''),
          state: short(state ?? ''),
          isEnded: endedAt !== null,
          at: row.sort_at,
        },
      },
    };
  });
}

async function spaces(rows: RowSource, tenantId: string, ids: readonly string[]): Promise<readonly Subject[]> {
  const found = await rows<SpaceRow>(`select * from spaces where tenant_id = $1 and id = any($2::uuid[])`, [
    tenantId,
    ids,
  ]);
  return found.map((row) => {
    const description = row.fields['description']?.value;
    return {
      id: row.id,
      at: row.first_seen_at,
      isGone: row.deleted_at !== null,
      variables: {
        space: {
          id: row.id,
          externalId: short(row.external_id),
          platform: row.platform,
          title: short(row.title ?? ''),
          description: short(typeof description === 'string' ? description : ''),
        },
      },
    };
  });
}

function short(text: string): string {
  return cut(text, longest.text);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).toWellFormed();
}
