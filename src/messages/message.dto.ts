import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBooleanString, IsIn, IsString, MaxLength, MinLength } from 'class-validator';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { OwnedDto } from '../common/http/owned.dto.js';
import { TotalledPage } from '../common/http/total.dto.js';
import { isJsonObject, textOf } from '../common/json/json.js';
import { AnnotationDto, toAnnotationDto } from './annotation.dto.js';
import { type AnnotationRow } from './annotation.state.js';
import { AuthorDto, authorOf, OrderedQuery, type Named } from './author.dto.js';
import { type MessageRow } from './message.state.js';
import { HighlightDto } from './search/highlight.dto.js';

export class MessagesQuery extends OrderedQuery {
  @ApiPropertyOptional({
    description:
      'Words in the text: `a b` both, `"a b"` in a row, `a or b`, `-a` without, `deal*` the beginning of a word.',
  })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  readonly q?: string;

  @ApiPropertyOptional({
    enum: ['time', 'relevance'],
    default: 'time',
    description: 'With `q`: by time, or the 1,000 newest that fit by how well they do.',
  })
  @MayBeAbsent()
  @IsIn(['time', 'relevance'])
  readonly sort: 'time' | 'relevance' = 'time';

  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'With `q`: also say where the words stand.' })
  @MayBeAbsent()
  @IsBooleanString()
  readonly highlight?: string;
}

export class ConversationReference {
  @ApiProperty()
  readonly externalId!: string;
  @ApiProperty({ type: String, nullable: true })
  readonly type!: string | null;
}

export class MessageDto extends OwnedDto {
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
  @ApiProperty({
    type: 'integer',
    description: 'How many facts about the message itself are known: creation, edits, deletion.',
  })
  readonly revision!: number;
  @ApiProperty({ type: [AnnotationDto] })
  readonly annotations!: readonly AnnotationDto[];
  @ApiPropertyOptional({
    type: [HighlightDto],
    description: 'Where the words of `q` stand; with `highlight=true` only.',
  })
  readonly highlights?: readonly HighlightDto[];
}

export class MessagePage extends TotalledPage {
  @ApiProperty({ type: [MessageDto] })
  readonly items!: readonly MessageDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

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
