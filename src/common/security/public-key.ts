import { type KeyObject } from 'node:crypto';

/**
 * A public key as PEM text, the form that passport-jwt's verifier takes. Throws a `TypeError` for any other key, so that a
 * shared secret can never verify anything.
 */
export function toPublicKeyPem(key: KeyObject): string {
  if (key.type !== 'public') throw new TypeError('the key is not a public key');
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
