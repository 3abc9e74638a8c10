import { filledTextOf, isJsonObject, memberOf, parseJsonBytes, textOf } from '../../common/json/json.js';
import { singleHeader, type VerifiedDelivery } from '../../deliveries/delivery.js';
import { HandshakeRefused } from '../platform.errors.js';
import { type Reading, type VerificationContext } from '../platform.js';
import { keyThatSigned, signatureHeader, signWatsonWork } from './watson-work.signature.js';

/** Real challenges have 31 or 32 characters; the cap keeps us from signing documents for whoever holds the secret. */
const longestChallenge = 256;

/**
 * What a verified call is: the ownership challenge (answered with the exact bytes that we sign), or an event with its
 * space, its own time and the platform's counters (X-OUTBOUND-INDEX, X-OUTBOUND-RETRY-COUNT).
 */
export function readWatsonWork(delivery: VerifiedDelivery, context: VerificationContext): Reading {
  const parsed = parseJsonBytes(delivery.body);
  const body = parsed.ok && isJsonObject(parsed.value) ? parsed.value : {};
  if (textOf(body, 'type') === 'verification') {
    const challenge = memberOf(body, 'challenge');
    if (typeof challenge !== 'string' || challenge === '' || challenge.length > longestChallenge) {
      return {
        kind: 'refused',
        error: new HandshakeRefused({
          detail: `challenge must be a string of 1 to ${longestChallenge} characters.`,
          faults: [{ pointer: '/challenge', detail: `must be a string of 1 to ${longestChallenge} characters` }],
        }),
      };
    }
    const reply = Buffer.from(JSON.stringify({ response: challenge }));
    return {
      kind: 'handshake',
      reply: {
        status: 200,
        headers: {
          'content-type': 'application/json;charset=UTF-8',
          [signatureHeader]: signWatsonWork(reply, keyThatSigned(delivery, context)),
        },
        body: reply,
      },
    };
  }
  const time = memberOf(body, 'time');
  return {
    kind: 'delivery',
    laneKey: filledTextOf(body, 'spaceId') ?? '',
    sourceTimeMs: typeof time === 'number' && Number.isSafeInteger(time) ? time : undefined,
    platformIndex: counterHeader(delivery, 'x-outbound-index'),
    retryCount: counterHeader(delivery, 'x-outbound-retry-count'),
  };
}

function counterHeader(delivery: VerifiedDelivery, name: string): number | undefined {
  const text = singleHeader(delivery, name);
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
