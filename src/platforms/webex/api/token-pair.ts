import { filledTextOf, isJsonObject, memberOf, type JsonObject } from '../../../common/json/json.js';
import { Secret } from '../../../common/security/secret.js';
import { type WebexAnswer } from './webex-answer.js';

/** Tokens and when they end, by what Webex answered; undefined where it named no end. */
export interface TokenPair {
  readonly accessToken: Secret;
  readonly accessExpiresAt: Date | undefined;
  /** Undefined where Webex gave none: keep the one that is there. */
  readonly refreshToken: Secret | undefined;
  readonly refreshExpiresAt: Date | undefined;
}

/** Further away is as good as never, and a Date can hold it. */
const longestLife = 200 * 365 * 24 * 3_600;

/**
 * The tokens in an answer to a call that began at `askedAtMs`, which is when their lives are counted from, so that they end
 * for us no later than for Webex. Undefined where there is no access token.
 */
export function readTokenPair(answer: WebexAnswer, askedAtMs: number): TokenPair | undefined {
  if (!isJsonObject(answer.json)) return undefined;
  const accessToken = filledTextOf(answer.json, 'access_token');
  if (accessToken === undefined) return undefined;
  const refreshToken = filledTextOf(answer.json, 'refresh_token');
  return {
    accessToken: new Secret(accessToken),
    accessExpiresAt: endOf(answer.json, 'expires_in', askedAtMs),
    refreshToken: refreshToken === undefined ? undefined : new Secret(refreshToken),
    refreshExpiresAt: endOf(answer.json, 'refresh_token_expires_in', askedAtMs),
  };
}

function endOf(object: JsonObject, name: string, startMs: number): Date | undefined {
  const life = memberOf(object, name);
  if (typeof life !== 'number' || !Number.isFinite(life) || life < 0) return undefined;
  return new Date(startMs + Math.min(life, longestLife) * 1_000);
}
