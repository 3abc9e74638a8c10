import { addressOf } from '../address.js';
import { type Platform } from '../platform.js';
import { watsonWorkAppTokens, watsonWorkUserGrants } from './watson-work.oauth.js';
import { watsonWorkPosting } from './watson-work.posting.js';
import { readWatsonWork } from './watson-work.reading.js';
import { WatsonWorkSecrets, WatsonWorkSettings } from './watson-work.settings.js';
import { signatureHeader, verifyWatsonWork } from './watson-work.signature.js';
import { translateWatsonWork } from './watson-work.translator.js';

const objectId = /^[0-9a-f]{24}$/;

/** IBM Watson Work Services (Watson Workspace): outbound webhooks, contract version 1.8.0. */
export const watsonWork: Platform = {
  id: 'watson-work',
  settings: WatsonWorkSettings,
  secrets: WatsonWorkSecrets,
  addresses: ({ apiUrl }) => [addressOf(apiUrl)],
  verify: verifyWatsonWork,
  read: readWatsonWork,
  translate: translateWatsonWork,
  // Ids of spaces, messages and annotations are 24 hex digits whose first eight are seconds since the epoch.
  birthOf: (externalId) => (objectId.test(externalId) ? parseInt(externalId.slice(0, 8), 16) * 1_000 : undefined),
  // The counters have columns of their own.
  keptHeaders: ['content-type', 'user-agent', signatureHeader],
  appTokens: watsonWorkAppTokens,
  userGrants: watsonWorkUserGrants,
  posting: watsonWorkPosting,
};
