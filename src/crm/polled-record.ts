import { type VerifiedDelivery } from '../deliveries/delivery.js';
import { polledDelivery } from '../deliveries/polled-delivery.js';
import { type CrmRecord } from './crm-record.js';

/**
 * The delivery that a record becomes which was asked for: the call of `record.changed` that a CRM would have sent
 * (docs/crm/generic.md), so that it is translated, replayed and shown like one. The same version of a record makes the same bytes.
 */
export function polledRecord(record: CrmRecord, receivedAt: Date): VerifiedDelivery {
  const { kind, externalId, name, stage, isClosed, isWon, amount, currency, owner, url, changedAt } = record;
  const told = {
    record: { kind, externalId },
    ...filled({ name, stage, amount, currency, url }),
    ...(isClosed === undefined ? {} : { isClosed }),
    ...(isWon === undefined ? {} : { isWon }),
    ...(owner === undefined
      ? {}
      : { owner: filled({ externalId: owner.externalId, displayName: owner.name, email: owner.email }) }),
  };
  const body = { type: 'record.changed', timestamp: changedAt.toISOString(), data: told };
  return polledDelivery(Buffer.from(JSON.stringify(body)), receivedAt);
}

/** What is empty is told by its absence. */
function filled(texts: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const there = Object.entries(texts).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  return Object.fromEntries(there);
}
