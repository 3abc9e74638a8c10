import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { IsInstant } from '../common/http/query.dto.js';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { isValid } from './api-key.entity.js';
import { type ApiKeyInfo, type MadeApiKey } from './api-keys.service.js';
import { scopes, type Scope } from './scopes.js';

const keyId = /^[a-z2-7]{12}$/;
const states = ['valid', 'expired', 'revoked'] as const;
const mostRequestsPerMinute = 1_000_000;
const longestOverlapSeconds = 30 * 86_400;

/** The `{id}` of a key in a path: the part between the underscores of its text. */
export class KeyIdParam {
  @ApiProperty({ pattern: keyId.source, example: 'abcdefghijkl' })
  @Matches(keyId, { message: '$property must be the id of a key' })
  readonly id!: string;
}

export class CreateKey {
  @ApiProperty({ maxLength: 200, example: 'CRM sync' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  readonly name!: string;

  @ApiProperty({ enum: scopes, isArray: true, example: ['events:read'] })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(scopes, { each: true })
  readonly scopes!: readonly Scope[];

  @ApiPropertyOptional({ format: 'date-time', description: 'When it stops being taken; never, or with your own key.' })
  @MayBeAbsent()
  @IsInstant()
  readonly expiresAt?: string;

  @ApiPropertyOptional({
    minimum: 1,
    maximum: mostRequestsPerMinute,
    description: 'In place of the limit of all keys.',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(mostRequestsPerMinute)
  readonly requestsPerMinute?: number;
}

export class RotateKey {
  @ApiPropertyOptional({
    minimum: 0,
    maximum: longestOverlapSeconds,
    default: 86_400,
    description: 'How long the old key stays valid beside the new one.',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(longestOverlapSeconds)
  readonly overlapSeconds: number = 86_400;
}

export class KeyDto {
  @ApiProperty({ pattern: keyId.source })
  readonly id!: string;
  @ApiProperty()
  readonly name!: string;
  @ApiProperty({ enum: scopes, isArray: true })
  readonly scopes!: readonly string[];
  @ApiProperty({ enum: states })
  readonly state!: (typeof states)[number];
  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Who made it, as in the audit log.' })
  readonly createdBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly expiresAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly revokedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Exact to a minute.' })
  readonly lastUsedAt!: string | null;
  @ApiProperty({ type: 'integer', nullable: true, description: 'Null: the limit of all keys.' })
  readonly requestsPerMinute!: number | null;
  @ApiProperty({ type: String, nullable: true, description: 'The key that this one took the place of.' })
  readonly replaces!: string | null;
}

export class MadeKeyDto extends KeyDto {
  @ApiProperty({ description: 'What to send as `Authorization: Bearer`. Shown this once and never again.' })
  readonly key!: string;
}

export class KeyPage {
  @ApiProperty({ type: [KeyDto] })
  readonly items!: readonly KeyDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

/** A key as it is shown, with what it is at this moment. */
export function toKeyDto(key: ApiKeyInfo): KeyDto {
  return {
    id: key.id,
    name: key.name,
    scopes: key.scopes,
    state: key.revokedAt !== null ? 'revoked' : isValid(key, new Date()) ? 'valid' : 'expired',
    createdAt: key.createdAt.toISOString(),
    createdBy: key.createdBy,
    expiresAt: key.expiresAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    requestsPerMinute: key.requestsPerMinute,
    replaces: key.replaces,
  };
}

/** The same with the text of a key that was just made. */
export function toMadeKeyDto({ info, text }: MadeApiKey): MadeKeyDto {
  return { ...toKeyDto(info), key: text };
}
