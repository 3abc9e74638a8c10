import { readFileSync } from 'node:fs';
import { HubSpotDouble } from '../../../simulators/crm/hubspot/hubspot-double.js';
import { hubspot } from '../../../src/crm/hubspot/hubspot.crm.js';
import { type ConnectorDriver, type ConnectorStage } from './connector-driver.js';

const accessToken = 'pat-eu1-00000000-0000-4000-8000-000000000000';
const portalId = '62515';

// The shape is that of the file.
const errors = JSON.parse(readFileSync('test/fixtures/hubspot/errors.json', 'utf8')) as {
  readonly refusals: readonly (Omit<ConnectorStage['refusals'][number], 'body'> & { readonly body: object })[];
  readonly passing: readonly (Omit<ConnectorStage['passing'][number], 'body'> & { readonly body: object | string })[];
  readonly tenSecondly: object;
};

const textOf = (body: object | string): string => (typeof body === 'string' ? body : JSON.stringify(body));

export const hubspotDriver: ConnectorDriver = {
  platform: hubspot,
  async start() {
    const double = await HubSpotDouble.start({ accessToken, portalId });
    return {
      double,
      settings: { portalId, apiUrl: double.url, searchLagSeconds: 0 },
      secrets: { accessToken, webhookSecrets: ['00000000-1111-4222-8333-444444444444'] },
      appToken: accessToken,
      tooMany: { status: 429, headers: {}, body: textOf(errors.tenSecondly) },
      tooManySeconds: 10,
      numbered: { kind: 'case' },
      refusals: errors.refusals.map((refusal) => ({ ...refusal, body: textOf(refusal.body) })),
      passing: errors.passing.map((answer) => ({ ...answer, body: textOf(answer.body) })),
      fields: { text: 'hs_next_step', number: 'hs_projected_amount' },
      end: () => double.close(),
    };
  },
};
