import { addressOf } from '../../platforms/address.js';
import { type CrmPlatform } from '../crm-platform.js';
import { recordKinds } from '../crm-record.js';
import { espocrmCalls } from './espocrm.calls.js';
import { espocrmHydration } from './espocrm.hydration.js';
import { readEspocrm } from './espocrm.reading.js';
import { EspocrmSecrets, EspocrmSettings } from './espocrm.settings.js';
import { verifyEspocrm } from './espocrm.signature.js';
import { translateEspocrm } from './espocrm.translator.js';

/** EspoCRM from 8.0 on: docs/crm/espocrm.md. */
export const espocrm: CrmPlatform = {
  id: 'espocrm',
  settings: EspocrmSettings,
  secrets: EspocrmSecrets,
  addresses: ({ siteUrl }) => [addressOf(siteUrl)],
  verify: verifyEspocrm,
  read: readEspocrm,
  translate: translateEspocrm,
  birthOf: () => undefined,
  keptHeaders: ['content-type'],
  hydration: espocrmHydration,
  connector: {
    recordKinds,
    forms: ['note', 'task', 'activity'],
    // A name has at most 255 characters, and is up to twice as long as its title.
    limits: { title: 127, text: 20_000 },
    setsFields: true,
    createsByKey: false,
    at: espocrmCalls,
  },
};
