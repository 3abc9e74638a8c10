import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { IsId, PageQuery } from '../common/http/query.dto.js';

export class OperationsQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;
}

export class FailureDto {
  @ApiProperty()
  readonly code!: string;
  @ApiPropertyOptional()
  readonly subcode?: string;
  @ApiPropertyOptional()
  readonly message?: string;
}

export class OperationDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty({ description: 'The name of the act; the facts of the act repeat it.' })
  readonly operationId!: string;
  @ApiProperty({ format: 'uuid' })
  readonly connectionId!: string;
  @ApiProperty({
    enum: ['asked', 'running', 'succeeded', 'failed'],
    description: '`asked` left us and was not answered yet, `running` was taken by the platform.',
  })
  readonly state!: string;
  @ApiProperty({ type: String, nullable: true, description: "The platform's id of what it made." })
  readonly externalId!: string | null;
  @ApiProperty({ type: FailureDto, nullable: true })
  readonly reason!: FailureDto | null;
  @ApiProperty({ format: 'date-time' })
  readonly createdAt!: string;
  @ApiProperty({ format: 'date-time' })
  readonly updatedAt!: string;
}

export class OperationPage {
  @ApiProperty({ type: [OperationDto] })
  readonly items!: readonly OperationDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export interface OperationRow {
  readonly id: string;
  readonly operationId: string;
  readonly connectionId: string;
  readonly state: string;
  readonly externalId: string | null;
  readonly reason: FailureDto | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An act as the API shows it. */
export function toOperationDto(row: OperationRow): OperationDto {
  return { ...row, createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() };
}
