import { filledTextOf, isJsonObject, parseJsonBytes } from '../../common/json/json.js';
import { type VerifiedDelivery } from '../../deliveries/delivery.js';
import { type Reading } from '../platform.js';
import { callIn, idIn, type WebexCall } from './webex.call.js';
import { timeIn } from './webex.time.js';

/**
 * Times of the thing that is told about, the one nearest to the event first. They stand in `data`, so copies of a call and
 * reports of overlapping webhooks agree on them; the envelope's `created` is the webhook's.
 */
const times = [
  'eventTimestamp',
  'authorizationDate',
  'leftTime',
  'joinedTime',
  'lastActivity',
  'createTime',
  'created',
];

/** What a verified call is: always an event, with its room and a time of its own. Webex counts nothing and asks nothing. */
export function readWebex(delivery: VerifiedDelivery): Reading {
  const parsed = parseJsonBytes(delivery.body);
  const call = callIn(parsed.ok && isJsonObject(parsed.value) ? parsed.value : {});
  return {
    kind: 'delivery',
    laneKey: laneKeyOf(call),
    sourceTimeMs: timeIn(call.data, ...times),
    platformIndex: undefined,
    retryCount: undefined,
  };
}

/** The room, as its bare id, so that fetched answers join the same lane; outside of rooms the thing that it is about. */
function laneKeyOf({ resource, data }: WebexCall): string {
  if (resource === undefined) return '';
  if (resource === 'rooms') return filledTextOf(data, 'id') ?? '';
  if (resource === 'serviceApp') return `serviceApp ${filledTextOf(data, 'authorizerOrgId') ?? ''}`.trimEnd();
  return filledTextOf(data, 'roomId') ?? `${resource} ${idIn(data) ?? ''}`.trimEnd();
}
