import { type VerifiedDelivery } from '../../deliveries/delivery.js';
import { type ImmediateReply, type Reading, type VerificationContext } from '../platform.js';
import { callbackContextFor, callbackContextIn } from './callback-context.js';
import { readEventBody, type EventBody } from './event-body.js';
import { messageTime } from './message.facts.js';
import { settingsOf } from './skype-for-business.settings.js';

/**
 * What a verified call is: a heartbeat, or events of one conversation. The conversation is the lane. The source time is
 * that of the first message in the body, if any: nothing else in a body is a time. There is no counter of retries, because
 * no retry is documented.
 */
export function readSkypeForBusiness(delivery: VerifiedDelivery, context: VerificationContext): Reading {
  const read = readEventBody(delivery.body);
  const body = read.ok ? read.body : undefined;
  if (body?.isHeartbeat === true) return { kind: 'heartbeat' };
  const conversationId = body?.place.conversationId;
  const reply = conversationId === undefined ? undefined : contextReply(delivery.query, conversationId, context);
  return {
    kind: 'delivery',
    laneKey: conversationId ?? '',
    sourceTimeMs: body === undefined ? undefined : firstMessageTime(body),
    platformIndex: body?.place.ack,
    retryCount: undefined,
    ...(reply === undefined ? {} : { reply }),
  };
}

/** Asked for once per conversation: a call that carries a context already, ours or not, gets an empty answer. */
function contextReply(query: string, conversationId: string, context: VerificationContext): ImmediateReply | undefined {
  const settings = settingsOf(context.settings);
  if (!settings.callbackContext || callbackContextIn(query) !== undefined) return undefined;
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ CallbackContext: callbackContextFor(settings, conversationId) })),
  };
}

function firstMessageTime({ events = [] }: EventBody): number | undefined {
  for (const event of events) {
    const time = messageTime(event);
    if (time !== undefined) return time.getTime();
  }
  return undefined;
}
