import { InvalidInput } from '../../common/errors/liaison-error.js';
import { filledTextOf, isJsonObject, parseJsonBytes } from '../../common/json/json.js';
import { Secret } from '../../common/security/secret.js';
import { type AppTokenSource, type OAuthServer, type UserGrants } from '../../platforms/oauth-server.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { NeedsAuthorization, PlatformUnavailable } from '../../platforms/platform.errors.js';
import { answerOf } from '../crm-call.js';
import { orgOf } from './salesforce.settings.js';

function serverOf(account: PlatformAccount): OAuthServer {
  const clientId = account.settings['clientId'];
  const clientSecret = account.secret('clientSecret');
  if (typeof clientId !== 'string' || clientSecret === undefined) {
    throw new InvalidInput({
      detail: 'The connection has no client secret, without which Salesforce gives no tokens.',
      faults: [{ pointer: '/connectionId', detail: 'names a connection without clientSecret' }],
    });
  }
  const { instanceUrl } = orgOf(account);
  const base = `${instanceUrl}/services/oauth2`;
  return {
    issuer: instanceUrl,
    authorizationEndpoint: `${base}/authorize`,
    tokenEndpoint: `${base}/token`,
    revocationEndpoint: `${base}/revoke`,
    namesItselfInCallbacks: false,
    clientId,
    clientSecret: new Secret(clientSecret),
    clientAuthentication: 'post',
    pkce: true,
    // Refresh tokens are rotated where the app's owner has switched that on.
    lostRefreshIsFinal: true,
  };
}

/**
 * The Client Credentials Flow, as the user whom the app runs as. Its tokens come without a lifetime, since a session lives as
 * long as it is used and the org's settings let it: they serve until they are refused.
 */
export const salesforceAppTokens: AppTokenSource = {
  server(account) {
    // No caller is there who could be told what to correct: the work waits for somebody to enter the secret.
    if (account.secret('clientSecret') === undefined) throw new NeedsAuthorization();
    return serverOf(account);
  },
  parameters: () => ({}),
};

/** The Web Server Flow with PKCE. `instance_url` of the answer is not followed: tokens are for the address in the settings. */
export const salesforceUserGrants: UserGrants = {
  server: serverOf,
  // Without `openid`: an id token would tell nothing that is not asked for.
  defaultScopes: ['api', 'refresh_token', 'id'],
  async whoIs(accessToken, _answer, account, http) {
    const url = `${orgOf(account).instanceUrl}/services/oauth2/userinfo`;
    const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/json' };
    const answer = await answerOf(http, { method: 'GET', url, headers }, 'reads');
    // 403 with `Bad_OAuth_Token` is its way to say 401.
    if (answer.status === 401 || answer.status === 403) throw new NeedsAuthorization();
    const parsed = parseJsonBytes(answer.body);
    const told = answer.status === 200 && parsed.ok && isJsonObject(parsed.value) ? parsed.value : {};
    const externalId = filledTextOf(told, 'user_id');
    if (externalId === undefined) throw new PlatformUnavailable('no-subject');
    const [name, email] = [filledTextOf(told, 'name'), filledTextOf(told, 'email')];
    return { externalId, ...(name === undefined ? {} : { name }), ...(email === undefined ? {} : { email }) };
  },
};
