import { readFileSync } from 'node:fs';
import { SalesforceDouble } from '../../../simulators/crm/salesforce/salesforce-double.js';
import { salesforce } from '../../../src/crm/salesforce/salesforce.crm.js';
import { type ConnectorDriver, type ConnectorStage } from './connector-driver.js';

type Reason = ConnectorStage['refusals'][number]['reason'];

interface ErrorForm {
  readonly status: number;
  readonly body: readonly (string | { readonly errorCode: string })[];
}

/** Forms of errors, as test/fixtures/salesforce/SOURCES.md describes the file. */
// Our own fixture; every form in it is used by the contract suite.
const salesforceErrors = JSON.parse(readFileSync('test/fixtures/salesforce/errors.json', 'utf8')) as {
  readonly refusals: readonly (ErrorForm & { readonly reason: Reason })[];
  readonly passing: readonly ErrorForm[];
  readonly dailyLimit: ErrorForm;
};
const client = { id: '3MVG9.liaison.example', secret: 'the-consumer-secret-of-the-app' };
const webhookSecret = `whsec_${Buffer.from('the secret of an org of Salesforce').toString('base64')}`;
const page = '<html><body>Down for maintenance</body></html>';

function named<Form extends ErrorForm>(
  form: Form,
): Omit<Form, 'body'> & { readonly name: string; readonly body: string } {
  const [first] = form.body;
  return { ...form, name: typeof first === 'object' ? first.errorCode : 'several', body: JSON.stringify(form.body) };
}

export const salesforceDriver: ConnectorDriver = {
  platform: salesforce,
  async start() {
    const double = await SalesforceDouble.start(client);
    const { refusals, passing, dailyLimit } = salesforceErrors;
    return {
      double,
      settings: { instanceUrl: double.url, clientId: client.id },
      secrets: { clientSecret: client.secret, webhookSecrets: [webhookSecret] },
      appToken: double.oauth.newToken(),
      tooMany: { ...named(dailyLimit), headers: {} },
      // What remains of a day is told nowhere.
      tooManySeconds: 900,
      numbered: { kind: 'case', number: '00004711' },
      refusals: refusals.map(named),
      passing: [
        ...passing.map(named),
        { name: 'maintenance', status: 503, headers: { 'retry-after': '120' }, body: page },
        { name: 'an address that has moved', status: 302, headers: { location: 'https://example.com/' }, body: '' },
        { name: 'a page of something between', status: 404, body: page },
      ],
      fields: { text: 'NextStep', number: 'Budget__c' },
      end: () => double.close(),
    };
  },
};
