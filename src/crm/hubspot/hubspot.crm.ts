import { isPolled } from '../../deliveries/polled-delivery.js';
import { addressOf } from '../../platforms/address.js';
import { type CrmPlatform } from '../crm-platform.js';
import { recordKinds } from '../crm-record.js';
import { translateRecordCall } from '../record-call.translator.js';
import { HubSpotCalls } from './hubspot.calls.js';
import { hubspotHydration } from './hubspot.hydration.js';
import { hubspotUserGrants } from './hubspot.oauth.js';
import { readHubSpot } from './hubspot.reading.js';
import { HubSpotSecrets, HubSpotSettings, publicHubSpotApi } from './hubspot.settings.js';
import { signatureHeader, timestampHeader, verifyHubSpot } from './hubspot.signature.js';
import { translateHubSpot } from './hubspot.translator.js';

/** HubSpot: notes and tasks over its API, records by its webhooks and its search: docs/crm/hubspot.md. */
export const hubspot: CrmPlatform = {
  id: 'hubspot',
  settings: HubSpotSettings,
  secrets: HubSpotSecrets,
  addresses: ({ apiUrl = publicHubSpotApi }) => [addressOf(apiUrl)],
  verify: verifyHubSpot,
  read: readHubSpot,
  translate: (delivery) => (isPolled(delivery) ? translateRecordCall : translateHubSpot)(delivery),
  birthOf: () => undefined,
  keptHeaders: ['content-type', 'user-agent', signatureHeader, timestampHeader],
  hydration: hubspotHydration,
  userGrants: hubspotUserGrants,
  connector: {
    recordKinds,
    forms: ['note', 'task'],
    // HubSpot keeps 65,536 characters of a body; each of ours may take five there (`longestEscape`).
    limits: { title: 250, text: 12_000 },
    setsFields: true,
    createsByKey: true,
    // Four searches each, which an account has few of.
    pollAtMostEveryMs: 300_000,
    at: (account, http) => new HubSpotCalls(account, http),
  },
};
