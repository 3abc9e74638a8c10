import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { isJsonObject, memberOf, textOf, type JsonObject } from '../json/json.js';
import { fitsAlgorithm, type TokenAlgorithm } from './token-algorithm.js';

/** RFC 7518 section 3.3. */
const minModulusBits = 2_048;

/** A key that an issuer publishes for checking signatures (RFC 7517). */
export interface PublishedKey {
  readonly key: KeyObject;
  /** The entry as it was published, for what issuers add to it. */
  readonly entry: JsonObject;
}

/**
 * The key in an entry of a key list. `undefined` for an entry that is not a public RSA or EC key for signatures: another
 * `use` or `key_ops`, a shared secret, a private key (whoever published one cannot be trusted with it), a modulus below
 * 2,048 bits, an exponent below 3, a point that is not on its curve. Never throws.
 */
export function readPublishedKey(entry: unknown): PublishedKey | undefined {
  if (!isJsonObject(entry) || !isForSignatures(entry) || memberOf(entry, 'd') !== undefined) return undefined;
  const key = importKey(entry);
  return key === undefined || isWeak(key) ? undefined : { key, entry };
}

/** Whether the key may be used with the algorithm: by its kind, its curve and the `alg` that it was published for. */
export function mayVerify({ key, entry }: PublishedKey, algorithm: TokenAlgorithm): boolean {
  const only = memberOf(entry, 'alg');
  return fitsAlgorithm(key, algorithm) && (only === undefined || only === algorithm);
}

/** RFC 7517 sections 4.2 and 4.3. */
function isForSignatures(entry: JsonObject): boolean {
  const use = memberOf(entry, 'use');
  const operations = memberOf(entry, 'key_ops');
  return (
    (use === undefined || use === 'sig') &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
  );
}

function importKey(entry: JsonObject): KeyObject | undefined {
  const kty = textOf(entry, 'kty');
  const names = kty === 'RSA' ? ['kty', 'n', 'e'] : kty === 'EC' ? ['kty', 'crv', 'x', 'y'] : undefined;
  if (names === undefined) return undefined;
  const jwk: JsonWebKey = Object.fromEntries(names.map((name) => [name, textOf(entry, name) ?? '']));
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function isWeak({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  return asymmetricKeyType === 'rsa' && (modulusLength < minModulusBits || publicExponent < 3n);
}
