import { ApiProperty } from '@nestjs/swagger';
import { encodeCursor } from '../common/http/page.js';
import { eventTypes } from './event-map.js';

export class EventDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty({ description: 'Send it as `after` to go on behind this event.' })
  readonly cursor!: string;
  @ApiProperty({ enum: eventTypes })
  readonly type!: string;
  @ApiProperty()
  readonly platform!: string;
  @ApiProperty({ format: 'uuid' })
  readonly connectionId!: string;
  @ApiProperty({ format: 'uuid', description: 'The webhook call that told it.' })
  readonly deliveryId!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Null for facts that concern no space.' })
  readonly spaceId!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  readonly messageId!: string | null;
  @ApiProperty({ format: 'uuid', description: 'What it is about: a message, a member, a space, a conversation, …' })
  readonly subjectId!: string;
  @ApiProperty({ format: 'date-time', description: 'When it was so at the source.' })
  readonly occurredAt!: string;
  @ApiProperty({ format: 'date-time', description: 'When we learned it.' })
  readonly learnedAt!: string;
  @ApiProperty({ type: 'object', additionalProperties: true })
  readonly data!: Record<string, unknown>;
}

export class EventPage {
  @ApiProperty({ type: [EventDto] })
  readonly items!: readonly EventDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export interface EventRow {
  readonly seq: string;
  readonly id: string;
  readonly type: string;
  readonly platform: string;
  readonly connectionId: string;
  readonly deliveryId: string;
  readonly spaceId: string | null;
  readonly messageId: string | null;
  readonly subjectId: string;
  readonly occurredAt: Date;
  readonly learnedAt: Date;
  readonly data: Record<string, unknown>;
}

export const eventColumns = `
  seq, id, type, platform, connection_id as "connectionId", delivery_id as "deliveryId", space_id as "spaceId",
  message_id as "messageId", subject_id as "subjectId", occurred_at as "occurredAt", learned_at as "learnedAt", data`;

export const feedCursor = 'events';

/** An event as the API shows it. */
export function toEventDto(row: EventRow): EventDto {
  return {
    id: row.id,
    cursor: encodeCursor(feedCursor, [row.seq]),
    type: row.type,
    platform: row.platform,
    connectionId: row.connectionId,
    deliveryId: row.deliveryId,
    spaceId: row.spaceId,
    messageId: row.messageId,
    subjectId: row.subjectId,
    occurredAt: row.occurredAt.toISOString(),
    learnedAt: row.learnedAt.toISOString(),
    data: row.data,
  };
}
