import { type RecordReference } from '../../crm/crm-record.js';

/** The kind of job that makes a record's timeline what it shall be. */
export const crmPushKind = 'crm-push';

/** One job for each record, so that what belongs to one is done in its order, and different ones side by side. */
export function recordKey({ kind, externalId }: RecordReference): string {
  return `${kind}/${externalId}`;
}

/** Why an entry is not written any more: a person has taken it away in the CRM. */
export const removedInCrm = 'removed-in-crm';

/** Why fields are not set any more: a person has changed them in the CRM. */
export const changedInCrm = 'changed-in-crm';
