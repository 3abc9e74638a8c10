import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { OwnedDto } from '../common/http/owned.dto.js';
import { TimedQuery } from '../common/http/query.dto.js';
import { anyJson } from '../common/http/any-json.js';
import { type JsonValue } from '../common/json/json.js';
import { type ConversationRow } from './conversation.state.js';

export class ConversationsQuery extends TimedQuery {
  @ApiPropertyOptional({ enum: ['open', 'ended'] })
  @MayBeAbsent()
  @IsIn(['open', 'ended'])
  readonly state?: 'open' | 'ended';
}

export class InvitationDto {
  @ApiProperty()
  readonly externalId!: string;
  @ApiProperty({ description: "The platform's word for its kind." })
  readonly type!: string;
  @ApiProperty({ enum: ['received', 'sent', 'accepted', 'declined', 'failed'] })
  readonly state!: string;
  @ApiProperty({ enum: ['incoming', 'outgoing'], nullable: true })
  readonly direction!: string | null;
  @ApiProperty({ ...anyJson, description: "Why it was declined or failed, in the platform's words." })
  readonly reason!: JsonValue;
}

export class ConversationDto extends OwnedDto {
  @ApiProperty()
  readonly externalId!: string;
  @ApiProperty({ format: 'uuid' })
  readonly spaceId!: string;
  @ApiProperty({ type: String, nullable: true, description: "The platform's word, for example `Connected`." })
  readonly state!: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly subject!: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly importance!: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly threadId!: string | null;
  @ApiProperty({ type: [String] })
  readonly modalities!: readonly string[];
  @ApiProperty({ type: InvitationDto, nullable: true })
  readonly invitation!: InvitationDto | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly startedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly endedAt!: string | null;
}

export class ConversationPage {
  @ApiProperty({ type: [ConversationDto] })
  readonly items!: readonly ConversationDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

/** A conversation as the API shows it. */
export function toConversationDto(row: ConversationRow): ConversationDto {
  const text = (name: string): string | null => {
    const value = row.fields[name]?.value;
    return typeof value === 'string' ? value : null;
  };
  const modalities = row.fields['modalities']?.value;
  return {
    id: row.id,
    platform: row.platform,
    connectionId: row.connection_id,
    externalId: row.external_id,
    spaceId: row.space_id,
    state: text('state'),
    subject: text('subject'),
    importance: text('importance'),
    threadId: text('threadId'),
    modalities: Array.isArray(modalities) ? modalities.filter((item) => typeof item === 'string') : [],
    invitation:
      row.invitation === null
        ? null
        : {
            externalId: row.invitation.externalId,
            type: row.invitation.type,
            state: row.invitation.state,
            direction: row.invitation.direction,
            reason: row.invitation.reason === null ? null : { ...row.invitation.reason },
          },
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}
