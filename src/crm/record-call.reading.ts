import { type VerifiedDelivery } from '../deliveries/delivery.js';
import { type Reading } from '../platforms/platform.js';
import { objectIn, referenceIn, timeIn } from './record-call.body.js';

/** A lane for each record, and the time in the body: that of the header is another in each try. */
export function readRecordCall(delivery: VerifiedDelivery): Reading {
  const body = objectIn(delivery.body);
  const record = typeof body === 'string' ? undefined : referenceIn(body);
  return {
    kind: 'delivery',
    laneKey: record === undefined ? '' : `${record.kind}/${record.externalId}`,
    sourceTimeMs: typeof body === 'string' ? undefined : timeIn(body),
    platformIndex: undefined,
    retryCount: undefined,
  };
}
