import { randomBytes } from 'node:crypto';

const DEFAULT_BYTES = 32;

/** A secret from the system's random source in base64url: safe in a URL, a file name and an SQL literal as it is. */
export function randomSecret(bytes = DEFAULT_BYTES): string {
  return randomBytes(bytes).toString('base64url');
}
