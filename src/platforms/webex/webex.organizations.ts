import { Secret } from '../../common/security/secret.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { AppTokenRefused, NeedsAuthorization } from '../platform.errors.js';
import { type OrganizationAccess, type OrganizationTokenSet } from '../platform.js';
import { type PlatformAccount } from '../platform-account.js';
import { type TokenPair } from './api/token-pair.js';
import { WebexAuthorizationNeeded, WebexRefusal } from './api/webex-api.errors.js';
import { uuidOfWebexId } from './api/webex-id.js';
import { WebexTokens } from './api/webex-tokens.js';
import { passingOrFinal } from './webex.refusal.js';
import { publicWebexApi } from './webex.settings.js';

interface Client {
  readonly clientId: string;
  readonly clientSecret: Secret;
}

/**
 * Service Apps: each organisation that authorized the app has a token pair of its own. The pair is refreshed with the Service
 * App's client id and secret; where that brings none, it is fetched anew with them and a token with the scope
 * `spark:applications_token` (the connection's access token), which can be done at any time while the authorization lasts.
 */
export const webexOrganizations: OrganizationAccess = {
  usesTheirTokens: ({ kind }) => kind === 'service-app',

  canonicalId: (organization) => uuidOfWebexId(organization) ?? organization,

  async fetchTokens({ applicationExternalId, organizationExternalId, refreshToken }, account, http) {
    const client = clientOf(account);
    const tokens = tokensAt(account, http);
    try {
      const refreshed = refreshToken === undefined ? undefined : await refresh(refreshToken, client, tokens);
      if (refreshed !== undefined) return setOf(refreshed);
      const accessToken = await account.appToken();
      const target = { ...client, targetOrgId: organizationExternalId };
      return setOf(await tokens.fetchServiceAppToken(applicationExternalId, target, () => new Secret(accessToken)));
    } catch (error) {
      if (!(error instanceof WebexRefusal)) throw error;
      throw error.outcome === 'auth' ? new AppTokenRefused() : passingOrFinal(error);
    }
  },
};

/** Undefined where the pair must be fetched anew: the refresh token is dead, or the answer was lost and it may be. */
async function refresh(refreshToken: string, client: Client, tokens: WebexTokens): Promise<TokenPair | undefined> {
  try {
    return await tokens.refreshToken({ ...client, refreshToken: new Secret(refreshToken) });
  } catch (error) {
    // Who is told to wait asks nothing else meanwhile.
    const isLimit = error instanceof WebexRefusal && error.platformStatus === 429;
    if (isLimit || !(error instanceof WebexRefusal || error instanceof WebexAuthorizationNeeded)) throw error;
    return undefined;
  }
}

function clientOf(account: PlatformAccount): Client {
  const { clientId } = account.settings;
  const clientSecret = account.secret('clientSecret');
  if (typeof clientId !== 'string' || clientSecret === undefined) throw new NeedsAuthorization();
  return { clientId, clientSecret: new Secret(clientSecret) };
}

function tokensAt({ settings }: PlatformAccount, http: HttpCaller): WebexTokens {
  const { apiUrl } = settings;
  return new WebexTokens(http, { apiUrl: typeof apiUrl === 'string' ? apiUrl : publicWebexApi });
}

function setOf(pair: TokenPair): OrganizationTokenSet {
  return {
    accessToken: pair.accessToken.reveal(),
    refreshToken: pair.refreshToken?.reveal(),
    expiresAt: pair.accessExpiresAt,
  };
}
