import { ApiProperty } from '@nestjs/swagger';

/** How far a CRM that does not call us has been asked for what changed. */
export class CrmPollingDto {
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When it last answered.' })
  readonly lastPolledAt!: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'What changed until then was told by it; the older, the further behind.',
  })
  readonly caughtUpAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', description: 'When it is asked next.' })
  readonly nextPollAt!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it could not be asked the last time; `needs-authorization` waits for another secret.',
  })
  readonly reason!: string | null;
}

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
  @ApiProperty({ type: CrmPollingDto, nullable: true, description: 'Null where the CRM calls us.' })
  readonly polling!: CrmPollingDto | null;
}
