import { addressOf } from '../../platforms/address.js';
import { type CrmPlatform } from '../crm-platform.js';
import { recordKinds } from '../crm-record.js';
import { genericCalls } from './generic.calls.js';
import { readRecordCall } from '../record-call.reading.js';
import { GenericSecrets, GenericSettings } from './generic.settings.js';
import { idHeader, timestampHeader, verifyStandardWebhook } from '../standard-webhook.signature.js';
import { translateRecordCall } from '../record-call.translator.js';

/** Any endpoint that takes Standard Webhooks, and may send them: docs/crm/generic.md. */
export const generic: CrmPlatform = {
  id: 'generic',
  settings: GenericSettings,
  secrets: GenericSecrets,
  addresses: ({ url }) => [addressOf(url)],
  verify: verifyStandardWebhook,
  read: readRecordCall,
  translate: translateRecordCall,
  birthOf: () => undefined,
  keptHeaders: ['content-type', idHeader, timestampHeader],
  connector: {
    recordKinds,
    forms: ['note', 'task', 'activity'],
    limits: { title: 500, text: 20_000 },
    setsFields: true,
    createsByKey: true,
    at: genericCalls,
  },
};
