import { InvalidInput } from '../../common/errors/liaison-error.js';
import { filledTextOf, memberOf } from '../../common/json/json.js';
import { Secret } from '../../common/security/secret.js';
import { type OAuthServer, type UserGrants } from '../../platforms/oauth-server.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { PlatformUnavailable } from '../../platforms/platform.errors.js';
import { apiUrlOf } from './hubspot.api.js';
import { idIn } from './hubspot.event.js';
import { publicHubSpotApp } from './hubspot.settings.js';

function serverOf(account: PlatformAccount): OAuthServer {
  const { clientId, appUrl } = account.settings;
  const clientSecret = account.secret('clientSecret');
  if (typeof clientId !== 'string' || clientSecret === undefined) {
    throw new InvalidInput({
      detail: 'The connection has no client id and secret of an app, without which nobody can be asked for consent.',
      faults: [{ pointer: '/connectionId', detail: 'names a connection without clientId and clientSecret' }],
    });
  }
  const base = apiUrlOf(account);
  const pages = (typeof appUrl === 'string' ? appUrl : publicHubSpotApp).replace(/\/+$/, '');
  return {
    issuer: base,
    authorizationEndpoint: `${pages}/oauth/authorize`,
    // Version 1 ends in February 2027.
    tokenEndpoint: `${base}/oauth/v3/token`,
    namesItselfInCallbacks: false,
    clientId,
    clientSecret: new Secret(clientSecret),
    clientAuthentication: 'post',
    pkce: false,
    // A refresh token stays as it is until the app is uninstalled (HubSpot, "Working with OAuth").
    lostRefreshIsFinal: false,
    saysGrantIsOver: (body) => filledTextOf(body, 'status') === 'BAD_REFRESH_TOKEN',
  };
}

/** Apps with OAuth: the code grant; the answer that brings a token says whose it is. */
export const hubspotUserGrants: UserGrants = {
  server: serverOf,
  defaultScopes: [
    'oauth',
    'crm.objects.companies.read',
    'crm.objects.contacts.read',
    'crm.objects.contacts.write',
    'crm.objects.deals.read',
    'crm.objects.owners.read',
    'tickets',
  ],
  whoIs(_accessToken, answer) {
    const externalId = idIn(memberOf(answer, 'user_id'));
    if (externalId === undefined) return Promise.reject(new PlatformUnavailable('no-subject'));
    return Promise.resolve({ externalId });
  },
};
