import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength } from 'class-validator';
import { IsId, IsInstant, PageQuery } from '../common/http/query.dto.js';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { type JsonValue } from '../common/json/json.js';
import { auditOutcomes, type AuditOutcome } from './audit-entry.js';

export class AuditQuery extends PageQuery {
  @ApiPropertyOptional({ example: 'key:abcdefghijkl', description: 'Who: `key:<id>`, `jwt:<subject>`, `bootstrap`.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  readonly subject?: string;

  @ApiPropertyOptional({ example: 'messages.list', description: 'What, in full, or its noun with a dot (`keys.`).' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(100)
  readonly act?: string;

  @ApiPropertyOptional({ enum: auditOutcomes })
  @MayBeAbsent()
  @IsIn(auditOutcomes)
  readonly outcome?: AuditOutcome;

  @ApiPropertyOptional({ description: 'The id of what it was about.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(100)
  readonly target?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'All records of one request.' })
  @MayBeAbsent()
  @IsId()
  readonly requestId?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'At or after.' })
  @MayBeAbsent()
  @IsInstant()
  readonly since?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Before.' })
  @MayBeAbsent()
  @IsInstant()
  readonly until?: string;
}

export class AuditRecordDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty({ format: 'date-time' })
  readonly at!: string;
  @ApiProperty({ description: 'Who: `key:<id>`, `jwt:<subject>`, `bootstrap` or `command line`.' })
  readonly subject!: string;
  @ApiProperty({ example: 'messages.list' })
  readonly act!: string;
  @ApiProperty({ enum: auditOutcomes, description: 'An act has a record when it begins and one when it has ended.' })
  readonly outcome!: AuditOutcome;
  @ApiProperty({ type: String, nullable: true, description: 'The code of the problem that it ended with.' })
  readonly reason!: string | null;
  @ApiProperty({ type: [String], description: 'Ids of what it was about.' })
  readonly targets!: readonly string[];
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'The filter of a read, the way of an act.' })
  readonly parameters!: Readonly<Record<string, JsonValue>>;
  @ApiProperty({ type: 'integer', nullable: true, description: 'How many things an answer with a list held.' })
  readonly items!: number | null;
  @ApiProperty({ format: 'uuid', description: 'The `instance` of errors and the `X-Request-Id` of answers.' })
  readonly requestId!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Where it came from, as far as proxies are trusted.' })
  readonly address!: string | null;
}

export class AuditPage {
  @ApiProperty({ type: [AuditRecordDto] })
  readonly items!: readonly AuditRecordDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}
