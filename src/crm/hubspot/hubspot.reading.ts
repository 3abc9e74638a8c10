import { InvalidInput } from '../../common/errors/liaison-error.js';
import { type VerifiedDelivery } from '../../deliveries/delivery.js';
import { type Reading, type VerificationContext } from '../../platforms/platform.js';
import { eventsIn, laneOf } from './hubspot.event.js';

/**
 * A call about one record goes into that record's lane, one about several into that of all such calls. Calls about another
 * account are refused: an app that is installed in several has one address for all of them.
 */
export function readHubSpot(delivery: VerifiedDelivery, { settings }: VerificationContext): Reading {
  const events = eventsIn(delivery.body) ?? [];
  const isForeign = events.some(({ portalId }) => portalId !== undefined && portalId !== settings['portalId']);
  if (isForeign) {
    const detail = 'The call tells of an account that this connection is not for.';
    return {
      kind: 'refused',
      error: new InvalidInput({
        detail,
        faults: [{ pointer: '/0/portalId', detail: 'is not that of the connection' }],
      }),
    };
  }
  const lanes = new Set(events.map(({ kind, objectId }) => (kind && objectId ? laneOf(kind, objectId) : '')));
  const [lane = ''] = lanes;
  const times = events.flatMap(({ occurredAtMs }) => occurredAtMs ?? []);
  return {
    kind: 'delivery',
    laneKey: lanes.size === 1 ? lane : '',
    sourceTimeMs: times.length === 0 ? undefined : Math.min(...times),
    platformIndex: undefined,
    retryCount: events[0]?.attempt,
  };
}
