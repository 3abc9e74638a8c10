import { Secret } from '../../common/security/secret.js';
import { NeedsAuthorization } from '../platform.errors.js';
import { type OrganizationAccess } from '../platform.js';
import { WebexAuthorizationNeeded, WebexRefusal } from './api/webex-api.errors.js';
import { uuidOfWebexId } from './api/webex-id.js';
import { WebexTokens } from './api/webex-tokens.js';
import { passingOrFinal } from './webex.refusal.js';
import { publicWebexApi } from './webex.settings.js';

/**
 * Service Apps: each organisation that authorized the app has a token pair of its own, which the app's client id and
 * secret and a token with the scope `spark:applications_token` (the connection's access token) can have at any time while
 * the authorization lasts. So a pair is fetched anew rather than refreshed.
 */
export const webexOrganizations: OrganizationAccess = {
  canonicalId: (organization) => uuidOfWebexId(organization) ?? organization,

  async fetchTokens({ applicationExternalId, organizationExternalId }, account, http) {
    const [clientId, apiUrl] = [account.settings['clientId'], account.settings['apiUrl']];
    const clientSecret = account.secret('clientSecret');
    if (typeof clientId !== 'string' || clientSecret === undefined) throw new NeedsAuthorization();
    const accessToken = await account.appToken();
    const tokens = new WebexTokens(http, { apiUrl: typeof apiUrl === 'string' ? apiUrl : publicWebexApi });
    const target = { clientId, clientSecret: new Secret(clientSecret), targetOrgId: organizationExternalId };
    try {
      const pair = await tokens.fetchServiceAppToken(applicationExternalId, target, () => new Secret(accessToken));
      return {
        accessToken: pair.accessToken.reveal(),
        refreshToken: pair.refreshToken?.reveal(),
        expiresAt: pair.accessExpiresAt,
      };
    } catch (error) {
      if (error instanceof WebexAuthorizationNeeded) throw new NeedsAuthorization();
      throw error instanceof WebexRefusal ? passingOrFinal(error) : error;
    }
  },
};
