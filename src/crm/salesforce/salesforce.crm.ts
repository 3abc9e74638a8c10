import { addressOf } from '../../platforms/address.js';
import { type CrmPlatform } from '../crm-platform.js';
import { recordKinds } from '../crm-record.js';
import { readRecordCall } from '../record-call.reading.js';
import { translateRecordCall } from '../record-call.translator.js';
import { idHeader, timestampHeader, verifyStandardWebhook } from '../standard-webhook.signature.js';
import { salesforceCalls } from './salesforce.calls.js';
import { DailyLimit } from './salesforce.daily-limit.js';
import { salesforceAppTokens, salesforceUserGrants } from './salesforce.oauth.js';
import { SalesforceSecrets, SalesforceSettings } from './salesforce.settings.js';

const limit = new DailyLimit();

/** Salesforce: its REST API, and calls that an admin's Apex sends: docs/crm/salesforce.md. */
export const salesforce: CrmPlatform = {
  id: 'salesforce',
  settings: SalesforceSettings,
  secrets: SalesforceSecrets,
  addresses: ({ instanceUrl }) => [addressOf(instanceUrl)],
  verify: verifyStandardWebhook,
  read: readRecordCall,
  translate: translateRecordCall,
  birthOf: () => undefined,
  keptHeaders: ['content-type', idHeader, timestampHeader],
  appTokens: salesforceAppTokens,
  userGrants: salesforceUserGrants,
  connector: {
    recordKinds,
    forms: ['note', 'task'],
    limits: { title: 255, text: 32_000 },
    setsFields: true,
    createsByKey: true,
    // Four calls each, of some tens of thousands a day.
    pollAtMostEveryMs: 300_000,
    at: (account, http) => salesforceCalls(account, http, limit),
  },
};
