import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EspocrmDouble } from '../../simulators/crm/espocrm/espocrm-double.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { httpCall } from '../setup/http-call.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';

interface EventList {
  readonly items: readonly { readonly type: string; readonly data: Readonly<Record<string, unknown>> }[];
}

const secretText = 'the secret of the generic endpoint';
const secret = `whsec_${Buffer.from(secretText).toString('base64')}`;
const apiKey = 'the-api-key';
const webhookSecret = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';

describe('webhooks of CRMs', () => {
  let database: TestDatabase;
  let service: TestService;
  let double: EspocrmDouble;

  beforeAll(async () => {
    double = await EspocrmDouble.start({ apiKey });
    database = await createTestDatabase();
    service = await startTestService(database.url, { LIAISON_OUTBOUND_ALLOW: new URL(double.url).host });
    await service.ready;
  });
  afterAll(async () => {
    await service.stop();
    await double.close();
    await database.drop();
  });

  async function connect(platform: string, settings: object, secrets: object): Promise<{ id: string; path: string }> {
    const body = { platform, name: platform, settings, secrets };
    const answer = await service.call<{ id: string; webhookUrl: string }>('POST', '/v1/crm/connections', { body });
    expect(answer.status).toBe(201);
    return { id: answer.body.id, path: new URL(answer.body.webhookUrl).pathname };
  }

  async function send(path: string, body: string, headers: Readonly<Record<string, string>>): Promise<number> {
    const bytes = Buffer.from(body);
    const answer = await httpCall(`${service.url}${path}`, {
      headers: { 'content-type': 'application/json', ...headers, 'content-length': bytes.length },
      body: bytes,
    });
    return answer.status;
  }

  const events = (connectionId: string, count: number): Promise<EventList> =>
    eventually(
      () => service.get<EventList>(`/v1/events?connectionId=${connectionId}`),
      ({ items }) => items.length >= count,
    );

  it('become facts when an endpoint signs them by Standard Webhooks, and the same 401 when not', async () => {
    const { id, path } = await connect(
      'generic',
      { url: 'https://crm.example.com/liaison' },
      { signingSecrets: secret, webhookSecrets: [secret] },
    );
    const record = { kind: 'opportunity', externalId: '42' };
    const body = JSON.stringify({
      type: 'record.changed',
      timestamp: '2026-03-01T09:59:00.500Z',
      data: { record, stage: 'Won' },
    });
    const now = String(Math.floor(Date.now() / 1_000));
    const signature = (key: string): string =>
      `v1,${createHmac('sha256', key).update(`msg-1.${now}.${body}`).digest('base64')}`;
    const headers = (key: string) => ({
      'webhook-id': 'msg-1',
      'webhook-timestamp': now,
      'webhook-signature': signature(key),
    });
    expect(await send(path, body, headers('wrong'))).toBe(401);
    expect(await send(path, body, headers(secretText))).toBe(200);
    expect(await send(path, body, headers(secretText))).toBe(200);
    const { items } = await events(id, 1);
    expect(items).toMatchObject([
      { type: 'crm.record.changed', data: { recordKind: 'opportunity', recordExternalId: '42', stage: 'Won' } },
    ]);
  });

  it('of EspoCRM make the record be read of which they tell a part', async () => {
    const { id, path } = await connect('espocrm', { siteUrl: double.url }, { apiKey, webhookSecrets: [webhookSecret] });
    const recordExternalId = double.addRecord({ kind: 'opportunity', name: 'Deal', stage: 'Closed Won', amount: '99' });
    const body = JSON.stringify([{ stage: 'Proposal', id: recordExternalId }]);
    const mac = createHmac('sha256', webhookSecret).update(body).digest('hex');
    const headers = { signature: Buffer.from(`65f2c4d5e6f708192:${mac}`).toString('base64') };
    expect(await send(`${path}?event=Opportunity.update`, `${body} `, headers)).toBe(401);
    expect(await send(`${path}?event=Opportunity.update`, body, headers)).toBe(200);
    const { items } = await events(id, 2);
    expect(items.map(({ data }) => data)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ recordExternalId, stage: 'Proposal' }),
        expect.objectContaining({ recordExternalId, name: 'Deal', stage: 'Closed Won', amount: '99' }),
      ]),
    );
    expect(items).toHaveLength(2);
  });

  it('are not connected as platforms', async () => {
    const body = { platform: 'espocrm', name: 'x', settings: { siteUrl: double.url }, secrets: {} };
    expect((await service.call('POST', '/v1/connections', { body })).status).toBe(400);
  });

  it.each([
    ['generic', { url: 'https://crm.example.com/liaison' }, { signingSecrets: 'no secret at all!' }],
    ['generic', { url: 'https://crm.example.com/liaison' }, { webhookSecrets: ['no base64!'] }],
    ['generic', { url: 'no address' }, {}],
    ['espocrm', { siteUrl: 'https://crm.example.com', assignedUserId: '../x' }, {}],
    ['espocrm', {}, {}],
  ])('are refused for %s with %j and %j', async (platform, settings, secrets) => {
    const body = { platform, name: 'x', settings, secrets };
    const answer = await service.call('POST', '/v1/crm/connections', { body });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).not.toContain('no base64!');
  });
});
