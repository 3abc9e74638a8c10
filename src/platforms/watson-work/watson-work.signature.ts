import { decodeLowerHex, digestsEqual, hmac } from '../../common/security/hmac.js';
import { type RawDelivery, singleHeader } from '../../deliveries/delivery.js';
import { SignatureRejected } from '../platform.errors.js';
import { type VerificationContext } from '../platform.js';

export const signatureHeader = 'x-outbound-token';
const scheme = 'hmac-sha256';

/**
 * X-OUTBOUND-TOKEN: HMAC-SHA256 over the raw body with the webhook's secret, as 64 lower-case hex digits (Watson Work
 * outbound webhooks). Upper case is refused: the platform never sends it and its own samples compare lower-case text.
 * Every active key is tried, so that a secret can be rotated without a lost event.
 */
export function verifyWatsonWork(delivery: RawDelivery, context: VerificationContext): string {
  if (context.webhookKeys.length === 0) throw new SignatureRejected('no-active-secret');
  const header = singleHeader(delivery, signatureHeader);
  if (header === undefined) throw new SignatureRejected('missing');
  const presented = decodeLowerHex(header, 32);
  if (presented === undefined) throw new SignatureRejected('malformed');
  for (const key of context.webhookKeys) {
    if (digestsEqual(hmac('sha256', key, delivery.body), presented)) return scheme;
  }
  throw new SignatureRejected('mismatch');
}

/** The token for bytes that we send, made with the key that vouched for the request where there are several. */
export function signWatsonWork(body: Buffer, key: Parameters<typeof hmac>[1]): string {
  return hmac('sha256', key, body).toString('hex');
}

/** The key whose token this delivery carries. Throws `SignatureRejected` like `verifyWatsonWork`. */
export function keyThatSigned(
  delivery: RawDelivery,
  context: VerificationContext,
): VerificationContext['webhookKeys'][number] {
  const presented = decodeLowerHex(singleHeader(delivery, signatureHeader) ?? '', 32);
  const key =
    presented === undefined
      ? undefined
      : context.webhookKeys.find((candidate) => digestsEqual(hmac('sha256', candidate, delivery.body), presented));
  if (key === undefined) throw new SignatureRejected('mismatch');
  return key;
}
