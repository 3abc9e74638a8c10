import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsString,
  Matches,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { MayBeAbsent } from '../../common/http/may-be-absent.js';
import { IsId, PageQuery } from '../../common/http/query.dto.js';
import { entryForms, recordKinds, type EntryForm, type RecordKind } from '../../crm/crm-record.js';
import { longestExpression, subjectKinds, type SubjectKind } from './expression-scope.js';

const namePattern = /^[a-z0-9][a-z0-9-]{0,39}$/;
const rulesAtMost = 20;
const fieldsAtMost = 20;

const condition = {
  type: String,
  maxLength: longestExpression,
  description: 'An expression that makes true or false.',
};
const text = { type: String, maxLength: longestExpression, description: 'An expression that makes a text.' };

export class TimelineRuleDto {
  @ApiPropertyOptional({
    enum: [...entryForms, 'off'],
    default: 'note',
    description: 'As what a day of the conversation stands at the record; `off` for not at all.',
  })
  @MayBeAbsent()
  @IsIn([...entryForms, 'off'])
  readonly form: EntryForm | 'off' = 'note';

  @ApiPropertyOptional({ ...condition, description: 'Which messages are shown; all unless said.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(longestExpression)
  readonly when?: string;

  @ApiPropertyOptional(text)
  @MayBeAbsent()
  @IsString()
  @MaxLength(longestExpression)
  readonly title?: string;

  @ApiPropertyOptional({ ...text, description: 'What stands for a message, together with what hangs on it.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(longestExpression)
  readonly line?: string;
}

class RuleDto {
  @ApiProperty({
    pattern: namePattern.source,
    description: 'Names the rule in keys and lists. An entry belongs to its rule by it.',
  })
  @Matches(namePattern)
  readonly name!: string;

  @ApiProperty({ enum: subjectKinds, description: 'What the rule is about.' })
  @IsIn(subjectKinds)
  readonly on!: SubjectKind;

  @ApiPropertyOptional({ ...condition, description: 'For which of them; for all unless said.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(longestExpression)
  readonly when?: string;
}

export class EntryRuleDto extends RuleDto {
  @ApiPropertyOptional({ enum: recordKinds, description: 'At records of which kind; of all unless said.' })
  @MayBeAbsent()
  @IsIn(recordKinds)
  readonly recordKind?: RecordKind;

  @ApiPropertyOptional({ enum: entryForms, default: 'note' })
  @MayBeAbsent()
  @IsIn(entryForms)
  readonly form: EntryForm = 'note';

  @ApiProperty(text)
  @IsString()
  @IsNotEmpty()
  @MaxLength(longestExpression)
  readonly title!: string;

  @ApiPropertyOptional({ ...text, description: 'Who said it and what, unless said.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(longestExpression)
  readonly text?: string;

  @ApiPropertyOptional({
    type: String,
    maxLength: longestExpression,
    description: 'An expression that makes a time: when a task is due. When it happened, unless said.',
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(longestExpression)
  readonly due?: string;
}

export class FieldRuleDto extends RuleDto {
  @ApiProperty({ enum: recordKinds, description: 'At records of which kind.' })
  @IsIn(recordKinds)
  readonly recordKind!: RecordKind;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', maxLength: longestExpression },
    minProperties: 1,
    maxProperties: fieldsAtMost,
    description: 'An expression for each field, by the CRM’s own name of the field.',
  })
  @IsObject()
  readonly set!: Readonly<Record<string, string>>;
}

/** What becomes of a conversation in a CRM. */
export class MappingDto {
  @ApiPropertyOptional({ type: TimelineRuleDto })
  @MayBeAbsent()
  @Type(() => TimelineRuleDto)
  @IsObject()
  @ValidateNested()
  readonly timeline: TimelineRuleDto = new TimelineRuleDto();

  @ApiPropertyOptional({ type: [EntryRuleDto], maxItems: rulesAtMost })
  @MayBeAbsent()
  @Type(() => EntryRuleDto)
  @IsArray()
  @ArrayMaxSize(rulesAtMost)
  @ValidateNested({ each: true })
  readonly entries: readonly EntryRuleDto[] = [];

  @ApiPropertyOptional({ type: [FieldRuleDto], maxItems: rulesAtMost })
  @MayBeAbsent()
  @Type(() => FieldRuleDto)
  @IsArray()
  @ArrayMaxSize(rulesAtMost)
  @ValidateNested({ each: true })
  readonly fields: readonly FieldRuleDto[] = [];
}

export class SaveCrmMapping {
  @ApiProperty({ format: 'uuid', description: 'The CRM connection.' })
  @IsId()
  readonly connectionId!: string;

  @ApiProperty({ type: MappingDto })
  @Type(() => MappingDto)
  @IsObject()
  @ValidateNested()
  readonly mapping!: MappingDto;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    description:
      'The version that this one replaces; refused with 409 where another one is current. 0 is the built-in one.',
  })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  readonly replaces?: number;

  @ApiPropertyOptional({ maxLength: 500, description: 'Why.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly note?: string;
}

export class CrmMappingsQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'The CRM connection.' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;
}

export class CrmMappingDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty({ format: 'uuid', description: 'The CRM connection.' })
  readonly connectionId!: string;
  @ApiProperty({ type: 'integer', description: 'From 1, in the order in which they were saved.' })
  readonly version!: number;
  @ApiProperty({ description: 'Whether what happens now is written by it: the last one of its connection.' })
  readonly isCurrent!: boolean;
  @ApiProperty({ type: MappingDto })
  readonly mapping!: MappingDto;
  @ApiProperty({ type: String, nullable: true })
  readonly note!: string | null;
  @ApiProperty()
  readonly madeBy!: string;
  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;
}

export class CrmMappingPage {
  @ApiProperty({ type: [CrmMappingDto] })
  readonly items!: readonly CrmMappingDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export interface CrmMappingRow {
  readonly id: string;
  readonly connectionId: string;
  readonly version: number;
  readonly isCurrent: boolean;
  readonly document: MappingDto;
  readonly note: string | null;
  readonly madeBy: string;
  readonly createdAt: Date;
}

export const mappingColumns = `id, connection_id as "connectionId", version, document, note, made_by as "madeBy",
  created_at as "createdAt",
  not exists (select from crm_mappings n where n.connection_id = m.connection_id and n.version > m.version) as "isCurrent"`;

export function toCrmMappingDto({ document, createdAt, ...row }: CrmMappingRow): CrmMappingDto {
  return { ...row, mapping: document, createdAt: createdAt.toISOString() };
}
