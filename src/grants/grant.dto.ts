import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsString, Matches, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { IsId, PageQuery } from '../common/http/query.dto.js';
import { type GrantRow } from '../tokens/grant-table.js';

const states = ['pending', 'active', 'needs-reauthorization', 'revoked', 'denied', 'failed'] as const;
const health = ['pending', 'active', 'expiring', 'needs-reauthorization', 'revoked', 'denied', 'failed'] as const;

export class StartGrant {
  @ApiProperty({ format: 'uuid' })
  @IsId()
  readonly connectionId!: string;

  @ApiPropertyOptional({ type: [String], description: "What is asked for; the platform's usual scopes if absent." })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(100)
  // RFC 6749 section 3.3.
  @Matches(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, { each: true, message: 'each scope must be a scope token' })
  readonly scopes?: string[];

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'A grant of this connection that has lost its tokens, or soon will.',
  })
  @MayBeAbsent()
  @IsId()
  readonly reconnect?: string;
}

export class StartedGrantDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty({ description: 'Send the user there, within ten minutes; it serves once.' })
  readonly authorizeUrl!: string;
}

export class GrantsQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;

  @ApiPropertyOptional({ enum: states })
  @MayBeAbsent()
  @IsIn(states)
  readonly state?: string;

  @ApiPropertyOptional({ description: "The platform's id of who consented." })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly subject?: string;
}

export class GrantSubjectDto {
  @ApiProperty()
  readonly externalId!: string;
  @ApiProperty({ type: String, nullable: true })
  readonly displayName!: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly email!: string | null;
}

export class GrantDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty({ format: 'uuid' })
  readonly connectionId!: string;
  @ApiProperty({ enum: states })
  readonly state!: string;
  @ApiProperty({ enum: health, description: 'As `state`; `expiring` within a week of the end of the refresh token.' })
  readonly health!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Why it is not active: a fixed word.' })
  readonly reason!: string | null;
  @ApiProperty({ type: GrantSubjectDto, nullable: true, description: 'Who consented.' })
  readonly subject!: GrantSubjectDto | null;
  @ApiProperty({ type: [String] })
  readonly scopes!: readonly string[];
  @ApiProperty({ description: 'Which caller asked for it.' })
  readonly requestedBy!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Send the user there to make it active again.' })
  readonly reconnectUrl!: string | null;
  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly activatedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly renewedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly refreshExpiresAt!: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'After this instant nothing is done in the name of the user.',
  })
  readonly revokedAt!: string | null;
}

export class GrantPage {
  @ApiProperty({ type: [GrantDto] })
  readonly items!: readonly GrantDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

const expiringWithinMs = 7 * 24 * 3_600_000;

/** A grant as the API shows it: never a token. */
export function toGrantDto(row: GrantRow, reconnectUrl: string | null): GrantDto {
  const endsAt = row.refreshExpiresAt?.getTime();
  const isExpiring = row.state === 'active' && endsAt !== undefined && endsAt - Date.now() < expiringWithinMs;
  return {
    id: row.id,
    connectionId: row.connectionId,
    state: row.state,
    health: isExpiring ? 'expiring' : row.state,
    reason: row.reason,
    subject:
      row.subjectExternalId === null
        ? null
        : { externalId: row.subjectExternalId, displayName: row.subjectName, email: row.subjectEmail },
    scopes: row.scopes,
    requestedBy: row.requestedBy,
    reconnectUrl,
    createdAt: row.createdAt.toISOString(),
    activatedAt: row.activatedAt?.toISOString() ?? null,
    renewedAt: row.renewedAt?.toISOString() ?? null,
    refreshExpiresAt: row.refreshExpiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
