import { type KeyObject } from 'node:crypto';

/** What a key must be for an algorithm of RFC 7518 section 3.1; curves by the name that Node gives them. */
const keyOf = {
  RS256: { type: 'rsa' },
  RS384: { type: 'rsa' },
  RS512: { type: 'rsa' },
  PS256: { type: 'rsa' },
  PS384: { type: 'rsa' },
  PS512: { type: 'rsa' },
  ES256: { type: 'ec', curve: 'prime256v1' },
  ES384: { type: 'ec', curve: 'secp384r1' },
  ES512: { type: 'ec', curve: 'secp521r1' },
} as const satisfies Readonly<Record<string, { readonly type: string; readonly curve?: string }>>;

/**
 * The algorithms that a token may be allowed. `none` and the symmetric ones are no such word, so no rule can let them in
 * and no public key can be taken for a shared secret (RFC 8725 sections 2.1 and 3.1).
 */
export type TokenAlgorithm = keyof typeof keyOf;

/** Whether the key is of the kind and on the curve that the algorithm needs. */
export function fitsAlgorithm(key: KeyObject, algorithm: TokenAlgorithm): boolean {
  const wanted: { readonly type: string; readonly curve?: string } = keyOf[algorithm];
  return key.asymmetricKeyType === wanted.type && key.asymmetricKeyDetails?.namedCurve === wanted.curve;
}
