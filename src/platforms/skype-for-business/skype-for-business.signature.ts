import { bearerToken } from '../../common/security/bearer-token.js';
import { type MicrosoftKeySets } from '../../common/security/microsoft-key-sets.js';
import { microsoftTokenRules } from '../../common/security/microsoft-token.js';
import { KeysUnavailable, TokenRejected } from '../../common/security/token.errors.js';
import { verifyToken, type TokenRules } from '../../common/security/token-verifier.js';
import { type RawDelivery } from '../../deliveries/delivery.js';
import { SignatureRejected, VerificationUnavailable } from '../platform.errors.js';
import { type VerificationContext } from '../platform.js';
import { settingsOf } from './skype-for-business.settings.js';

const scheme = 'bearer-rs256';

/**
 * The token in `Authorization: Bearer <JWT>` that comes with every call (Webhooks.md), under the rules of
 * `microsoftTokenRules`: for our App ID URI, of a tenant that consented, asked for by Skype for Business Online. The page
 * recommends the audience only; without the calling app any app of the tenant could pose as the platform.
 *
 * The token says nothing about the body: whoever holds one can send any body until it expires. Throws `SignatureRejected`,
 * or `VerificationUnavailable` when the keys cannot be had now, so that nothing genuine is refused for good.
 */
export async function verifySkypeForBusiness(delivery: RawDelivery, context: VerificationContext): Promise<string> {
  const { microsoftKeySets } = context;
  try {
    const token = bearerToken(delivery.headers['authorization']);
    if (microsoftKeySets === undefined) throw new KeysUnavailable();
    await verifyToken(token, rulesOf(context.settings, microsoftKeySets, delivery.receivedAt));
    return scheme;
  } catch (error) {
    if (error instanceof TokenRejected) throw new SignatureRejected(error.reason);
    if (error instanceof KeysUnavailable) throw new VerificationUnavailable(error);
    throw error;
  }
}

function rulesOf(stored: VerificationContext['settings'], keySets: MicrosoftKeySets, receivedAt: Date): TokenRules {
  const { authorityUrl, audience, clientId, tenants, callerAppIds } = settingsOf(stored);
  return microsoftTokenRules({
    authorityUrl,
    // Tokens of version 2 carry the client id, whatever they were asked for.
    audience: [audience, clientId],
    tenants,
    callerAppIds,
    keySets,
    now: () => receivedAt.getTime(),
  });
}
