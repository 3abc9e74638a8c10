import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { MayBeAbsent } from '../../common/http/may-be-absent.js';
import { IsId, PageQuery } from '../../common/http/query.dto.js';
import { entryForms, type RecordKind } from '../../crm/crm-record.js';
import { RecordReferenceDto } from '../links/crm-link.dto.js';
import { type ChangeAct, type ChangeForm, type Fault } from './change-table.js';

export const changeStates = ['pending', 'sending', 'unknown', 'synced', 'skipped', 'failed'] as const;
export type ChangeState = (typeof changeStates)[number];

export const changeForms = [...entryForms, 'fields'] as const satisfies readonly ChangeForm[];

const faults = ['ours', 'theirs', 'data'] as const satisfies readonly Fault[];

export class CrmChangesQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly spaceId?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly linkId?: string;

  @ApiPropertyOptional({ enum: changeStates })
  @MayBeAbsent()
  @IsIn(changeStates)
  readonly state?: ChangeState;

  @ApiPropertyOptional({ enum: faults })
  @MayBeAbsent()
  @IsIn(faults)
  readonly fault?: Fault;
}

export class RetryCrmChanges {
  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;

  @ApiPropertyOptional({ enum: faults, description: 'Only those that failed for this.' })
  @MayBeAbsent()
  @IsIn(faults)
  readonly fault?: Fault;
}

export class RetriedCrmChangesDto {
  @ApiProperty({ type: 'integer', description: 'How many that had failed are made again.' })
  readonly retried!: number;
}

export class CrmChangeAttemptDto {
  @ApiProperty({ type: 'integer' })
  readonly number!: number;
  @ApiProperty({ enum: ['create', 'change', 'remove', 'none'] })
  readonly act!: ChangeAct;
  @ApiProperty({ format: 'date-time' })
  readonly startedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly endedAt!: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly outcome!: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly reason!: string | null;
}

export class CrmChangeDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty({ description: 'The CRM.' })
  readonly platform!: string;
  @ApiProperty({ format: 'uuid' })
  readonly connectionId!: string;
  @ApiProperty({ type: String, nullable: true, description: "The CRM's id of the entry, once it is there." })
  readonly externalId!: string | null;
  @ApiProperty({ format: 'uuid' })
  readonly linkId!: string;
  @ApiProperty({ format: 'uuid' })
  readonly spaceId!: string;
  @ApiProperty({ type: RecordReferenceDto })
  readonly record!: RecordReferenceDto;
  @ApiProperty({ description: 'Our name for the entry, which the CRM keeps.' })
  readonly key!: string;
  @ApiProperty({ enum: changeForms, description: 'As what it stands in the CRM; `fields` are fields of the record.' })
  readonly form!: ChangeForm;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The rule of the mapping; null for a day of the conversation.',
  })
  readonly rule!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'What an entry of a rule is about.' })
  readonly subjectId!: string | null;
  @ApiProperty({
    type: 'integer',
    description: 'The version of the mapping that it is made by; 0 is the built-in one.',
  })
  readonly mappingVersion!: number;
  @ApiProperty({ format: 'date', description: 'The day of the conversation, or of the subject, in UTC.' })
  readonly day!: string;
  @ApiProperty({ enum: changeStates })
  readonly state!: ChangeState;
  @ApiProperty({ type: String, nullable: true })
  readonly reason!: string | null;
  @ApiProperty({ enum: faults, nullable: true, description: 'Whose a failure is.' })
  readonly fault!: Fault | null;
  @ApiProperty({ type: String, nullable: true, description: "The CRM's own words." })
  readonly crmMessage!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'The last event that it follows from.' })
  readonly eventId!: string | null;
  @ApiProperty({ format: 'date-time', description: 'When it was last asked for.' })
  readonly wantedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly syncedAt!: string | null;
  @ApiProperty({ type: [CrmChangeAttemptDto], description: 'The last tries, newest first; ten at most.' })
  readonly attempts!: readonly CrmChangeAttemptDto[];
}

export class CrmChangePage {
  @ApiProperty({ type: [CrmChangeDto] })
  readonly items!: readonly CrmChangeDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export interface CrmChangeRow {
  readonly id: string;
  readonly platform: string;
  readonly connectionId: string;
  readonly externalId: string | null;
  readonly linkId: string;
  readonly spaceId: string;
  readonly recordKind: RecordKind;
  readonly recordExternalId: string;
  readonly key: string;
  readonly form: ChangeForm;
  readonly rule: string | null;
  readonly subjectId: string | null;
  readonly mappingVersion: number;
  readonly day: string;
  readonly state: ChangeState;
  readonly reason: string | null;
  readonly fault: Fault | null;
  readonly crmMessage: string | null;
  readonly eventId: string | null;
  readonly wantedAt: Date;
  readonly syncedAt: Date | null;
}

export interface CrmChangeAttemptRow {
  readonly changeId: string;
  readonly number: number;
  readonly act: ChangeAct;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly outcome: string | null;
  readonly reason: string | null;
}

export const changeColumns = `id, platform, connection_id as "connectionId", external_id as "externalId",
  link_id as "linkId", space_id as "spaceId", record_kind as "recordKind", record_external_id as "recordExternalId",
  entry_key as key, form, nullif(rule, '') as rule, subject_id as "subjectId", mapping_version as "mappingVersion",
  day::text as day, state, reason, fault, crm_message as "crmMessage", event_id as "eventId",
  wanted_at as "wantedAt", synced_at as "syncedAt"`;

export function toCrmChangeDto(row: CrmChangeRow, attempts: readonly CrmChangeAttemptRow[]): CrmChangeDto {
  const { recordKind, recordExternalId, wantedAt, syncedAt, ...rest } = row;
  return {
    ...rest,
    record: { kind: recordKind, externalId: recordExternalId },
    wantedAt: wantedAt.toISOString(),
    syncedAt: syncedAt?.toISOString() ?? null,
    attempts: attempts.map(({ number, act, startedAt, endedAt, outcome, reason }) => ({
      number,
      act,
      startedAt: startedAt.toISOString(),
      endedAt: endedAt?.toISOString() ?? null,
      outcome,
      reason,
    })),
  };
}
