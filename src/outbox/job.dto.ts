import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { IsId, PageQuery } from '../common/http/query.dto.js';

const states = ['waiting', 'parked', 'failed'] as const;

export class JobsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: states })
  @MayBeAbsent()
  @IsIn(states)
  readonly state?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;
}

export class JobDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty({ format: 'uuid' })
  readonly connectionId!: string;
  @ApiProperty({ description: 'What is done, for example `hydrate`.' })
  readonly kind!: string;
  @ApiProperty({ description: 'What it is about.' })
  readonly key!: string;
  @ApiProperty({
    enum: states,
    description: '`parked` waits for a change of its connection, `failed` was given up; what is done is not listed.',
  })
  readonly state!: string;
  @ApiProperty({ type: 'integer' })
  readonly attempts!: number;
  @ApiProperty({ type: String, nullable: true, description: 'Why the last try did not work: a fixed word.' })
  readonly lastReason!: string | null;
  @ApiProperty({
    format: 'date-time',
    description: 'When it is tried next, while it waits; later where its connection rests.',
  })
  readonly runAt!: string;
  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;
}

export class JobPage {
  @ApiProperty({ type: [JobDto] })
  readonly items!: readonly JobDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export interface JobRow {
  readonly id: string;
  readonly connectionId: string;
  readonly kind: string;
  readonly key: string;
  readonly state: string;
  readonly attempts: number;
  readonly lastReason: string | null;
  readonly runAt: Date;
  readonly createdAt: Date;
}

export const jobColumns = `
  id, connection_id as "connectionId", kind, key, state, attempts, last_reason as "lastReason", run_at as "runAt",
  created_at as "createdAt"`;

/** A job as the API shows it; its payload is nobody's business. */
export function toJobDto(row: JobRow): JobDto {
  return { ...row, runAt: row.runAt.toISOString(), createdAt: row.createdAt.toISOString() };
}
