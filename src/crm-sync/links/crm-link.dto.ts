import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsNotEmpty, IsObject, IsString, MaxLength, ValidateNested } from 'class-validator';
import { anyJson } from '../../common/http/any-json.js';
import { MayBeAbsent } from '../../common/http/may-be-absent.js';
import { IsId, IsInstant, PageQuery } from '../../common/http/query.dto.js';
import { type JsonValue } from '../../common/json/json.js';
import { recordKinds, type RecordKind } from '../../crm/crm-record.js';

export const linkStates = ['suggested', 'active', 'removed'] as const;
export type LinkState = (typeof linkStates)[number];

export class RecordReferenceDto {
  @ApiProperty({ enum: recordKinds })
  @IsIn(recordKinds)
  readonly kind!: RecordKind;

  @ApiProperty({ description: "The CRM's own id of the record.", maxLength: 200 })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  readonly externalId!: string;
}

export class CreateCrmLink {
  @ApiProperty({ format: 'uuid', description: 'The CRM connection.' })
  @IsId()
  readonly connectionId!: string;

  @ApiProperty({ format: 'uuid' })
  @IsId()
  readonly spaceId!: string;

  @ApiProperty({ type: RecordReferenceDto })
  @Type(() => RecordReferenceDto)
  @IsObject()
  @ValidateNested()
  readonly record!: RecordReferenceDto;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'From when on the conversation belongs there; from the beginning of today (UTC) unless said.',
  })
  @MayBeAbsent()
  @IsInstant()
  readonly since?: string;

  @ApiPropertyOptional({
    default: true,
    description: 'Whether the space is told when the record is made, moves on or ends.',
  })
  @MayBeAbsent()
  @IsBoolean()
  readonly tells: boolean = true;
}

export class CrmLinksQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly spaceId?: string;

  @ApiPropertyOptional({ enum: linkStates })
  @MayBeAbsent()
  @IsIn(linkStates)
  readonly state?: LinkState;

  @ApiPropertyOptional({ description: "The CRM's own id of the record." })
  @MayBeAbsent()
  @IsString()
  @MaxLength(200)
  readonly recordExternalId?: string;
}

export class RemoveCrmLinkQuery {
  @ApiPropertyOptional({
    enum: ['remove', 'keep'],
    default: 'remove',
    description:
      'What becomes of the entries that the link brought: taken back, but for what people wrote there, or left.',
  })
  @MayBeAbsent()
  @IsIn(['remove', 'keep'])
  readonly entries: 'remove' | 'keep' = 'remove';
}

export class CrmLinkDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty({ format: 'uuid', description: 'The CRM connection.' })
  readonly connectionId!: string;
  @ApiProperty({ format: 'uuid' })
  readonly spaceId!: string;
  @ApiProperty({ type: RecordReferenceDto })
  readonly record!: RecordReferenceDto;
  @ApiProperty({ enum: linkStates })
  readonly state!: LinkState;
  @ApiProperty({ description: 'What it was made for: `by-hand`, or the name of the rule that found it (`rule: …`).' })
  readonly reason!: string;
  @ApiProperty({ type: Number, format: 'double', minimum: 0, maximum: 1, description: 'How sure that is.' })
  readonly confidence!: number;
  @ApiProperty({ ...anyJson, description: 'What speaks for it; docs/crm/links.md describes that of rules.' })
  readonly evidence!: JsonValue;
  @ApiProperty({ format: 'date-time', description: 'From when on the conversation belongs there.' })
  readonly since!: string;
  @ApiProperty({ description: 'Whether the space is told when the record is made, moves on or ends.' })
  readonly tells!: boolean;
  @ApiProperty()
  readonly madeBy!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Who confirmed what a rule suggested.' })
  readonly confirmedBy!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly confirmedAt!: string | null;
  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly removedAt!: string | null;
}

export class CrmLinkPage {
  @ApiProperty({ type: [CrmLinkDto] })
  readonly items!: readonly CrmLinkDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export interface CrmLinkRow {
  readonly id: string;
  readonly tenantId: string;
  readonly connectionId: string;
  readonly spaceId: string;
  readonly recordKind: RecordKind;
  readonly recordExternalId: string;
  readonly state: LinkState;
  readonly reason: string;
  readonly confidence: number;
  readonly evidence: JsonValue;
  readonly since: Date;
  readonly tells: boolean;
  readonly madeBy: string;
  readonly confirmedBy: string | null;
  readonly confirmedAt: Date | null;
  readonly createdAt: Date;
  readonly removedAt: Date | null;
}

export const linkColumns = `id, tenant_id as "tenantId", connection_id as "connectionId", space_id as "spaceId",
  record_kind as "recordKind", record_external_id as "recordExternalId", state, reason, confidence, evidence, since, tells,
  made_by as "madeBy",
  confirmed_by as "confirmedBy", confirmed_at as "confirmedAt", created_at as "createdAt", removed_at as "removedAt"`;

export function toCrmLinkDto(row: CrmLinkRow): CrmLinkDto {
  const { id, connectionId, spaceId, state, reason, confidence, evidence, tells, madeBy } = row;
  return {
    id,
    connectionId,
    spaceId,
    record: { kind: row.recordKind, externalId: row.recordExternalId },
    state,
    reason,
    confidence,
    evidence,
    since: row.since.toISOString(),
    tells,
    madeBy,
    confirmedBy: row.confirmedBy,
    confirmedAt: row.confirmedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    removedAt: row.removedAt?.toISOString() ?? null,
  };
}
