import { type JsonObject } from '../common/json/json.js';
import { type HttpCaller } from '../common/outbound/http-caller.js';
import { type Secret } from '../common/security/secret.js';
import { type PlatformAccount } from './platform-account.js';

/** An authorization server, and who we are to it. */
export interface OAuthServer {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** RFC 7009; absent where tokens cannot be taken back by an app. */
  readonly revocationEndpoint?: string;
  /** Whether it names itself in the callback (RFC 9207); then a callback without the right name is refused. */
  readonly namesItselfInCallbacks: boolean;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly clientAuthentication: 'basic' | 'post';
  /** Whether it takes PKCE (RFC 7636); S256 only. */
  readonly pkce: boolean;
  /**
   * Whether a refresh whose answer was lost must not be tried again: true for servers that rotate refresh tokens, or may,
   * since those take the second use of one for theft and end the whole grant (RFC 9700 section 4.14). Of one that may and,
   * as its answers show, has not done so yet, it is asked again all the same.
   */
  readonly lostRefreshIsFinal: boolean;
  /**
   * Pure: whether a refusal (4xx) with that body says that the refresh token is dead, where the server does not say it in
   * OAuth's word, `invalid_grant`. It must be sure: the grant is over with it.
   */
  readonly saysGrantIsOver?: (body: JsonObject) => boolean;
}

/** Who consented. */
export interface GrantSubject {
  readonly externalId: string;
  readonly name?: string;
  readonly email?: string;
}

/** Acting on behalf of users by the code grant. */
export interface UserGrants {
  /** Throws `InvalidInput` where the connection lacks what it takes, for example a client secret. */
  server(account: PlatformAccount, http: HttpCaller): OAuthServer | Promise<OAuthServer>;
  readonly defaultScopes: readonly string[];
  /** Who a token is of: by the answer that brought it, else by asking. Throws `PlatformUnavailable` for what passes. */
  whoIs(accessToken: string, answer: JsonObject, account: PlatformAccount, http: HttpCaller): Promise<GrantSubject>;
}

/** An app's own tokens by the client-credentials grant. */
export interface AppTokenSource {
  server(account: PlatformAccount): OAuthServer;
  /** Parameters beside `grant_type`, for example `scope` or `resource`. */
  parameters(account: PlatformAccount): Readonly<Record<string, string>>;
}
