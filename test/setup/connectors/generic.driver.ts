import { EndpointDouble } from '../../../simulators/crm/generic/endpoint-double.js';
import { generic } from '../../../src/crm/generic/generic.crm.js';
import { type ConnectorDriver } from './connector-driver.js';

const secret = `whsec_${Buffer.from('the secret of the generic endpoint').toString('base64')}`;
const next = `whsec_${Buffer.from('and the one that comes after it').toString('base64')}`;

export const genericDriver: ConnectorDriver = {
  platform: generic,
  async start() {
    const double = await EndpointDouble.start(secret);
    return {
      double,
      settings: { url: `${double.url}/liaison` },
      secrets: { signingSecrets: `${next} ${secret}`, webhookSecrets: [secret] },
      tooMany: { status: 429, headers: { 'retry-after': '17' }, body: '' },
      tooManySeconds: 17,
      refusals: [
        { name: 'bad request', status: 400, body: '{"error":"title is missing"}', reason: 'invalid' },
        { name: 'too large', status: 413, body: '', reason: 'invalid' },
        { name: 'unprocessable', status: 422, body: '{"detail":"unknown record"}', reason: 'invalid' },
        { name: 'forbidden', status: 403, body: 'no', reason: 'forbidden' },
        { name: 'conflict', status: 409, body: '{}', reason: 'duplicate' },
        { name: 'the endpoint wants nothing any more', status: 410, body: '', reason: 'gone' },
        { name: 'a long message', status: 400, body: JSON.stringify({ error: 'x'.repeat(2_000) }), reason: 'invalid' },
      ],
      passing: [
        { name: 'not there at the moment', status: 404, body: '<html></html>' },
        { name: 'moved', status: 302, headers: { location: 'https://example.com/' }, body: '' },
        { name: 'maintenance', status: 503, headers: { 'retry-after': '120' }, body: 'back soon' },
      ],
      fields: { text: 'nextStep', number: 'budget' },
      end: () => double.close(),
    };
  },
};
