import { filledTextOf, isJsonObject, memberOf, parseJsonBytes } from '../../common/json/json.js';
import { InvalidInput } from '../../common/errors/liaison-error.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { Secret } from '../../common/security/secret.js';
import { type AppTokenSource, type GrantSubject, type OAuthServer, type UserGrants } from '../oauth-server.js';
import { type PlatformAccount } from '../platform-account.js';
import { NeedsAuthorization, PlatformUnavailable } from '../platform.errors.js';

function serverOf(account: PlatformAccount): OAuthServer {
  const [apiUrl, appId] = [account.settings['apiUrl'], account.settings['appId']];
  const appSecret = account.secret('appSecret');
  if (typeof apiUrl !== 'string' || typeof appId !== 'string' || appSecret === undefined) {
    throw new InvalidInput({
      detail: 'The connection has no app secret, without which nobody can be asked for consent.',
      faults: [{ pointer: '/connectionId', detail: 'names a connection without appSecret' }],
    });
  }
  const base = apiUrl.replace(/\/+$/, '');
  return {
    issuer: base,
    authorizationEndpoint: `${base}/oauth/authorize`,
    tokenEndpoint: `${base}/oauth/token`,
    namesItselfInCallbacks: false,
    clientId: appId,
    clientSecret: new Secret(appSecret),
    clientAuthentication: 'basic',
    pkce: false,
    // Whether refresh tokens are rotated is documented nowhere, so the worse is assumed.
    lostRefreshIsFinal: true,
  };
}

/** Client credentials with Basic authentication (Watson Work, OAuth token endpoint); no scope parameter is documented. */
export const watsonWorkAppTokens: AppTokenSource = { server: serverOf, parameters: () => ({}) };

/** The code grant of Watson Work: no PKCE, no issuer in the callback, no revocation. */
export const watsonWorkUserGrants: UserGrants = {
  server: serverOf,
  // The app's own, as stored at the platform.
  defaultScopes: [],
  async whoIs(accessToken, answer, { settings }, http) {
    const id = filledTextOf(answer, 'id');
    const displayName = filledTextOf(answer, 'displayName');
    const asked = askWhoIs(accessToken, String(settings['apiUrl']), http);
    if (id === undefined) return asked;
    // Both were taken out of the reference and are still sent; the e-mail address never was, and nobody waits for it in vain.
    const known = { externalId: id, ...(displayName === undefined ? {} : { name: displayName }) };
    const { email, externalId } = await asked.catch((): GrantSubject => known);
    return email === undefined || externalId !== id ? known : { ...known, email };
  },
};

async function askWhoIs(accessToken: string, apiUrl: string, http: HttpCaller): Promise<GrantSubject> {
  const response = await http.request({
    method: 'POST',
    url: `${apiUrl.replace(/\/+$/, '')}/graphql`,
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ me { id displayName email } }' }),
    timeoutMs: 5_000,
  });
  if (response.status === 401) throw new NeedsAuthorization();
  const parsed = parseJsonBytes(response.body);
  const data = parsed.ok && isJsonObject(parsed.value) ? memberOf(parsed.value, 'data') : undefined;
  const me = data !== undefined && isJsonObject(data) ? memberOf(data, 'me') : undefined;
  const externalId = me !== undefined && isJsonObject(me) ? filledTextOf(me, 'id') : undefined;
  if (me === undefined || !isJsonObject(me) || externalId === undefined) throw new PlatformUnavailable('no-subject');
  const [name, email] = [filledTextOf(me, 'displayName'), filledTextOf(me, 'email')];
  return { externalId, ...(name === undefined ? {} : { name }), ...(email === undefined ? {} : { email }) };
}
