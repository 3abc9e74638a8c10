import { digestsEqual, hmac } from '../../common/security/hmac.js';
import { singleHeader, type RawDelivery } from '../../deliveries/delivery.js';
import { SignatureRejected } from '../../platforms/platform.errors.js';
import { type VerificationContext } from '../../platforms/platform.js';

export const signatureHeader = 'x-hubspot-signature-v3';
export const timestampHeader = 'x-hubspot-request-timestamp';
const scheme = 'hubspot-v3';

/** HubSpot refuses older calls; ours is as wide in the other direction, for clocks that differ. */
const toleranceMs = 300_000;
const timestampPattern = /^\d{1,15}$/;
/** Base64 of 32 bytes. */
const signaturePattern = /^[A-Za-z0-9+/]{43}=$/;
/** The escapes that HubSpot decodes before it signs, and no others (HubSpot, "Validating requests"). */
const decoded = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

/**
 * X-HubSpot-Signature-v3: base64 of HMAC-SHA256 with the app's client secret over method, URI as HubSpot called it, body and
 * X-HubSpot-Request-Timestamp (ms since the epoch), which must be within five minutes of when the call came. The signatures of
 * versions 1 and 2 that come beside it are no HMAC and have no time; they count for nothing. Every active secret is tried, so that
 * one can be rotated.
 */
export function verifyHubSpot(delivery: RawDelivery, { webhookKeys, calledUrl }: VerificationContext): string {
  if (webhookKeys.length === 0) throw new SignatureRejected('no-active-secret');
  const [signature, timestamp] = [signatureHeader, timestampHeader].map((name) => singleHeader(delivery, name));
  if (signature === undefined || timestamp === undefined) throw new SignatureRejected('missing');
  if (!signaturePattern.test(signature) || !timestampPattern.test(timestamp)) throw new SignatureRejected('malformed');
  const age = delivery.receivedAt.getTime() - Number(timestamp);
  if (age > toleranceMs) throw new SignatureRejected('expired');
  if (age < -toleranceMs) throw new SignatureRejected('not-yet-valid');
  if (calledUrl === undefined) throw new SignatureRejected('mismatch');
  const uri = calledUrl.replace(decoded, (escape) => decodeURIComponent(escape));
  const message = Buffer.concat([Buffer.from(`POST${uri}`), delivery.body, Buffer.from(timestamp)]);
  const presented = Buffer.from(signature, 'base64');
  if (webhookKeys.some((key) => digestsEqual(hmac('sha256', key, message), presented))) return scheme;
  throw new SignatureRejected('mismatch');
}
