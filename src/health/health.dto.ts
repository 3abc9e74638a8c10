import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class HealthDto {
  @ApiProperty({ enum: ['ok', 'unavailable'] })
  readonly status!: string;
  @ApiPropertyOptional({ description: 'Why not: a fixed word.' })
  readonly reason?: string;
}
