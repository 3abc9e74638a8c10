import { KeyObject, type webcrypto } from 'node:crypto';

/**
 * A public key as PEM text, the form that passport-jwt's verifier takes. Throws a `TypeError` for everything else, so
 * that a shared secret among an issuer's keys can never verify anything.
 */
export function toPublicKeyPem(key: webcrypto.CryptoKey | KeyObject | object): string {
  const object = key instanceof KeyObject ? key : isCryptoKey(key) ? KeyObject.from(key) : undefined;
  if (object?.type !== 'public') throw new TypeError('the issuer offers no public key for this token');
  return object.export({ type: 'spki', format: 'pem' }).toString();
}

function isCryptoKey(key: object): key is webcrypto.CryptoKey {
  return Object.prototype.toString.call(key) === '[object CryptoKey]';
}
