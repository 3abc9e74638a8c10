import { addressOf } from '../address.js';
import { type Platform } from '../platform.js';
import { skypeForBusinessActs } from './acting/conversation-actor.js';
import { skypeForBusinessPosting } from './skype-for-business.posting.js';
import { readSkypeForBusiness } from './skype-for-business.reading.js';
import { SkypeForBusinessSecrets, SkypeForBusinessSettings, settingsOf } from './skype-for-business.settings.js';
import { verifySkypeForBusiness } from './skype-for-business.signature.js';
import { translateSkypeForBusiness } from './skype-for-business.translator.js';

/** Skype for Business Online: the webhooks of the Trusted Application API. */
export const skypeForBusiness: Platform = {
  id: 'skype-for-business',
  settings: SkypeForBusinessSettings,
  secrets: SkypeForBusinessSecrets,
  addresses: (stored) => {
    const { apiUrl, authorityUrl, allowedHosts = [] } = settingsOf(stored);
    return [addressOf(apiUrl), addressOf(authorityUrl), ...allowedHosts.map((host) => host.toLowerCase()).sort()];
  },
  verify: verifySkypeForBusiness,
  read: readSkypeForBusiness,
  translate: translateSkypeForBusiness,
  // Ids are random GUIDs, numbers within a conversation, and addresses.
  birthOf: () => undefined,
  // Never `authorization`: whoever reads the log could pose as the platform until the token expires.
  keptHeaders: ['content-type', 'client-request-id', 'x-ms-correlation-id', 'x-ms-server-fqdn'],
  conversations: skypeForBusinessActs,
  posting: skypeForBusinessPosting,
};
