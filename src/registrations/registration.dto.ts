import { ApiProperty } from '@nestjs/swagger';
import { registrationStatuses } from './registration.state.js';

export class RegistrationDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  @ApiProperty({ description: "The platform's word." })
  readonly resource!: string;
  @ApiProperty({ description: "The platform's word." })
  readonly event!: string;
  @ApiProperty({ type: String, nullable: true })
  readonly filter!: string | null;
  @ApiProperty({ enum: ['creator', 'org'] })
  readonly ownedBy!: string;
  @ApiProperty({ type: String, nullable: true, description: "The platform's id of the webhook." })
  readonly externalId!: string | null;
  @ApiProperty({
    enum: registrationStatuses,
    description:
      '`inactive`: switched off at the platform; `missing`: not there; `foreign`: calls this connection, but is not ours and is left alone; `blocked`: waits for somebody, see `problem`.',
  })
  readonly status!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Why it is not active: a fixed word.' })
  readonly problem!: string | null;
  @ApiProperty({ format: 'date-time' })
  readonly checkedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly activeSince!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When we last switched it on again.' })
  readonly reactivatedAt!: string | null;
  @ApiProperty({ type: 'integer', description: 'Repairs and refusals since it last worked for a quarter of an hour.' })
  readonly repairs!: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly nextRepairAt!: string | null;
}

export class RegistrationPage {
  @ApiProperty({ type: [RegistrationDto] })
  readonly items!: readonly RegistrationDto[];
  @ApiProperty({ type: String, nullable: true })
  readonly nextCursor!: string | null;
}

export interface RegistrationRow {
  readonly id: string;
  readonly resource: string;
  readonly event: string;
  readonly filter: string | null;
  readonly ownedBy: string;
  readonly externalId: string | null;
  readonly status: string;
  readonly problem: string | null;
  readonly checkedAt: Date;
  readonly activeSince: Date | null;
  readonly reactivatedAt: Date | null;
  readonly repairs: number;
  readonly nextRepairAt: Date | null;
}

export const registrationColumns = `
  id, resource, event, filter, owned_by as "ownedBy", external_id as "externalId", status, problem,
  checked_at as "checkedAt", active_since as "activeSince", reactivated_at as "reactivatedAt", repairs,
  next_repair_at as "nextRepairAt"`;

/** A webhook as the API shows it; nothing about its secret. */
export function toRegistrationDto(row: RegistrationRow): RegistrationDto {
  return {
    ...row,
    checkedAt: row.checkedAt.toISOString(),
    activeSince: row.activeSince?.toISOString() ?? null,
    reactivatedAt: row.reactivatedAt?.toISOString() ?? null,
    nextRepairAt: row.nextRepairAt?.toISOString() ?? null,
  };
}
