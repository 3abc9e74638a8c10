import { readFileSync } from 'node:fs';
import { TrytonDouble } from '../../../simulators/crm/tryton/tryton-double.js';
import { storableText } from '../../../src/common/json/storable.js';
import { tryton } from '../../../src/crm/tryton/tryton.crm.js';
import { type ConnectorDriver } from './connector-driver.js';

/** An answer that a real Tryton gave. */
function recorded(name: string): { readonly status: number; readonly body: string } {
  const text = readFileSync(`test/fixtures/tryton/${name}.json`, 'utf8');
  // The recordings have this form; test/fixtures/tryton/SOURCES.md.
  const { status, body } = JSON.parse(text) as { readonly status: number; readonly body: string };
  return { status, body };
}

const saying = (words: string): { readonly status: number; readonly body: string } => ({
  status: 200,
  body: JSON.stringify({ id: 0, error: [words, ''] }),
});

export const trytonDriver: ConnectorDriver = {
  platform: tryton,
  async start() {
    const double = await TrytonDouble.start();
    const { database, service } = double;
    return {
      double,
      settings: { apiUrl: double.url, database, user: service.user },
      secrets: { password: service.password },
      tooMany: { ...recorded('response_too_many_logins'), headers: {} },
      // It does not say: for so long it counts failed logins.
      tooManySeconds: 300,
      numbered: { kind: 'opportunity', number: '4711' },
      refusals: [
        { name: 'a field is missing', ...recorded('error_required'), reason: 'invalid' },
        { name: 'what its database cannot hold', ...recorded('error_nul'), reason: 'invalid' },
        { name: 'larger than it takes', status: 413, body: '', reason: 'invalid' },
        { name: 'the record is not there', ...recorded('error_no_such_record'), reason: 'gone' },
        { name: 'the user has no access to the model', ...recorded('error_forbidden'), reason: 'forbidden' },
        { name: 'a rule keeps the user out', ...recorded('error_rule'), reason: 'forbidden' },
        { name: 'the method is not offered', ...recorded('response_unknown_method'), reason: 'forbidden' },
        { name: 'the module is not activated', ...recorded('error_unknown_model'), reason: 'broken' },
        { name: 'a module of theirs broke', ...saying(`'NoneType' ${'x'.repeat(2_000)}`), reason: 'broken' },
      ],
      passing: [
        { name: 'no such database', ...recorded('response_no_database') },
        { name: 'the database is away', ...recorded('error_no_database') },
        { name: 'transactions met', ...saying('could not serialize access due to concurrent update\n') },
        { name: 'maintenance', status: 503, body: '' },
        { name: 'moved', status: 302, body: '' },
      ],
      kept: storableText,
      fields: { text: 'comment', number: 'conversion_probability' },
      end: () => double.close(),
    };
  },
};
