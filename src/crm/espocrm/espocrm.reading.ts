import { type VerifiedDelivery } from '../../deliveries/delivery.js';
import { type Reading } from '../../platforms/platform.js';
import { type RecordKind } from '../crm-record.js';
import { entityTypes } from './espocrm.records.js';

export interface EspocrmEvent {
  readonly kind: RecordKind;
  readonly what: 'create' | 'update' | 'delete';
}

const kinds = new Map(Object.entries(entityTypes).map(([kind, type]) => [type, kind as RecordKind]));

/** What the address of the webhook says, `?event=Opportunity.update`: the body does not tell what its records are. */
export function eventIn({ query }: Pick<VerifiedDelivery, 'query'>): EspocrmEvent | undefined {
  const [type = '', what, ...rest] = (new URLSearchParams(query).get('event') ?? '').split('.');
  const kind = kinds.get(type);
  const isKnown = what === 'create' || what === 'update' || what === 'delete';
  return kind === undefined || !isKnown || rest.length > 0 ? undefined : { kind, what };
}

/**
 * A call has up to 50 records of one type, so types are lanes. It says nothing of when: the time at which it came stands in, so that
 * a stage which is reached a second time is not taken for a repeated call. What really is repeated says the same again.
 */
export function readEspocrm(delivery: VerifiedDelivery): Reading {
  return {
    kind: 'delivery',
    laneKey: eventIn(delivery)?.kind ?? '',
    sourceTimeMs: delivery.receivedAt.getTime(),
    platformIndex: undefined,
    retryCount: undefined,
  };
}
