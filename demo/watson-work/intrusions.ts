import { type DeliveryAttempt } from '../../simulators/watson-work/delivery-record.js';
import { webhookSignature } from '../../simulators/watson-work/webhook-signature.js';
import { postCall } from '../post-call.js';

/** Posts an event that the platform never sent, signed by somebody who does not have the secret. Answers the status. */
export function forge(url: string, body: object): Promise<number> {
  const bytes = Buffer.from(JSON.stringify(body));
  return postCall(url, bytes, {
    'x-outbound-token': webhookSignature('not the secret', bytes),
    'x-outbound-index': '1',
  });
}

/** Posts a genuine call again, byte for byte, as somebody would who had recorded it. Answers the status. */
export function replay(url: string, captured: DeliveryAttempt): Promise<number> {
  return postCall(url, captured.bytes, {
    'x-outbound-token': captured.token,
    'x-outbound-index': String(captured.index),
    'x-outbound-retry-count': String(captured.retryCount),
  });
}
