import * as oauth from 'openid-client';
import { isJsonObject, type JsonObject, type JsonValue } from '../common/json/json.js';
import { type HttpCaller } from '../common/outbound/http-caller.js';
import { OutboundFailed, OutboundRefused } from '../common/outbound/outbound.errors.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../platforms/platform.errors.js';
import { type OAuthServer } from '../platforms/oauth-server.js';
import { CallbackRefused } from './token.errors.js';
import { readTokenSet, type TokenSet } from './token-set.js';

/** An answer of a token endpoint. */
export interface TokenAnswer {
  readonly tokens: TokenSet;
  readonly answer: JsonObject;
}

/**
 * OAuth 2.0 with one server, by a certified library over our guarded way out. A refresh token goes to that server's token
 * endpoint and nowhere else.
 */
export class OAuthClient {
  readonly #config: oauth.Configuration;

  constructor(
    private readonly server: OAuthServer,
    http: HttpCaller,
  ) {
    const { issuer, authorizationEndpoint, tokenEndpoint, revocationEndpoint, clientId, clientSecret } = server;
    const secret = clientSecret.reveal();
    this.#config = new oauth.Configuration(
      {
        issuer,
        authorization_endpoint: authorizationEndpoint,
        token_endpoint: tokenEndpoint,
        ...(revocationEndpoint === undefined ? {} : { revocation_endpoint: revocationEndpoint }),
        authorization_response_iss_parameter_supported: server.namesItselfInCallbacks,
      },
      clientId,
      undefined,
      server.clientAuthentication === 'basic' ? basicAuthentication(secret) : oauth.ClientSecretPost(secret),
    );
    // Which addresses may be called without TLS is decided in one place, which is not here.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    oauth.allowInsecureRequests(this.#config);
    this.#config[oauth.customFetch] = fetchWith(http);
  }

  /** Where the user is sent. */
  async authorizationUrl(request: {
    readonly redirectUri: string;
    readonly scopes: readonly string[];
    readonly state: string;
    readonly verifier: string;
  }): Promise<string> {
    const url = oauth.buildAuthorizationUrl(this.#config, {
      response_type: 'code',
      redirect_uri: request.redirectUri,
      state: request.state,
      ...(request.scopes.length === 0 ? {} : { scope: request.scopes.join(' ') }),
      ...(this.server.pkce
        ? {
            code_challenge: await oauth.calculatePKCECodeChallenge(request.verifier),
            code_challenge_method: 'S256',
          }
        : {}),
    });
    return url.href;
  }

  /**
   * Trades the code of a callback for tokens. Throws `CallbackRefused` for a callback that is not the answer to this
   * request or says no, and otherwise as `refresh`.
   */
  exchange(callback: URL, expected: { readonly state: string; readonly verifier: string }): Promise<TokenAnswer> {
    return this.#tokens(
      () =>
        oauth.authorizationCodeGrant(this.#config, callback, {
          expectedState: expected.state,
          ...(this.server.pkce ? { pkceCodeVerifier: expected.verifier } : {}),
        }),
      // The library found the callback or the answer to it to be wrong, for example a foreign issuer.
      () => new CallbackRefused('invalid'),
    );
  }

  /**
   * New tokens. Throws `NeedsAuthorization` where the server says that the grant is over, `OutcomeUnknown` where it may have
   * answered and we do not know what, and `PlatformUnavailable` where it surely did nothing.
   */
  refresh(refreshToken: string): Promise<TokenAnswer> {
    return this.#tokens(() => oauth.refreshTokenGrant(this.#config, refreshToken));
  }

  /** The app's own tokens. Throws as `refresh`. */
  clientCredentials(parameters: Readonly<Record<string, string>>): Promise<TokenAnswer> {
    return this.#tokens(() => oauth.clientCredentialsGrant(this.#config, { ...parameters }));
  }

  /** Ends a grant at the server (RFC 7009). Throws as `refresh`. */
  async revoke(token: string): Promise<void> {
    try {
      await oauth.tokenRevocation(this.#config, token);
    } catch (error) {
      throw meaningOf(error, unreadable);
    }
  }

  async #tokens(
    call: () => Promise<object>,
    meaningOfOthers: (cause: unknown) => Error = unreadable,
  ): Promise<TokenAnswer> {
    try {
      const given = await call();
      // The library has parsed JSON; its type says what is in it, ours only that it is JSON.
      const answer = { ...given } as JsonValue;
      const tokens = readTokenSet(answer);
      if (tokens === undefined || !isJsonObject(answer)) throw new OutcomeUnknown();
      return { tokens, answer };
    } catch (error) {
      throw meaningOf(error, meaningOfOthers);
    }
  }
}

/**
 * RFC 6749 section 2.3.1, with nothing encoded that need not be: the library writes `-` as `%2D`, and a server that does not
 * decode, Watson Work's among them, takes that for another client.
 */
function basicAuthentication(secret: string): oauth.ClientAuth {
  return (_server, { client_id: id }, _body, headers) => {
    const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
    headers.set('authorization', `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`);
  };
}

function fetchWith(http: HttpCaller): oauth.CustomFetch {
  return async (url, { method, headers, body }) => {
    const answer = await http.request({
      method: method === 'POST' ? 'POST' : 'GET',
      url,
      headers: Object.fromEntries(Object.entries(headers)),
      ...(body === undefined || body === null ? {} : { body: bodyText(body) }),
    });
    const bodiless = answer.status === 204 || answer.status === 304 || answer.body.length === 0;
    return new Response(bodiless ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers: { ...answer.headers },
    });
  };
}

function bodyText(body: oauth.FetchBody): string {
  if (body instanceof URLSearchParams) return body.toString();
  if (typeof body === 'string') return body;
  throw new TypeError('token endpoints are sent forms');
}

/**
 * OAuth's words for a client that is not taken (RFC 6749 section 5.2), and Watson Work's: an operator must act, no user.
 */
const clientErrors: ReadonlySet<string> = new Set(['invalid_client', 'unauthorized_client', 'unauthorized']);
const passingStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

/** The server has answered with a success that the library cannot make sense of, so it has done what was asked. */
const unreadable = (cause: unknown): Error => new OutcomeUnknown({ cause });

/** What a failed call means, in the words that all platforms share; `others` says it of what the library alone objects to. */
function meaningOf(error: unknown, others: (cause: unknown) => Error): unknown {
  for (const cause of chainOf(error)) {
    if (cause instanceof OutboundFailed) {
      return cause.mayHaveBeenSent
        ? new OutcomeUnknown({ cause: error })
        : new PlatformUnavailable('not-reachable', { cause: error });
    }
    if (
      cause instanceof OutboundRefused ||
      cause instanceof NeedsAuthorization ||
      cause instanceof OutcomeUnknown ||
      cause instanceof PlatformUnavailable
    ) {
      return cause;
    }
    if (cause instanceof oauth.AuthorizationResponseError) return new CallbackRefused(cause.error);
    if (cause instanceof oauth.ResponseBodyError) return meaningOfStatus(cause.status, cause.error, error);
    // A challenge is the answer to a client that is not taken (RFC 6749 section 5.2).
    if (cause instanceof oauth.WWWAuthenticateChallengeError) {
      return meaningOfStatus(cause.status, 'invalid_client', error);
    }
    if (cause instanceof Response) return meaningOfStatus(cause.status, undefined, error);
  }
  return error instanceof Error && 'code' in error ? others(error) : error;
}

function meaningOfStatus(status: number, code: string | undefined, cause: unknown): Error {
  if (status >= 500 || passingStatuses.has(status)) {
    return new PlatformUnavailable(status === 429 ? 'rate-limited' : 'no-usable-answer', { cause });
  }
  // Nothing that a user could consent to: the client's own secret or the address is wrong.
  if (code !== undefined && clientErrors.has(code)) return new PlatformUnavailable('client-refused', { cause });
  if (status >= 400) return new NeedsAuthorization();
  // A success that cannot be read: the server has done it.
  return new OutcomeUnknown({ cause });
}

function* chainOf(error: unknown): Generator {
  let at = error;
  for (let depth = 0; depth < 8 && at !== undefined && at !== null; depth++) {
    yield at;
    at = typeof at === 'object' && 'cause' in at ? at.cause : undefined;
  }
}
