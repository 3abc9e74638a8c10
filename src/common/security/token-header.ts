import { memberOf, textOf, type JsonObject } from '../json/json.js';
import { type TokenAlgorithm } from './token-algorithm.js';
import { refuseToken } from './token.errors.js';

/** What a token's header says of the key that signed it. */
export interface TokenHeader {
  readonly algorithm: TokenAlgorithm;
  readonly kid: string | undefined;
  /** The key's certificate by its SHA-1 thumbprint (RFC 7515 section 4.1.7); a name here, and no proof of anything. */
  readonly x5t: string | undefined;
}

/**
 * Members that bring a key along, point to one, or change what is signed. We use none of them, the issuers that we know
 * send none, and a token that relies on one is an attack or not for us (RFC 8725 section 3.10, RFC 7515 section 4.1.11,
 * RFC 7797).
 */
const refused: readonly string[] = ['crit', 'b64', 'jwk', 'jku', 'x5u', 'x5c'];

/**
 * Reads the header of a JWS. It chooses nothing: `alg` must be one of the algorithms that are allowed anyway. Throws
 * `TokenRejected`: `algorithm`, `header` for a member that we refuse, `malformed` for a key name that is not text.
 */
export function readTokenHeader(header: JsonObject, algorithms: readonly TokenAlgorithm[]): TokenHeader {
  const alg = memberOf(header, 'alg');
  const algorithm = algorithms.find((allowed) => allowed === alg) ?? refuseToken('algorithm');
  if (refused.some((name) => memberOf(header, name) !== undefined)) refuseToken('header');
  return { algorithm, kid: optionalText(header, 'kid'), x5t: optionalText(header, 'x5t') };
}

function optionalText(header: JsonObject, name: string): string | undefined {
  return memberOf(header, name) === undefined ? undefined : (textOf(header, name) ?? refuseToken('malformed'));
}
