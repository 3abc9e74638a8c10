import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsNotEmpty,
  IsNumber,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { MayBeAbsent } from '../../common/http/may-be-absent.js';
import { IsId, PageQuery } from '../../common/http/query.dto.js';
import { recordKinds, type RecordKind } from '../../crm/crm-record.js';
import { type LinkRule } from './link-rule.js';

const domainPattern = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$/;
const usualThreshold = 0.85;

export class PatternSignalDto {
  @ApiProperty({
    maxLength: 200,
    description: 'A pattern in the syntax of RE2 with a group around what is looked for, for example `^Deal: (.+)$`.',
  })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  readonly pattern!: string;

  @ApiProperty({ enum: ['name', 'number'], description: 'What of the record the group finds.' })
  @IsIn(['name', 'number'])
  readonly finds!: 'name' | 'number';
}

export class MemberSignalDto {
  @ApiPropertyOptional({
    type: [String],
    maxItems: 100,
    description:
      'Domains of your own: whoever has an address there speaks for no customer. Those of CRM users are known.',
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(253, { each: true })
  @Matches(domainPattern, { each: true, message: '$property must be domains' })
  readonly ownDomains?: readonly string[];

  @ApiPropertyOptional({
    type: [String],
    maxItems: 100,
    description: 'Domains at which everybody can have an address, besides those that are known for it.',
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(253, { each: true })
  @Matches(domainPattern, { each: true, message: '$property must be domains' })
  readonly publicDomains?: readonly string[];
}

export class RuleSignalsDto {
  @ApiPropertyOptional({ type: PatternSignalDto, description: "What the space's title says." })
  @MayBeAbsent()
  @Type(() => PatternSignalDto)
  @ValidateNested()
  readonly title?: PatternSignalDto;

  @ApiPropertyOptional({ type: PatternSignalDto, description: 'What is said in the space.' })
  @MayBeAbsent()
  @Type(() => PatternSignalDto)
  @ValidateNested()
  readonly text?: PatternSignalDto;

  @ApiPropertyOptional({
    type: MemberSignalDto,
    description: 'Who is in the space: contacts of the CRM and people with addresses at an account.',
  })
  @MayBeAbsent()
  @Type(() => MemberSignalDto)
  @ValidateNested()
  readonly members?: MemberSignalDto;
}

export class CreateLinkRule {
  @ApiProperty({ format: 'uuid', description: 'The CRM connection.' })
  @IsId()
  readonly connectionId!: string;

  @ApiProperty({ maxLength: 100 })
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  readonly name!: string;

  @ApiProperty({ enum: recordKinds, description: 'What spaces are linked to.' })
  @IsIn(recordKinds)
  readonly recordKind!: RecordKind;

  @ApiProperty({ type: RuleSignalsDto, description: 'What is looked at; at least one, and two for `activate`.' })
  @Type(() => RuleSignalsDto)
  @IsObject()
  @ValidateNested()
  readonly signals!: RuleSignalsDto;

  @ApiPropertyOptional({
    default: false,
    description:
      'Whether a link is made without confirmation where two kinds of signals name one record and no other, and it is sure enough.',
  })
  @MayBeAbsent()
  @IsBoolean()
  readonly activate: boolean = false;

  @ApiPropertyOptional({
    type: Number,
    format: 'double',
    minimum: 0.5,
    maximum: 1,
    default: usualThreshold,
    description: 'How sure it must be for that.',
  })
  @MayBeAbsent()
  @IsNumber()
  @Min(0.5)
  @Max(1)
  readonly threshold: number = usualThreshold;
}

export class LinkRulesQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;
}

export class LinkRuleDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty({ format: 'uuid', description: 'The CRM connection.' })
  readonly connectionId!: string;
  @ApiProperty()
  readonly name!: string;
  @ApiProperty({ enum: recordKinds })
  readonly recordKind!: RecordKind;
  @ApiProperty({ type: RuleSignalsDto })
  readonly signals!: RuleSignalsDto;
  @ApiProperty()
  readonly activate!: boolean;
  @ApiProperty({ type: Number, format: 'double', minimum: 0, maximum: 1 })
  readonly threshold!: number;
  @ApiProperty()
  readonly madeBy!: string;
  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;
}

export class LinkRulePage {
  @ApiProperty({ type: [LinkRuleDto] })
  readonly items!: readonly LinkRuleDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export interface LinkRuleRow extends LinkRule {
  readonly madeBy: string;
  readonly createdAt: Date;
}

export function toLinkRuleDto(row: LinkRuleRow): LinkRuleDto {
  const { id, connectionId, name, recordKind, signals, activate, threshold, madeBy, createdAt } = row;
  return {
    id,
    connectionId,
    name,
    recordKind,
    signals,
    activate,
    threshold,
    madeBy,
    createdAt: createdAt.toISOString(),
  };
}
