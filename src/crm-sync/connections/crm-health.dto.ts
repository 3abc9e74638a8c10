import { ApiProperty } from '@nestjs/swagger';

export class CrmHealthDto {
  @ApiProperty({ type: 'integer', description: 'Changes that wait, or are being made.' })
  readonly pending!: number;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when the oldest of them waits.',
  })
  readonly pendingSince!: string | null;
  @ApiProperty({ type: 'integer', description: 'Changes of unknown outcome, which are looked for in the CRM.' })
  readonly unknown!: number;
  @ApiProperty({ type: 'integer', description: 'Changes that failed and wait for somebody.' })
  readonly failed!: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly lastSyncedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Until when the CRM is left alone.' })
  readonly pausedUntil!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Why it is left alone, or what the work waits for.' })
  readonly reason!: string | null;
}
