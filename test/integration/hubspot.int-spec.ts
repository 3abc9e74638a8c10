import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HubSpotDouble } from '../../simulators/crm/hubspot/hubspot-double.js';
import { type Page } from '../../src/common/http/page.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';

const accessToken = 'pat-eu1-00000000-0000-4000-8000-000000000000';
const clientSecret = '00000000-1111-4222-8333-444444444444';
const app = {
  clientId: '11111111-2222-4333-8444-555555555555',
  clientSecret,
  refreshToken: 'eu1-0000-1111-2222-333333333333',
};
const publicUrl = 'https://liaison.example/behind-a-proxy';

interface FeedEvent {
  readonly type: string;
  readonly data: {
    readonly recordExternalId?: string;
    readonly externalId?: string;
    readonly name?: string;
    readonly stage?: string;
  };
}

describe('HubSpot that calls back', () => {
  let database: TestDatabase;
  let double: HubSpotDouble;
  let service: TestService;

  beforeAll(async () => {
    database = await createTestDatabase();
    double = await HubSpotDouble.start({ accessToken, portalId: '62515', app });
    service = await startTestService(database.url, {
      LIAISON_OUTBOUND_ALLOW: new URL(double.url).host,
      LIAISON_PUBLIC_URL: publicUrl,
    });
    await service.ready;
    double.subscribe({ url: await connected({}, { accessToken }), clientSecret });
  });
  afterAll(async () => {
    await service.stop();
    await double.close();
    await database.drop();
  });

  /** The address that a new connection is called at. */
  async function connected(settings: object, secrets: object): Promise<string> {
    const { body } = await service.call<{ webhookUrl: string }>('POST', '/v1/crm/connections', {
      body: {
        platform: 'hubspot',
        name: 'Deals',
        settings: { portalId: '62515', apiUrl: double.url, ...settings },
        secrets: { webhookSecrets: [clientSecret], ...secrets },
      },
    });
    return body.webhookUrl;
  }

  /** Brings all that HubSpot has sent, as a proxy does that takes its own part of the path off. */
  async function delivered(more = ''): Promise<readonly number[]> {
    const statuses: number[] = [];
    for (const { url, headers, body } of double.sent.splice(0)) {
      const response = await fetch(`${url.replace(publicUrl, service.url)}${more}`, { method: 'POST', headers, body });
      statuses.push(response.status);
    }
    return statuses;
  }

  async function toldOf(externalId: string): Promise<readonly FeedEvent[]> {
    const { items } = await service.get<Page<FeedEvent>>('/v1/events?limit=200');
    return items.filter(({ data }) => (data.recordExternalId ?? data.externalId) === externalId);
  }

  it('is believed by the address that it called, and its records are read', async () => {
    double.setStage('deals', '1074', 'Presented');
    const deal = double.addRecord({ kind: 'opportunity', name: 'Big deal', stage: '1074' });
    expect(await delivered()).toEqual([200]);
    const told = await eventually(
      () => toldOf(deal),
      (events) => events.some(({ data }) => data.name !== undefined),
    );
    expect(told).toMatchObject([
      { type: 'activity.reported', data: { activityType: 'deal.creation' } },
      { type: 'crm.record.changed', data: { name: 'Big deal', stage: 'Presented', isNew: true } },
    ]);
    double.changeRecord(deal, { stage: 'won' });
    double.removeRecord(deal);
    expect(await delivered()).toEqual([200, 200]);
    await eventually(
      () => toldOf(deal),
      (events) => events.some(({ type }) => type === 'crm.record.deleted'),
    );
  });

  it('is not believed at another address', async () => {
    double.addRecord({ kind: 'opportunity', name: 'Another deal' });
    expect(await delivered('?x=1')).toEqual([401]);
  });

  it('is asked with tokens that an app with OAuth gets by its refresh token', async () => {
    const { clientId, refreshToken } = app;
    double.subscribe({ url: await connected({ clientId }, { clientSecret, refreshToken }), clientSecret });
    const ticket = double.addRecord({ kind: 'case', name: 'It does not start' });
    expect(await delivered()).toEqual([200, 200]);
    await eventually(
      () => toldOf(ticket),
      (events) => events.filter(({ data }) => data.name === 'It does not start').length === 2,
    );
  });
});
