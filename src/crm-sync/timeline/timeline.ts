import { Injectable } from '@nestjs/common';
import { TenantReads } from '../../database/tenant-reads.js';
import { type AnnotationDto } from '../../messages/annotation.dto.js';
import { type MessageDto } from '../../messages/message.dto.js';
import { MessagesById } from '../../messages/messages-by-id.queries.js';
import { annotationText } from './annotation-text.js';
import { readableText } from './readable-text.js';

/** What hangs on a message. */
export interface TimelineAnnotation {
  readonly type: string;
  readonly author: string;
  readonly text: string;
}

/** A message as a day's conversation shows it. */
export interface TimelineMessage {
  readonly at: Date;
  readonly author: string;
  readonly content: string | null;
  readonly isEdited: boolean;
  readonly isDeleted: boolean;
  readonly hasFailed: boolean;
  readonly annotations: readonly TimelineAnnotation[];
  /** All of it. */
  readonly message: MessageDto;
}

/** One day of a conversation, in UTC. */
export interface ConversationDay {
  /** The space's title; empty where none is known. */
  readonly space: string;
  /** As `2026-03-02`. */
  readonly day: string;
  readonly messages: readonly TimelineMessage[];
}

/** The newest of a day that are read; an entry of a CRM holds fewer. */
const atMost = 2_000;

const messagesOfDay = `
  select id, sort_at as at from messages
  where tenant_id = $1 and space_id = $2 and sort_at >= $3::date::timestamp at time zone 'UTC'
    and sort_at < ($3::date + 1)::timestamp at time zone 'UTC'
  order by sort_at desc, id desc limit ${atMost}`;

/** Reads conversations as they are now. */
@Injectable()
export class Timeline {
  constructor(
    private readonly reads: TenantReads,
    private readonly messages: MessagesById,
  ) {}

  /** The messages that stand at that day, in the order of time; deleted ones say so. */
  async day(tenantId: string, spaceId: string, day: string): Promise<ConversationDay> {
    const found = await this.reads.rows<{ id: string; at: Date }>(tenantId, messagesOfDay, [tenantId, spaceId, day]);
    const times = new Map(found.map(({ id, at }) => [id, at]));
    const messages = await this.messages.messages(tenantId, [...times.keys()].reverse());
    const space = await this.reads.first<{ title: string | null }>(
      tenantId,
      `select title from spaces where tenant_id = $1 and id = $2`,
      [tenantId, spaceId],
    );
    return {
      space: space?.title ?? '',
      day,
      messages: messages.map((message) => toTimelineMessage(message, times.get(message.id) ?? new Date(0))),
    };
  }
}

function toTimelineMessage(message: MessageDto, at: Date): TimelineMessage {
  return {
    at,
    author: message.author?.displayName ?? message.author?.externalId ?? '',
    content: message.content === null ? null : readableText(message.content, message.contentType),
    isEdited: message.editedAt !== null,
    isDeleted: message.deletedAt !== null,
    hasFailed: message.failedAt !== null,
    annotations: message.annotations.flatMap(toTimelineAnnotation),
    message,
  };
}

/** Only those with something to read: what machines find in a text is no news to its readers. */
function toTimelineAnnotation({ type, payload, author }: AnnotationDto): TimelineAnnotation[] {
  if (type === null || /^(generic|message-nlp)/i.test(type)) return [];
  const text = annotationText(payload);
  return text === '' ? [] : [{ type, author: author?.displayName ?? author?.externalId ?? '', text }];
}
