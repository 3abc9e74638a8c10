import { hash, randomBytes } from 'node:crypto';

const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LENGTH = 12;
const SECRET_BYTES = 32;

/** 256 bits fill 42 characters and four bits of the last one, whose two spare bits are zero (RFC 4648 section 3.5). */
const API_KEY = /^lia_([a-z2-7]{12})_([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/;

/** A new API key: `text` is shown to its owner once, only `id` and `hash` are stored. */
export interface NewApiKey {
  readonly id: string;
  readonly text: string;
  readonly hash: Buffer;
}

/** The two parts of a presented API key: the id finds the stored hash, the secret proves the key. */
export interface PresentedApiKey {
  readonly id: string;
  readonly secret: string;
}

/**
 * Makes an API key `lia_<id>_<secret>`: a public id of 12 characters (60 random bits) and 256 random bits in base64url.
 *
 * The prefix lets secret scanners find a key that leaked.
 */
export function createApiKey(): NewApiKey {
  const id = Array.from(randomBytes(ID_LENGTH), (byte) => ID_ALPHABET.charAt(byte % ID_ALPHABET.length)).join('');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { id, text: `lia_${id}_${secret}`, hash: hashApiKey(secret) };
}

/** Reads a presented key, or gives `undefined` for any text {@link createApiKey} could not have made. Never throws. */
export function parseApiKey(text: string): PresentedApiKey | undefined {
  const [, id, secret] = API_KEY.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/**
 * SHA-256 of a key's secret part, for storage; compare it with `digestsEqual`.
 *
 * A fast hash without salt is right here and would be wrong for a password: the secret is 256 random bits, so there is
 * nothing to guess and no two are alike.
 */
export function hashApiKey(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
