import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { OwnedDto } from '../common/http/owned.dto.js';
import { TotalledPage } from '../common/http/total.dto.js';
import { AuthorDto, OrderedQuery, type Named } from './author.dto.js';
import { type ReactionRow } from './reaction.state.js';

export class ReactionsQuery extends OrderedQuery {
  @ApiPropertyOptional({ description: 'The reaction itself, for example 👍.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(200)
  readonly type?: string;
}

export class ReactionDto extends OwnedDto {
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

export class ReactionPage extends TotalledPage {
  @ApiProperty({ type: [ReactionDto] })
  readonly items!: readonly ReactionDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
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
