import * as oauth from 'openid-client';
import { isJsonObject, parseJsonBytes, type JsonObject, type JsonValue } from '../common/json/json.js';
import { type HttpCaller } from '../common/outbound/http-caller.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../platforms/platform.errors.js';
import { type OAuthServer } from '../platforms/oauth-server.js';
import { meaningOf, unreadable } from './oauth-failure.js';
import { CallbackRefused } from './token.errors.js';
import { readTokenSet, type TokenSet } from './token-set.js';

/** What a server says of a token that it will never take back (RFC 7009 section 2.2.1, RFC 6749 section 5.2). */
const finalRevocationErrors: ReadonlySet<string> = new Set(['unsupported_token_type', 'invalid_request']);

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
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- which addresses may be called without TLS is decided by OutboundHttp
    oauth.allowInsecureRequests(this.#config);
    this.#config[oauth.customFetch] = fetchWith(http, server);
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

  /**
   * Ends a grant at the server (RFC 7009). Throws `NeedsAuthorization` where the server does not take back such a token, and
   * `PlatformUnavailable` otherwise: a token may be revoked twice, so an answer that was lost is simply asked for again.
   */
  async revoke(token: string): Promise<void> {
    try {
      await oauth.tokenRevocation(this.#config, token);
    } catch (error) {
      if (error instanceof oauth.ResponseBodyError && finalRevocationErrors.has(error.error)) {
        throw new NeedsAuthorization();
      }
      const meaning = meaningOf(error, unreadable);
      throw meaning instanceof OutcomeUnknown ? new PlatformUnavailable('answer-lost', { cause: meaning }) : meaning;
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

function fetchWith(http: HttpCaller, server: OAuthServer): oauth.CustomFetch {
  return async (url, { method, headers, body }) => {
    const answer = await http.request({
      method: method === 'POST' ? 'POST' : 'GET',
      url,
      headers: Object.fromEntries(Object.entries(headers)),
      ...(body === undefined || body === null ? {} : { body: bodyText(body) }),
    });
    if (isOver(server, answer)) return Response.json({ error: 'invalid_grant' }, { status: answer.status });
    const bodiless = answer.status === 204 || answer.status === 304 || answer.body.length === 0;
    return new Response(bodiless ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers: { ...answer.headers },
    });
  };
}

/** Whether the server says in words of its own what OAuth says with `invalid_grant`. */
function isOver(
  { saysGrantIsOver }: OAuthServer,
  { status, body }: { readonly status: number; readonly body: Uint8Array },
): boolean {
  if (saysGrantIsOver === undefined || status < 400 || status >= 500) return false;
  const parsed = parseJsonBytes(body);
  return parsed.ok && isJsonObject(parsed.value) && saysGrantIsOver(parsed.value);
}

function bodyText(body: oauth.FetchBody): string {
  if (body instanceof URLSearchParams) return body.toString();
  if (typeof body === 'string') return body;
  throw new TypeError('token endpoints are sent forms');
}
