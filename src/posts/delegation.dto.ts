import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { IsId, PageQuery } from '../common/http/query.dto.js';
import { type JsonObject } from '../common/json/json.js';

export class DelegationsQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly grantId?: string;

  @ApiPropertyOptional({ description: "The platform's id of the user." })
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  readonly subject?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;
}

export class DelegationDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty({ format: 'uuid', description: 'The consent that it was done by.' })
  readonly grantId!: string;
  @ApiProperty({ format: 'uuid' })
  readonly connectionId!: string;
  @ApiProperty({ description: "In whose name: the platform's id of the user." })
  readonly subject!: string;
  @ApiProperty({ enum: ['post'] })
  readonly act!: string;
  @ApiProperty({ format: 'uuid' })
  readonly postId!: string;
  @ApiProperty({ type: 'integer', description: 'Which try of the post.' })
  readonly attempt!: number;
  @ApiProperty({ type: [String], description: 'What the consent covered at that moment.' })
  readonly scopes!: readonly string[];
  @ApiProperty({ description: 'Who asked for it: `key:<id>`, `jwt:<subject>` or `bootstrap`.' })
  readonly requestedBy!: string;
  @ApiProperty({ description: 'By which rule it was allowed: the route that was called and the scope that it needs.' })
  readonly rule!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Names of the request: its idempotency key and its hash, and where it went.',
  })
  readonly evidence!: JsonObject;
  @ApiProperty({ format: 'date-time', description: 'Just before the platform was called.' })
  readonly at!: string;
}

export class DelegationPage {
  @ApiProperty({ type: [DelegationDto] })
  readonly items!: readonly DelegationDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export interface DelegationRow {
  readonly id: string;
  readonly grantId: string;
  readonly connectionId: string;
  readonly subject: string;
  readonly act: string;
  readonly postId: string;
  readonly attempt: number;
  readonly scopes: readonly string[];
  readonly requestedBy: string;
  readonly rule: string;
  readonly evidence: JsonObject;
  readonly at: Date;
}

/** An act in somebody's name as the API shows it. */
export function toDelegationDto(row: DelegationRow): DelegationDto {
  return { ...row, at: row.at.toISOString() };
}
