import { EspocrmDouble } from '../../../simulators/crm/espocrm/espocrm-double.js';
import { espocrm } from '../../../src/crm/espocrm/espocrm.crm.js';
import { type ConnectorDriver } from './connector-driver.js';

const credentials = { apiKey: '0f3a6f0c1be24d7d8a55c1e7', secretKey: 'e0d8c7b6a5948372615049382716f5e4' };
const reason = (text: string): Readonly<Record<string, string>> => ({ 'x-status-reason': text });

export const espocrmDriver: ConnectorDriver = {
  platform: espocrm,
  async start() {
    const double = await EspocrmDouble.start(credentials);
    return {
      double,
      settings: { siteUrl: `${double.url}/`, assignedUserId: '65f0c1be24d7d8a55' },
      secrets: { ...credentials, webhookSecrets: ['a1b2c3d4e5f60718293a4b5c6d7e8f90'] },
      tooMany: { status: 429, headers: { 'retry-after': '9' }, body: '<html>Too many requests</html>' },
      tooManySeconds: 9,
      numbered: { kind: 'case', number: '4711' },
      refusals: [
        {
          name: 'a field that is required',
          status: 400,
          headers: reason('Field validation failure; entityType: Task, field: name, type: required.'),
          body: '{"messageTranslation":{"label":"validationFailure","scope":null,"data":{"field":"name","type":"required"}}}',
          reason: 'invalid',
        },
        { name: 'no access', status: 403, headers: reason('No create access.'), body: '', reason: 'forbidden' },
        { name: 'no such record', status: 404, headers: reason('Record 1 not found.'), body: '', reason: 'gone' },
        {
          name: 'a duplicate',
          status: 409,
          headers: reason('duplicate'),
          body: '[{"id":"6a0000000000000001","name":"Call Ann"}]',
          reason: 'duplicate',
        },
        { name: 'a hook that throws', status: 500, headers: reason('Formula: no value.'), body: '', reason: 'broken' },
        { name: 'a long reason', status: 400, headers: reason('x'.repeat(2_000)), body: '', reason: 'invalid' },
      ],
      passing: [
        { name: 'maintenance', status: 503, headers: reason('Application is in maintenance mode.'), body: '' },
        { name: 'another address', status: 301, headers: { location: 'https://example.com/' }, body: '' },
      ],
      fields: { text: 'description', number: 'probability' },
      end: () => double.close(),
    };
  },
};
