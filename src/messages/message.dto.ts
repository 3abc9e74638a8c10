import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { TimedQuery } from '../common/http/query.dto.js';
import { isJsonObject, textOf, type JsonValue } from '../common/json/json.js';
import { type AnnotationRow } from './annotation.state.js';
import { type MessageRow } from './message.state.js';
import { type ReactionRow } from './reaction.state.js';

class OrderedQuery extends TimedQuery {
  @ApiPropertyOptional({
    enum: ['asc', 'desc'],
    default: 'desc',
    description: 'Newest first unless `asc` is asked for.',
  })
  @IsOptional()
  @IsIn(['asc', 'desc'])
  readonly order: 'asc' | 'desc' = 'desc';

  @ApiPropertyOptional({ description: "The platform's id of the author." })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  readonly authorId?: string;
}

export class MessagesQuery extends OrderedQuery {
  @ApiPropertyOptional({ description: 'Words in the text; quotes and a leading minus work as in web search.' })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  readonly q?: string;
}

export class AnnotationsQuery extends OrderedQuery {
  @ApiPropertyOptional({ description: 'For example `generic` or `message-focus`.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  readonly type?: string;
}

export class ReactionsQuery extends OrderedQuery {
  @ApiPropertyOptional({ description: 'The reaction itself, for example 👍.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  readonly type?: string;
}

export class AuthorDto {
  @ApiProperty({ description: "The platform's id of the person, app or service." })
  readonly externalId!: string;
  @ApiProperty({ type: String, nullable: true })
  readonly displayName!: string | null;
}

export class AnnotationDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty()
  readonly platform!: string;
  @ApiProperty({ format: 'uuid' })
  readonly connectionId!: string;
  @ApiProperty()
  readonly externalId!: string;
  @ApiProperty({ format: 'uuid' })
  readonly spaceId!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  readonly messageId!: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly type!: string | null;
  @ApiProperty({ description: 'The payload as JSON, or null where it is none.', nullable: true })
  readonly payload!: JsonValue;
  @ApiProperty({ type: String, nullable: true, description: 'The payload exactly as the platform wrote it.' })
  readonly rawPayload!: string | null;
  @ApiProperty({ type: AuthorDto, nullable: true })
  readonly author!: AuthorDto | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly addedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly updatedAt!: string | null;
}

export class AnnotationPage {
  @ApiProperty({ type: [AnnotationDto] })
  readonly items!: readonly AnnotationDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export class ConversationReference {
  @ApiProperty()
  readonly externalId!: string;
  @ApiProperty({ type: String, nullable: true })
  readonly type!: string | null;
}

export class MessageDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty()
  readonly platform!: string;
  @ApiProperty({ format: 'uuid' })
  readonly connectionId!: string;
  @ApiProperty()
  readonly externalId!: string;
  @ApiProperty({ format: 'uuid' })
  readonly spaceId!: string;
  @ApiProperty({ type: ConversationReference, nullable: true })
  readonly conversation!: ConversationReference | null;
  @ApiProperty({ type: AuthorDto, nullable: true })
  readonly author!: AuthorDto | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Null once the message is deleted, and while the platform has not given us its text.',
  })
  readonly content!: string | null;
  @ApiProperty({
    enum: ['gone', 'refused'],
    nullable: true,
    description: 'Why the platform does not give us the text, where it told us so.',
  })
  readonly unavailable!: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly contentType!: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Null while only later facts are known.',
  })
  readonly createdAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly editedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly deletedAt!: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When a message of ours turned out not to have reached its readers.',
  })
  readonly failedAt!: string | null;
  @ApiProperty({ description: 'How many facts about the message itself are known: creation, edits, deletion.' })
  readonly revision!: number;
  @ApiProperty({ type: [AnnotationDto] })
  readonly annotations!: readonly AnnotationDto[];
}

export class MessagePage {
  @ApiProperty({ type: [MessageDto] })
  readonly items!: readonly MessageDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export class ReactionDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty()
  readonly platform!: string;
  @ApiProperty({ format: 'uuid' })
  readonly connectionId!: string;
  @ApiProperty({ description: 'Message, user and reaction, which together are all the identity a reaction has.' })
  readonly externalId!: string;
  @ApiProperty({ format: 'uuid' })
  readonly spaceId!: string;
  @ApiProperty({ format: 'uuid' })
  readonly messageId!: string;
  @ApiProperty({ type: AuthorDto })
  readonly author!: AuthorDto;
  @ApiProperty()
  readonly reaction!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly addedAt!: string | null;
}

export class ReactionPage {
  @ApiProperty({ type: [ReactionDto] })
  readonly items!: readonly ReactionDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

/** A row together with the name that its author goes by in the space, for rows that came without one. */
export type Named<Row> = Row & { readonly known_name: string | null };

/**
 * A message as the API shows it. Messages of apps come without text; theirs stands in the `generic` annotations that
 * follow (Watson Work), so it is taken from there.
 */
export function toMessageDto(row: Named<MessageRow>, annotations: readonly Named<AnnotationRow>[]): MessageDto {
  const textOfApp = annotations.flatMap((annotation) => genericText(annotation)).join('\n');
  return {
    id: row.id,
    platform: row.platform,
    connectionId: row.connection_id,
    externalId: row.external_id,
    spaceId: row.space_id,
    conversation:
      row.conversation === null
        ? null
        : { externalId: row.conversation.externalId, type: row.conversation.type ?? null },
    author: authorOf(row),
    content: row.content === '' && textOfApp !== '' ? textOfApp : row.content,
    unavailable: row.content === null && row.deleted_at === null ? row.unavailable : null,
    contentType: row.content_type,
    createdAt: row.created_at?.toISOString() ?? null,
    editedAt: row.edited_at?.toISOString() ?? null,
    deletedAt: row.deleted_at?.toISOString() ?? null,
    failedAt: row.failed_at?.toISOString() ?? null,
    revision: row.revision,
    annotations: annotations.map(toAnnotationDto),
  };
}

function genericText(annotation: AnnotationRow): string[] {
  // Upper case was seen in 2018.
  if (annotation.type?.toLowerCase() !== 'generic' || !isJsonObject(annotation.payload)) return [];
  const text = textOf(annotation.payload, 'text') ?? '';
  return text === '' ? [] : [text];
}

function authorOf(row: Named<{ author_external_id: string | null; author_name: string | null }>): AuthorDto | null {
  if (row.author_external_id === null) return null;
  return { externalId: row.author_external_id, displayName: row.author_name ?? row.known_name };
}

/** An annotation as the API shows it. */
export function toAnnotationDto(row: Named<AnnotationRow>): AnnotationDto {
  return {
    id: row.id,
    platform: row.platform,
    connectionId: row.connection_id,
    externalId: row.external_id,
    spaceId: row.space_id,
    messageId: row.message_id,
    type: row.type,
    payload: row.payload,
    rawPayload: row.raw_payload,
    author: authorOf(row),
    addedAt: row.added_at?.toISOString() ?? null,
    updatedAt: row.version_at?.toISOString() ?? null,
  };
}

/** A reaction as the API shows it. */
export function toReactionDto(row: Named<ReactionRow>): ReactionDto {
  return {
    id: row.id,
    platform: row.platform,
    connectionId: row.connection_id,
    externalId: row.external_id,
    spaceId: row.space_id,
    messageId: row.message_id,
    author: { externalId: row.user_external_id, displayName: row.known_name },
    reaction: row.reaction,
    addedAt: row.added_at?.toISOString() ?? null,
  };
}
