import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsObject, Max, Min, ValidateNested } from 'class-validator';
import { MayBeAbsent } from '../../common/http/may-be-absent.js';
import { IsId, IsInstant } from '../../common/http/query.dto.js';
import { type ChangeForm } from '../changes/change-table.js';
import { changeForms } from '../changes/crm-change.dto.js';
import { RecordReferenceDto } from '../links/crm-link.dto.js';
import { MappingDto } from './crm-mapping.dto.js';

export const outcomes = ['create', 'update', 'remove', 'nothing', 'skip', 'fail'] as const;
export type Outcome = (typeof outcomes)[number];

export class PreviewCrmMapping {
  @ApiProperty({ format: 'uuid', description: 'The CRM connection.' })
  @IsId()
  readonly connectionId!: string;

  @ApiPropertyOptional({ type: MappingDto, description: 'The mapping to try; the current one unless said.' })
  @MayBeAbsent()
  @Type(() => MappingDto)
  @IsObject()
  @ValidateNested()
  readonly mapping?: MappingDto;

  @ApiPropertyOptional({ format: 'uuid', description: 'All links of this space. This or `linkId` must be given.' })
  @MayBeAbsent()
  @IsId()
  readonly spaceId?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly linkId?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'At or after; never before the link begins.' })
  @MayBeAbsent()
  @IsInstant()
  readonly since?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Before.' })
  @MayBeAbsent()
  @IsInstant()
  readonly until?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 20 })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(100)
  readonly limit: number = 20;
}

export class PreviewedChangeDto {
  @ApiProperty({ format: 'uuid' })
  readonly linkId!: string;
  @ApiProperty({ type: RecordReferenceDto })
  readonly record!: RecordReferenceDto;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The rule of the mapping; null for a day of the conversation.',
  })
  readonly rule!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'What an entry of a rule is about.' })
  readonly subjectId!: string | null;
  @ApiProperty({ format: 'date' })
  readonly day!: string;
  @ApiProperty({ description: 'Our name for the entry, which the CRM keeps.' })
  readonly key!: string;
  @ApiProperty({ enum: changeForms })
  readonly form!: ChangeForm;
  @ApiProperty({
    enum: outcomes,
    description:
      'What would be done, as far as it is known without asking the CRM; `nothing` where all is as it shall be.',
  })
  readonly would!: Outcome;
  @ApiProperty({ type: String, nullable: true, description: 'Why it would be skipped, removed or fail.' })
  readonly reason!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'What went wrong in an expression, and in which rule.' })
  readonly message!: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly title!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Our part of the text, without the lines around it.' })
  readonly text!: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it happened, or a task is due.',
  })
  readonly at!: string | null;
  @ApiProperty({
    type: 'object',
    nullable: true,
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }], nullable: true },
    description: 'What fields of the record would be set to.',
  })
  readonly fields!: Readonly<Record<string, string | number | boolean | null>> | null;
}

export class CrmMappingPreviewDto {
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'The version that was tried; null for the one of the request.',
  })
  readonly version!: number | null;
  @ApiProperty({ type: [PreviewedChangeDto], description: 'The newest first.' })
  readonly items!: readonly PreviewedChangeDto[];
  @ApiProperty({ description: 'Whether there are more than these.' })
  readonly isCut!: boolean;
}
