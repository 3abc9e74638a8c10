import { readCompactJws } from './compact-jws.js';
import { TokenRejected } from './token.errors.js';

/** RFC 6750 section 2.1 with a scheme in any case, as RFC 9110 section 11.1 has it. */
const bearer = /^bearer /i;

/**
 * The JWT in the values of the `Authorization` header. Throws `TokenRejected`: `missing` for no header or another scheme,
 * `malformed` for a second header, for more than one blank, and for what {@link readCompactJws} does not take: anything
 * but three filled parts in strict base64url with a JSON header, 16 kB at most.
 */
export function bearerToken(authorization: string | readonly string[] | undefined): string {
  const values = typeof authorization === 'string' ? [authorization] : (authorization ?? []);
  if (values.length > 1) throw new TokenRejected('malformed');
  const [value = ''] = values;
  if (!bearer.test(value)) throw new TokenRejected('missing');
  const token = value.slice('bearer '.length);
  if (readCompactJws(token) === undefined || token.includes('..') || token.endsWith('.')) {
    throw new TokenRejected('malformed');
  }
  return token;
}
