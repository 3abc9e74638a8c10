import { Where } from '../database/where.js';

/** Which parked deliveries a bulk replay takes; an absent member matches everything. */
export interface ReplayFilter {
  readonly kind?: 'dead-letter' | 'unrecognized';
  readonly connectionId?: string;
  readonly reason?: string;
  readonly since?: string;
  readonly until?: string;
}

/** The open parked deliveries of one tenant that match. */
export function openParked(tenantId: string, filter: ReplayFilter): Where {
  return new Where()
    .always('resolved_at is null')
    .and(tenantId, (place) => `tenant_id = ${place}`)
    .and(filter.kind, (place) => `kind = ${place}`)
    .and(filter.connectionId, (place) => `connection_id = ${place}`)
    .and(filter.reason, (place) => `reason = ${place}`)
    .and(filter.since, (place) => `received_at >= ${place}`)
    .and(filter.until, (place) => `received_at < ${place}`);
}
