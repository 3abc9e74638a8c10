import { filledTextOf, isJsonObject, memberOf, type JsonObject } from '../../common/json/json.js';
import { InvalidInput } from '../../common/errors/liaison-error.js';
import { Secret } from '../../common/security/secret.js';
import { type OAuthServer, type UserGrants } from '../oauth-server.js';
import { type PlatformAccount } from '../platform-account.js';
import { PlatformUnavailable } from '../platform.errors.js';
import { WebexApi } from './api/webex-api.js';
import { WebexRefusal } from './api/webex-api.errors.js';
import { passingOrFinal } from './webex.refusal.js';
import { publicWebexApi } from './webex.settings.js';

function apiUrlOf({ settings }: PlatformAccount): string {
  const { apiUrl } = settings;
  return (typeof apiUrl === 'string' ? apiUrl : publicWebexApi).replace(/\/+$/, '');
}

function serverOf(account: PlatformAccount): OAuthServer {
  const clientId = account.settings['clientId'];
  const clientSecret = account.secret('clientSecret');
  if (typeof clientId !== 'string' || clientSecret === undefined) {
    throw new InvalidInput({
      detail:
        'The connection has no client id and secret of an integration, without which nobody can be asked for consent.',
      faults: [{ pointer: '/connectionId', detail: 'names a connection without clientId and clientSecret' }],
    });
  }
  const base = apiUrlOf(account);
  return {
    issuer: base,
    authorizationEndpoint: `${base}/authorize`,
    tokenEndpoint: `${base}/access_token`,
    namesItselfInCallbacks: false,
    clientId,
    clientSecret: new Secret(clientSecret),
    clientAuthentication: 'post',
    // It does not replace the client secret (Webex, Integrations).
    pkce: true,
    // Sources disagree on whether a refresh token serves once, so the worse is assumed.
    lostRefreshIsFinal: true,
    saysGrantIsOver,
  };
}

/** Webex writes errors of this endpoint like those of its API; by its tracking id they are told from a proxy's. */
function saysGrantIsOver(body: JsonObject): boolean {
  return filledTextOf(body, 'trackingId') !== undefined && /refresh.?token/i.test(filledTextOf(body, 'message') ?? '');
}

/** Integrations: code grant with PKCE; who consented is asked of `/people/me`. */
export const webexUserGrants: UserGrants = {
  server: serverOf,
  defaultScopes: [
    'spark:messages_read',
    'spark:messages_write',
    'spark:rooms_read',
    'spark:memberships_read',
    'spark:people_read',
  ],
  async whoIs(accessToken, _answer, account, http) {
    const api = new WebexApi(http, { apiUrl: apiUrlOf(account), token: () => new Secret(accessToken) });
    try {
      const { json } = await api.get(['people', 'me']);
      if (!isJsonObject(json)) throw new PlatformUnavailable('no-subject');
      const externalId = filledTextOf(json, 'id');
      if (externalId === undefined) throw new PlatformUnavailable('no-subject');
      const name = filledTextOf(json, 'displayName');
      const emails = memberOf(json, 'emails');
      const email = Array.isArray(emails) ? emails.find((item) => typeof item === 'string') : undefined;
      return { externalId, ...(name === undefined ? {} : { name }), ...(email === undefined ? {} : { email }) };
    } catch (error) {
      throw error instanceof WebexRefusal ? passingOrFinal(error) : error;
    }
  },
};
