import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { IsId, IsInstant, PageQuery } from '../common/http/query.dto.js';
import { anyJson } from '../common/http/any-json.js';
import { type JsonValue } from '../common/json/json.js';
import { isAuthorized, type AuthorizationRow } from './authorization.state.js';

const states = ['active', 'revoked'] as const;

export class AuthorizationsQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;

  @ApiPropertyOptional({ enum: states })
  @MayBeAbsent()
  @IsIn(states)
  readonly state?: (typeof states)[number];

  @ApiPropertyOptional({ description: "The platform's id of the app." })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly applicationId?: string;

  @ApiPropertyOptional({ description: "The platform's id of the organisation." })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly organizationId?: string;

  @ApiPropertyOptional({ description: "The platform's id of who gave the consent." })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly authorizedBy?: string;

  @ApiPropertyOptional({ description: "The app's readable id." })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly friendlyId?: string;

  @ApiPropertyOptional({ description: 'One of the scopes that were granted.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly scope?: string;

  @ApiPropertyOptional({ description: 'One of the meeting sites that are covered.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly siteName?: string;

  @ApiPropertyOptional({ description: 'One of the meeting sites that the app may administer.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly adminSiteName?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Granted at or after.' })
  @MayBeAbsent()
  @IsInstant()
  readonly since?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Granted before.' })
  @MayBeAbsent()
  @IsInstant()
  readonly until?: string;
}

export class AuthorizationDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty()
  readonly platform!: string;
  @ApiProperty({ format: 'uuid' })
  readonly connectionId!: string;
  @ApiProperty({ description: "The platform's id of the app." })
  readonly applicationId!: string;
  @ApiProperty({ description: "The platform's id of the organisation that authorized it." })
  readonly organizationId!: string;
  @ApiProperty({ enum: states })
  readonly state!: string;
  @ApiProperty({ type: String, nullable: true })
  readonly friendlyId!: string | null;
  @ApiProperty({ type: String, nullable: true, description: "The platform's id of who gave the consent." })
  readonly authorizedBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'As the platform wrote it.' })
  readonly authorizedAt!: string | null;
  @ApiProperty({ type: [String] })
  readonly scopes!: readonly string[];
  @ApiProperty({ type: [String] })
  readonly siteNames!: readonly string[];
  @ApiProperty({ type: [String] })
  readonly adminSiteNames!: readonly string[];
  @ApiProperty({ enum: ['held', 'missing', 'erased'], description: 'Whether we hold tokens of the organisation.' })
  readonly tokens!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly tokensExpireAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly grantedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'The last revocation, if any.' })
  readonly revokedAt!: string | null;
  @ApiProperty({ ...anyJson, description: 'Everything that the platform said with the last report.' })
  readonly details!: JsonValue;
}

export class AuthorizationPage {
  @ApiProperty({ type: [AuthorizationDto] })
  readonly items!: readonly AuthorizationDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

/** A row together with what is known of its tokens. */
export type WithTokens = AuthorizationRow & {
  readonly tokens_held: boolean | null;
  readonly tokens_expire_at: Date | null;
};

/** An authorization as the API shows it: of its tokens only whether there are any. */
export function toAuthorizationDto(row: WithTokens): AuthorizationDto {
  const isActive = isAuthorized(row);
  const report = isActive ? row.granted : (row.revoked ?? row.granted);
  return {
    id: row.id,
    platform: row.platform,
    connectionId: row.connection_id,
    applicationId: row.application_external_id,
    organizationId: row.organization_external_id,
    state: isActive ? 'active' : 'revoked',
    friendlyId: report?.friendlyId ?? null,
    authorizedBy: report?.authorizedBy ?? null,
    authorizedAt: report?.authorizedAt ?? null,
    scopes: report?.scopes ?? [],
    siteNames: report?.siteNames ?? [],
    adminSiteNames: report?.adminSiteNames ?? [],
    tokens: row.tokens_held === true ? 'held' : isActive ? 'missing' : 'erased',
    tokensExpireAt: row.tokens_expire_at?.toISOString() ?? null,
    grantedAt: row.granted_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    details: report?.details ?? null,
  };
}
