import { type HttpCaller } from '../../../common/outbound/http-caller.js';
import { type Secret } from '../../../common/security/secret.js';
import { apiUrlOf, readBase } from './api-url.js';
import { unreadable } from './refusal.js';
import { readTokenPair, type TokenPair } from './token-pair.js';
import { type WebexAnswer } from './webex-answer.js';
import { WebexApi, type BearerToken } from './webex-api.js';
import { WebexAuthorizationNeeded, WebexRefusal } from './webex-api.errors.js';
import { exchange } from './webex-exchange.js';

export interface ServiceAppTarget {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** The customer's organisation: `data.authorizerOrgId` of the webhook that told of the authorization. */
  readonly targetOrgId: string;
}

export interface RefreshGrant {
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly refreshToken: Secret;
}

export interface WebexTokensSettings {
  readonly apiUrl: string;
  readonly timeoutMs?: number | undefined;
}

/** OAuth's names for a client that is not taken (RFC 6749 section 5.2); a new grant does not help. */
const clientErrors: ReadonlySet<string | undefined> = new Set(['invalid_client', 'unauthorized_client']);
/** OAuth's names for a mistake in the call itself. */
const callErrors: ReadonlySet<string | undefined> = new Set([
  'invalid_request',
  'unsupported_grant_type',
  'invalid_scope',
]);

/**
 * Where tokens come from. Throws `WebexAuthorizationNeeded` when somebody must act and `WebexRefusal` otherwise, whose
 * outcome is `retry` for what passes (429, 5xx, no answer): the tokens that are there stay good. Never calls twice by
 * itself, and does not stop two processes from refreshing one grant at a time: that is the caller's.
 */
export class WebexTokens {
  readonly #base: string;

  constructor(
    private readonly http: HttpCaller,
    private readonly settings: WebexTokensSettings,
  ) {
    this.#base = readBase(settings.apiUrl);
  }

  /**
   * A pair for one organisation that authorized the Service App. `bearer` has the scope `spark:applications_token`; when it
   * is not taken itself the `WebexRefusal` has the outcome `auth`.
   */
  async fetchServiceAppToken(applicationId: string, target: ServiceAppTarget, bearer: BearerToken): Promise<TokenPair> {
    const api = new WebexApi(this.http, { ...this.settings, token: bearer });
    const body = {
      clientId: target.clientId,
      clientSecret: target.clientSecret.reveal(),
      targetOrgId: target.targetOrgId,
    };
    return pairFrom(
      () => api.post(['applications', applicationId, 'token'], body),
      (refusal) => {
        if (clientErrors.has(refusal.oauthError)) return 'client';
        return refusal.outcome === 'refused' ? 'consent' : undefined;
      },
    );
  }

  /** A new pair for a refresh token; `refreshToken` of the answer is the one to keep, whether Webex changed it or not. */
  async refreshToken({ clientId, clientSecret, refreshToken }: RefreshGrant): Promise<TokenPair> {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: clientId,
      client_secret: clientSecret.reveal(),
      refresh_token: refreshToken.reveal(),
    });
    const pair = await pairFrom(
      () =>
        exchange(this.http, {
          method: 'POST',
          url: apiUrlOf(this.#base, ['access_token']),
          headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
          body: form.toString(),
          timeoutMs: this.settings.timeoutMs,
        }),
      refreshNeeds,
    );
    return { ...pair, refreshToken: pair.refreshToken ?? refreshToken };
  }
}

type Need = WebexAuthorizationNeeded['reason'] | undefined;

/**
 * Webex answers a dead refresh token with 400 or 401, in its own shape or in OAuth's with `invalid_grant`; a 400 or 401
 * without an OAuth code counts as one too, because asking again the same way cannot help.
 */
function refreshNeeds({ oauthError, outcome, platformStatus }: WebexRefusal): Need {
  if (clientErrors.has(oauthError)) return 'client';
  if (outcome === 'refused') return 'consent';
  return (platformStatus === 400 || outcome === 'auth') && !callErrors.has(oauthError) ? 'grant' : undefined;
}

async function pairFrom(call: () => Promise<WebexAnswer>, needOf: (refusal: WebexRefusal) => Need): Promise<TokenPair> {
  const askedAtMs = Date.now();
  const answer = await call().catch((error: unknown) => {
    if (!(error instanceof WebexRefusal)) throw error;
    const need = needOf(error);
    throw need === undefined ? error : new WebexAuthorizationNeeded(need, error);
  });
  const pair = readTokenPair(answer, askedAtMs);
  if (pair === undefined) throw unreadable('POST', answer, 'no-token');
  return pair;
}
