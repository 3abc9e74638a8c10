import { decodeLowerHex, digestsEqual, hmac, type KeyObject } from '../../common/security/hmac.js';
import { type RawDelivery, singleHeader } from '../../deliveries/delivery.js';
import { SignatureRejected } from '../../platforms/platform.errors.js';
import { type VerificationContext } from '../../platforms/platform.js';

const newer = 'signature';
const older = 'x-signature';
const idPattern = /^[\w-]{1,64}$/;
const digestBytes = 32;

/**
 * EspoCRM's webhooks: base64 of the webhook's id, a colon and the HMAC-SHA256 of the raw body by the webhook's own secret key, which
 * is 64 hex digits in `Signature` (since 9.0) and raw bytes in `X-Signature` (until 11.0). Where both are sent, both must be
 * right. Every active key is tried, as each webhook has one of its own.
 */
export function verifyEspocrm(delivery: RawDelivery, { webhookKeys }: VerificationContext): string {
  if (webhookKeys.length === 0) throw new SignatureRejected('no-active-secret');
  const { headers } = delivery;
  const sent = [newer, older].filter((name) => headers[name] !== undefined);
  if (sent.length === 0) throw new SignatureRejected('missing');
  const presented = sent.map((name) => digestIn(singleHeader(delivery, name) ?? '', name));
  const isSignedBy = (key: KeyObject): boolean => {
    const expected = hmac('sha256', key, delivery.body);
    return presented.every((digest) => digest !== undefined && digestsEqual(expected, digest));
  };
  if (presented.includes(undefined)) throw new SignatureRejected('malformed');
  if (!webhookKeys.some(isSignedBy)) throw new SignatureRejected('mismatch');
  return sent.includes(newer) ? 'hmac-sha256-hex' : 'hmac-sha256';
}

function digestIn(text: string, name: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Node's decoder takes other spellings, too; EspoCRM sends this one.
  if (text === '' || bytes.toString('base64') !== text) return undefined;
  const colon = bytes.indexOf(':');
  if (colon === -1 || !idPattern.test(bytes.subarray(0, colon).toString('latin1'))) return undefined;
  const rest = bytes.subarray(colon + 1);
  if (name === newer) return decodeLowerHex(rest.toString('latin1'), digestBytes);
  return rest.length === digestBytes ? rest : undefined;
}
