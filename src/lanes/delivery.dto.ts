import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsObject, IsString, MaxLength, ValidateNested } from 'class-validator';
import { MayBeAbsent } from '../common/http/may-be-absent.js';
import { Type } from 'class-transformer';
import { IsId, IsInstant, PageQuery } from '../common/http/query.dto.js';

export const deliveryStatuses = ['waiting', 'translated', 'unrecognized', 'dead-letter'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

export class DeliveriesQuery extends PageQuery {
  @ApiPropertyOptional({ enum: deliveryStatuses })
  @MayBeAbsent()
  @IsIn(deliveryStatuses)
  readonly status?: DeliveryStatus;

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Received at or after.' })
  @MayBeAbsent()
  @IsInstant()
  readonly since?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Received before.' })
  @MayBeAbsent()
  @IsInstant()
  readonly until?: string;
}

export class DeliveryDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty()
  readonly platform!: string;
  @ApiProperty({ format: 'uuid' })
  readonly connectionId!: string;
  @ApiProperty({ format: 'date-time' })
  readonly receivedAt!: string;
  @ApiProperty({ enum: deliveryStatuses })
  readonly status!: DeliveryStatus;
  @ApiProperty({ type: String, nullable: true, description: 'Why it is parked.' })
  readonly reason!: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly detail!: string | null;
  @ApiProperty({ description: "What orders it: the platform's id of the space, or empty." })
  readonly laneKey!: string;
  @ApiProperty({ description: 'What vouches for it.' })
  readonly signatureScheme!: string;
  @ApiProperty({ type: 'integer', nullable: true })
  readonly platformIndex!: number | null;
  @ApiProperty({ type: 'integer', nullable: true })
  readonly retryCount!: number | null;
  @ApiProperty({ type: 'integer', description: 'Bytes of the body.' })
  readonly size!: number;
  @ApiProperty({ description: 'SHA-256 of the body as received, hex: what to compare a copy with.' })
  readonly sha256!: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  readonly headers!: Record<string, string>;
}

export class DeliveryDetailDto extends DeliveryDto {
  @ApiProperty({ description: 'The body as received, base64.', format: 'byte' })
  readonly body!: string;
}

export class DeliveryPage {
  @ApiProperty({ type: [DeliveryDto] })
  readonly items!: readonly DeliveryDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export class ReplayResultDto {
  @ApiProperty({ format: 'uuid' })
  readonly deliveryId!: string;
  @ApiProperty({ enum: deliveryStatuses })
  readonly outcome!: DeliveryStatus;
  @ApiProperty({ type: String, nullable: true })
  readonly reason!: string | null;
  @ApiProperty({ type: 'integer', description: 'Events that it had not brought before.' })
  readonly eventsAppended!: number;
}

export class ReplayFilterDto {
  @ApiPropertyOptional({ enum: ['dead-letter', 'unrecognized'] })
  @MayBeAbsent()
  @IsIn(['dead-letter', 'unrecognized'])
  readonly kind?: 'dead-letter' | 'unrecognized';

  @ApiPropertyOptional({ format: 'uuid' })
  @MayBeAbsent()
  @IsId()
  readonly connectionId?: string;

  @ApiPropertyOptional({ example: 'missing-field' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(100)
  readonly reason?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Received at or after.' })
  @MayBeAbsent()
  @IsInstant()
  readonly since?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Received before.' })
  @MayBeAbsent()
  @IsInstant()
  readonly until?: string;
}

export class CreateReplay {
  @ApiPropertyOptional({ type: ReplayFilterDto, description: 'Which parked deliveries; all of them without a filter.' })
  @IsObject()
  @ValidateNested()
  @Type(() => ReplayFilterDto)
  readonly filter: ReplayFilterDto = new ReplayFilterDto();

  @ApiPropertyOptional({ default: false, description: 'Only say how many it would be.' })
  @MayBeAbsent()
  @IsBoolean()
  readonly preview: boolean = false;
}

export class ReplayDto {
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Null in a preview.' })
  readonly id!: string | null;
  @ApiProperty({ enum: ['preview', 'running', 'finished'] })
  readonly state!: string;
  @ApiProperty({ type: 'integer', description: 'How many parked deliveries match.' })
  readonly count!: number;
  @ApiProperty({ type: 'integer' })
  readonly replayed!: number;
  @ApiProperty({ type: 'integer' })
  readonly stillParked!: number;
}
