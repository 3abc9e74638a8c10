import { decodeLowerHex, digestsEqual, hmac, type HmacAlgorithm } from '../../common/security/hmac.js';
import { type RawDelivery } from '../../deliveries/delivery.js';
import { SignatureRejected } from '../platform.errors.js';
import { type VerificationContext } from '../platform.js';

/** The older header, which every signed call carries. */
export const sparkSignatureHeader = 'x-spark-signature';
/** The newer one, which goes beside it. */
export const webexSignatureHeader = 'x-webex-signature';

/** A digest that a call presents, with the hash function that it names. */
interface Claim {
  readonly algorithm: HmacAlgorithm;
  readonly digest: Buffer;
}

/** From strong to weak; the strongest that a call presents names its scheme. */
const strength: readonly HmacAlgorithm[] = ['sha512', 'sha256', 'sha1'];
const labels: ReadonlyMap<string, HmacAlgorithm> = new Map([
  ['sha-256', 'sha256'],
  ['sha-512', 'sha512'],
]);
const digestBytes: Readonly<Record<HmacAlgorithm, number>> = { sha1: 20, sha256: 32, sha512: 64 };
/** `label=value`; a value that is none of ours is not read, so base64 is let through. */
const labelled = /^([A-Za-z0-9-]+)=([A-Za-z0-9+/=_-]+)$/;

/**
 * X-Spark-Signature: HMAC-SHA1 over the raw body with the webhook's secret, 40 lower-case hex digits (Webex webhooks
 * guide). X-Webex-Signature: `SHA-256=<hex>, SHA-512=<hex>` over the same bytes with the same secret, newer and not in the
 * guide. Every digest that we know must match, all with one and the same active key, so that nobody gains by adding or
 * dropping a weaker one; the strongest names the scheme. Labels are taken in any case and unknown ones are passed over
 * beside a known one, because Webex may add hash functions; everything else has one spelling. With the setting
 * `requireSha2` a call that carries SHA-1 alone counts as unsigned.
 */
export function verifyWebex(delivery: RawDelivery, context: VerificationContext): string {
  if (context.webhookKeys.length === 0) throw new SignatureRejected('no-active-secret');
  const claims = [...webexClaims(delivery), ...sparkClaims(delivery)];
  const strongest = strength.find((algorithm) => claims.some((claim) => claim.algorithm === algorithm));
  if (strongest === undefined) throw new SignatureRejected('missing');
  if (strongest === 'sha1' && context.settings['requireSha2'] === true) throw new SignatureRejected('missing');
  for (const key of context.webhookKeys) {
    const isSigner = claims.every(({ algorithm, digest }) => digestsEqual(hmac(algorithm, key, delivery.body), digest));
    if (isSigner) return `hmac-${strongest}`;
  }
  throw new SignatureRejected('mismatch');
}

function sparkClaims(delivery: RawDelivery): readonly Claim[] {
  const header = headerOf(delivery, sparkSignatureHeader);
  return header === undefined ? [] : [claimOf('sha1', header)];
}

function webexClaims(delivery: RawDelivery): readonly Claim[] {
  const header = headerOf(delivery, webexSignatureHeader);
  if (header === undefined) return [];
  const seen = new Set<string>();
  const claims = header.split(/, ?/).flatMap((item) => {
    const [, label, value] = labelled.exec(item) ?? [];
    const name = label?.toLowerCase();
    if (name === undefined || value === undefined || seen.has(name)) throw new SignatureRejected('malformed');
    seen.add(name);
    const algorithm = labels.get(name);
    return algorithm === undefined ? [] : [claimOf(algorithm, value)];
  });
  if (claims.length === 0) throw new SignatureRejected('malformed');
  return claims;
}

function claimOf(algorithm: HmacAlgorithm, hex: string): Claim {
  const digest = decodeLowerHex(hex, digestBytes[algorithm]);
  if (digest === undefined) throw new SignatureRejected('malformed');
  return { algorithm, digest };
}

/** The header's one value; undefined where it is absent. A repeated one is refused: which of the two should count? */
function headerOf(delivery: RawDelivery, name: string): string | undefined {
  const value = delivery.headers[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new SignatureRejected('malformed');
}
