import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { OwnedDto } from '../common/http/owned.dto.js';
import { TotalledPage } from '../common/http/total.dto.js';
import { anyJson } from '../common/http/any-json.js';
import { type JsonValue } from '../common/json/json.js';
import { type AnnotationRow } from './annotation.state.js';
import { AuthorDto, authorOf, OrderedQuery, type Named } from './author.dto.js';

export class AnnotationsQuery extends OrderedQuery {
  @ApiPropertyOptional({ description: 'For example `generic` or `message-focus`.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(200)
  readonly type?: string;
}

export class AnnotationDto extends OwnedDto {
  @ApiProperty()
  readonly externalId!: string;
  @ApiProperty({ format: 'uuid' })
  readonly spaceId!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  readonly messageId!: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly type!: string | null;
  @ApiProperty({ ...anyJson, description: 'The payload as JSON, or null where it is none.' })
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

export class AnnotationPage extends TotalledPage {
  @ApiProperty({ type: [AnnotationDto] })
  readonly items!: readonly AnnotationDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
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
