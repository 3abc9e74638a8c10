import { memberOf, type JsonObject } from '../json/json.js';
import { hasValidSignature, readCompactJws, readUniqueObject } from './compact-jws.js';
import { type KeySource } from './key-source.js';
import { type PublishedKey } from './published-key.js';
import { type TokenAlgorithm } from './token-algorithm.js';
import { readTokenHeader } from './token-header.js';
import { refuseToken as refuse } from './token.errors.js';

/** The claims of a JWT (RFC 7519 section 4). */
export type TokenClaims = JsonObject;

/** What a JWT must be to count here. `iss`, `aud` and `exp` are always required. */
export interface TokenRules {
  readonly algorithms: readonly TokenAlgorithm[];
  readonly keys: KeySource;
  /** The only `iss` that these claims may carry; undefined when there is none. */
  readonly issuer: (claims: TokenClaims) => string | undefined;
  /** `aud` must be one of these, character by character. */
  readonly audience: readonly string[];
  /**
   * Whether a token that is for others too counts. Off by default: each of them can use it here (RFC 8725 section 3.9).
   */
  readonly allowSharedAudience?: boolean;
  /** Whether the token's tenant is one that we serve. */
  readonly tenant?: (claims: TokenClaims) => boolean;
  /** Whether who asked for the token is who may call us. */
  readonly caller?: (claims: TokenClaims) => boolean;
  readonly requiredClaims?: readonly string[];
  readonly clockToleranceSeconds: number;
  /** Milliseconds since 1970. The system's clock by default. */
  readonly now?: () => number;
}

/** A token that passed, and the key that proved it. */
export interface ProvenToken {
  readonly claims: TokenClaims;
  readonly key: PublishedKey;
}

const alwaysRequired: readonly string[] = ['iss', 'aud', 'exp'];

/**
 * The claims of a JWT that is signed by the right key and says what the rules ask for. Throws `TokenRejected`, or
 * `KeysUnavailable` when that cannot be told now. What is cheap comes first: a token that is not for us is refused without
 * a key being looked for, so it cannot make us ask its issuer for anything.
 */
export async function verifyToken(token: string, rules: TokenRules): Promise<TokenClaims> {
  return (await proveToken(token, rules)).claims;
}

/** Like {@link verifyToken}, and hands over the key for a library that wants to check once more. */
export async function proveToken(token: string, rules: TokenRules): Promise<ProvenToken> {
  const jws = readCompactJws(token) ?? refuse('malformed');
  const header = readTokenHeader(jws.header, rules.algorithms);
  const claims = readUniqueObject(jws.payload) ?? refuse('malformed');
  checkClaims(claims, rules);
  const key = await rules.keys.find({ ...header, claims });
  // What was checked above are the very bytes that this proves.
  if (!(await hasValidSignature(jws, header.algorithm, key))) refuse('signature');
  return { claims, key };
}

function checkClaims(claims: TokenClaims, rules: TokenRules): void {
  const required = [...alwaysRequired, ...(rules.requiredClaims ?? [])];
  if (required.some((name) => memberOf(claims, name) === undefined)) refuse('missing-claim');
  if (rules.tenant?.(claims) === false) refuse('tenant');
  const issuer = rules.issuer(claims);
  if (issuer === undefined || memberOf(claims, 'iss') !== issuer) refuse('issuer');
  if (!isForUs(claims, rules)) refuse('audience');
  if (rules.caller?.(claims) === false) refuse('caller');
  checkTimes(claims, rules);
}

/** A list of one is what its one element is (RFC 7519 section 4.1.3). */
function isForUs(claims: TokenClaims, { audience, allowSharedAudience = false }: TokenRules): boolean {
  const aud = memberOf(claims, 'aud');
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (named.length !== 1 && !allowSharedAudience) return false;
  return named.some((name) => typeof name === 'string' && audience.includes(name));
}

/** RFC 7519 sections 4.1.4 and 4.1.5: not valid at `exp` any more, valid at `nbf` already. */
function checkTimes(claims: TokenClaims, { clockToleranceSeconds, now = Date.now }: TokenRules): void {
  const [exp, nbf] = [optionalTime(claims, 'exp'), optionalTime(claims, 'nbf')];
  optionalTime(claims, 'iat');
  const seconds = now() / 1_000;
  if (exp === undefined || seconds >= exp + clockToleranceSeconds) refuse('expired');
  if (nbf !== undefined && seconds < nbf - clockToleranceSeconds) refuse('not-yet-valid');
}

function optionalTime(claims: TokenClaims, name: string): number | undefined {
  const value = memberOf(claims, name);
  if (value === undefined) return undefined;
  // JSON has no infinity, but JSON.parse makes one of 1e999.
  return typeof value === 'number' && Number.isFinite(value) ? value : refuse('malformed');
}
