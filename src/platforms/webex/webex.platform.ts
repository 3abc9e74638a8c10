import { addressOf } from '../address.js';
import { type Platform } from '../platform.js';
import { webexHydration } from './webex.hydration.js';
import { webexUserGrants } from './webex.oauth.js';
import { webexOrganizations } from './webex.organizations.js';
import { webexPosting } from './webex.posting.js';
import { readWebex } from './webex.reading.js';
import { webexRegistrations } from './webex.registrations.js';
import { publicWebexApi, WebexSecrets, WebexSettings } from './webex.settings.js';
import { sparkSignatureHeader, verifyWebex, webexSignatureHeader } from './webex.signature.js';
import { translateWebex } from './webex.translator.js';

/** Cisco Webex: webhooks of the REST API, completed by that API. */
export const webex: Platform = {
  id: 'webex',
  settings: WebexSettings,
  secrets: WebexSecrets,
  addresses: ({ apiUrl = publicWebexApi }) => [addressOf(apiUrl)],
  verify: verifyWebex,
  read: readWebex,
  translate: translateWebex,
  // Ids are UUIDs in base64, or opaque.
  birthOf: () => undefined,
  keptHeaders: ['content-type', 'user-agent', 'trackingid', sparkSignatureHeader, webexSignatureHeader],
  hydration: webexHydration,
  posting: webexPosting,
  organizations: webexOrganizations,
  userGrants: webexUserGrants,
  registrations: webexRegistrations,
};
