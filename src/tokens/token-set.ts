import { isJsonObject, memberOf, textOf, type JsonObject, type JsonValue } from '../common/json/json.js';

/** Tokens as a server gave them; nothing about their lives is assumed. */
export interface TokenSet {
  readonly accessToken: string;
  /** Undefined where none came: the one that is there stays good. */
  readonly refreshToken: string | undefined;
  /** Seconds from the moment the server was asked; undefined where it named no end. */
  readonly accessSeconds: number | undefined;
  readonly refreshSeconds: number | undefined;
  readonly scopes: readonly string[] | undefined;
}

/** Further away is as good as never. */
const longestLife = 200 * 365 * 24 * 3_600;

/** The tokens in an answer; `expires_in` may be a number or, as Azure AD v1 writes it, a text of digits. */
export function readTokenSet(answer: JsonValue): TokenSet | undefined {
  if (!isJsonObject(answer)) return undefined;
  const accessToken = textOf(answer, 'access_token');
  if (accessToken === undefined || accessToken === '') return undefined;
  const refreshToken = textOf(answer, 'refresh_token');
  const scope = textOf(answer, 'scope');
  return {
    accessToken,
    refreshToken: refreshToken === '' ? undefined : refreshToken,
    accessSeconds: secondsIn(answer, 'expires_in'),
    refreshSeconds: secondsIn(answer, 'refresh_token_expires_in'),
    scopes: scope?.split(' ').filter((item) => item !== ''),
  };
}

function secondsIn(answer: JsonObject, name: string): number | undefined {
  const value = memberOf(answer, name);
  const seconds =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, longestLife) : undefined;
}
