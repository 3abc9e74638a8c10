import { SignatureRejected } from '../../platforms/platform.errors.js';
import { addressOf } from '../../platforms/address.js';
import { type CrmPlatform } from '../crm-platform.js';
import { translateRecordCall } from '../record-call.translator.js';
import { TrytonCalls } from './tryton.calls.js';
import { TrytonSecrets, TrytonSettings } from './tryton.settings.js';

/** Tryton 6.0 and its module `sale_opportunity`, by JSON-RPC. It calls nobody: what changes there is asked for. */
export const tryton: CrmPlatform = {
  id: 'tryton',
  settings: TrytonSettings,
  secrets: TrytonSecrets,
  addresses: ({ apiUrl }) => [addressOf(apiUrl)],
  verify() {
    throw new SignatureRejected('no-active-secret');
  },
  read: () => ({ kind: 'heartbeat' }),
  // No call passes `verify`: this is what we asked for.
  translate: translateRecordCall,
  birthOf: () => undefined,
  keptHeaders: [],
  connector: {
    recordKinds: ['opportunity', 'account', 'contact'],
    forms: ['note'],
    // Tryton knows none; a call of 2 MiB is the largest that it takes.
    limits: { title: 500, text: 100_000 },
    setsFields: true,
    createsByKey: false,
    pollAtMostEveryMs: 0,
    at: (account, http) => new TrytonCalls(account, http),
  },
};
