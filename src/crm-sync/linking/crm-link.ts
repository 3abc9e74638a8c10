import { type NewJob } from '../../outbox/job.js';

/** The kind of job that looks which records a space belongs to, and who its people are in the CRM. */
export const crmLinkKind = 'crm-link';

/** One job for each space and CRM, however much happens there before it begins. */
export function linkJobOf(tenantId: string, connectionId: string, spaceId: string): NewJob {
  return { tenantId, connectionId, kind: crmLinkKind, key: spaceId, payload: {}, credential: 'app' };
}
