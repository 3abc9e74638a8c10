import { type NewJob } from '../outbox/job.js';

export const grantEndKind = 'grant-revocation';

/** The job that writes down when a grant ended, and takes its tokens back at the platform. */
export function grantEndJob({
  id,
  tenantId,
  connectionId,
}: {
  readonly id: string;
  readonly tenantId: string;
  readonly connectionId: string;
}): NewJob {
  return { tenantId, connectionId, kind: grantEndKind, key: id, payload: { id } };
}
