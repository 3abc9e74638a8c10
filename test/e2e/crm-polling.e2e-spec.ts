import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SimulatorClock } from '../../simulators/common/clock.js';
import { HubSpotDouble } from '../../simulators/crm/hubspot/hubspot-double.js';
import { SalesforceDouble } from '../../simulators/crm/salesforce/salesforce-double.js';
import { TrytonDouble } from '../../simulators/crm/tryton/tryton-double.js';
import { outboundEventTypes } from '../../simulators/watson-work/event-bodies.js';
import { WatsonWorkSimulator } from '../../simulators/watson-work/watson-work-simulator.js';
import { type Page } from '../../src/common/http/page.js';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { type CrmHealthDto } from '../../src/crm-sync/connections/crm-health.dto.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { consent, spaceIdOf } from '../setup/posts.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { webhookSecret } from '../setup/watson.js';

const client = { id: '3MVG9.liaison.example', secret: 'the-consumer-secret-of-the-app' };
const accessToken = 'pat-eu1-00000000-0000-4000-8000-000000000000';

interface Fact {
  readonly type: string;
  readonly connectionId: string;
  readonly occurredAt: string;
  readonly data: { readonly recordExternalId: string; readonly name?: string; readonly stage?: string };
}

describe('a CRM that calls nobody', () => {
  let database: TestDatabase;
  let watson: WatsonWorkSimulator;
  let double: TrytonDouble;
  let salesforce: SalesforceDouble;
  let hubspot: HubSpotDouble;
  let environment: Readonly<Record<string, string>>;
  let service: TestService;
  let app: ReturnType<WatsonWorkSimulator['registerApp']>;
  let ann: ReturnType<WatsonWorkSimulator['addPerson']>;
  let roomsId: string;
  let crmId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    watson = await WatsonWorkSimulator.start({ clock: new SimulatorClock() });
    double = await TrytonDouble.start();
    salesforce = await SalesforceDouble.start(client);
    hubspot = await HubSpotDouble.start({ accessToken, portalId: '62515' });
    const urls = [watson, double, salesforce, hubspot].map(({ url }) => new URL(url).host);
    environment = {
      LIAISON_OUTBOUND_ALLOW: urls.join(','),
      LIAISON_CRM_POLL_SECONDS: '1',
      LIAISON_MASTER_KEYS: generateMasterKey(),
    };
    service = await startTestService(database.url, environment);
    await service.ready;
    app = watson.registerApp({ name: 'Liaison', redirectUris: [`${service.url}/oauth/callback`] });
    ann = watson.addPerson({ displayName: 'Ann', email: 'ann@example.com' });
    const rooms = await make<{ id: string; webhookUrl: string }>('/v1/connections', {
      platform: 'watson-work',
      name: 'Deal rooms',
      settings: { appId: app.appId, apiUrl: watson.url },
      secrets: { appSecret: app.appSecret, webhookSecrets: [webhookSecret] },
    });
    roomsId = rooms.id;
    await app.addWebhook({ url: rooms.webhookUrl, events: outboundEventTypes, secret: webhookSecret }).enable();
    crmId = await connected(double.service.password);
  });
  afterAll(async () => {
    await service.stop();
    await Promise.all([watson.stop(), double.close(), salesforce.close(), hubspot.close()]);
    await database.drop();
  });

  async function make<Body>(path: string, body: object): Promise<Body> {
    const answer = await service.call<Body>('POST', path, { body });
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  async function connected(password: string): Promise<string> {
    const { url, database: name, service: login } = double;
    const { id } = await make<{ id: string }>('/v1/crm/connections', {
      platform: 'tryton',
      name: 'Tryton',
      settings: { apiUrl: url, database: name, user: login.user },
      secrets: { password },
    });
    return id;
  }
  const health = (id = crmId): Promise<CrmHealthDto> => service.get(`/v1/crm/connections/${id}/health`);
  /** Everything that changed until now has been told. */
  async function caughtUp(id = crmId): Promise<void> {
    const now = Date.now();
    await eventually(
      () => health(id),
      ({ polling }) => Date.parse(polling?.caughtUpAt ?? '') > now,
      30_000,
    );
    await eventually(
      () => service.get<Page<object>>('/v1/deliveries?status=waiting'),
      ({ items }) => items.length === 0,
    );
  }
  async function factsOf(connectionId: string): Promise<readonly Fact[]> {
    return database.query<Fact>(
      `select type, connection_id as "connectionId", occurred_at as "occurredAt", data from events
       where connection_id = $1 order by seq`,
      [connectionId],
    );
  }

  it('is asked, and what changed is told in the space: by the app, then in the name of its owner', async () => {
    const owner = { externalId: '1', name: 'Ann Example', email: 'Ann@example.com' };
    const record = double.addRecord({ kind: 'opportunity', name: 'Engine', stage: 'lead', owner });
    const room = watson.createSpace({ title: 'Engine', members: [ann], apps: [app] });
    room.post(ann, 'Hello');
    const spaceId = await spaceIdOf(service, room.id);
    await make('/v1/crm/links', { connectionId: crmId, spaceId, record: { kind: 'opportunity', externalId: record } });
    await caughtUp();
    const said = (text: string): Promise<unknown> =>
      eventually(
        () => service.get<Page<{ content: string }>>(`/v1/messages?spaceId=${spaceId}`),
        ({ items }) => items.filter(({ content }) => content === text).length === 1,
      );
    double.changeRecord(record, { stage: 'opportunity' });
    await said('For Ann Example: Opportunity Engine: lead → opportunity.');
    watson.consentAs(ann);
    await consent(service, roomsId);
    double.changeRecord(record, { stage: 'won' });
    await said('Opportunity Engine is won.');
    // What was told is not told again by the sweeps that follow.
    await caughtUp();
    await caughtUp();
    const { items } = await service.get<Page<object>>(`/v1/posts`);
    expect(items).toHaveLength(2);
  });

  it('has every change told once, over pages and although two processes ask and ask again', async () => {
    const other = await startTestService(database.url, environment);
    try {
      await other.ready;
      const records = Array.from({ length: 250 }, (_, i) =>
        double.addRecord({ kind: 'opportunity', name: `no. ${i}` }),
      );
      await caughtUp();
      for (const record of records) double.changeRecord(record, { stage: 'won' });
      await caughtUp();
      await caughtUp();
      const told = (await factsOf(crmId)).map(({ data }) => `${data.recordExternalId} ${data.stage ?? ''}`);
      expect(records.filter((record) => !told.includes(`${record} won`))).toEqual([]);
      expect(new Set(told).size).toBe(told.length);
      expect((await service.get<Page<object>>('/v1/deliveries?status=dead-letter')).items).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  it('that is away is asked again, says why in its health, and has nothing left out', async () => {
    double.failNext({ times: 2, what: { kind: 'answer', status: 503 } });
    const record = double.addRecord({ kind: 'opportunity', name: 'Made while it was away' });
    await eventually(
      () => health(),
      ({ polling }) => polling?.reason === 'unavailable',
    );
    await eventually(
      () => factsOf(crmId),
      (facts) => facts.some(({ data }) => data.recordExternalId === record),
    );
    expect((await health()).polling).toMatchObject({ reason: null });
  });

  it('is left alone while its password is not taken, and asked on from where it was with another one', async () => {
    const id = await connected(double.service.password);
    await caughtUp(id);
    const set = (password: string): Promise<unknown> =>
      service.call('PATCH', `/v1/crm/connections/${id}`, { body: { secrets: { password } } });
    await set('a wrong one');
    await eventually(
      () => health(id),
      ({ polling }) => polling?.reason === 'needs-authorization',
    );
    const record = double.addRecord({ kind: 'opportunity', name: 'Made while nobody was let in' });
    await set(double.service.password);
    await eventually(
      () => factsOf(id),
      (facts) => facts.some(({ data }) => data.recordExternalId === record),
    );
    expect((await service.call('DELETE', `/v1/crm/connections/${id}`)).status).toBe(204);
    expect(await database.query(`select 1 from crm_polls where connection_id = $1`, [id])).toEqual([]);
  });

  it('is asked no more once it is disconnected', async () => {
    const id = await connected(double.service.password);
    await caughtUp(id);
    expect((await service.call('DELETE', `/v1/crm/connections/${id}`)).status).toBe(204);
    const before = (await factsOf(id)).length;
    const record = double.addRecord({ kind: 'opportunity', name: 'Made after the end' });
    // The other connection hears of it, so it was there to be heard of.
    await eventually(
      () => factsOf(crmId),
      (facts) => facts.some(({ data }) => data.recordExternalId === record),
    );
    await caughtUp();
    expect(await factsOf(id)).toHaveLength(before);
    expect(await database.query(`select 1 from jobs where connection_id = $1`, [id])).toEqual([]);
  });

  it.each([
    {
      name: 'Salesforce',
      add: () => salesforce.addRecord({ kind: 'opportunity', name: 'Acme', stage: 'Proposal' }),
      connection: () => ({
        platform: 'salesforce',
        settings: { instanceUrl: salesforce.url, clientId: client.id },
        secrets: { clientSecret: client.secret },
      }),
      signed: { webhookSecrets: [`whsec_${Buffer.from('the secret of an org of Salesforce').toString('base64')}`] },
    },
    {
      name: 'HubSpot',
      add: () => hubspot.addRecord({ kind: 'opportunity', name: 'Acme', stage: 'Proposal' }),
      connection: () => ({
        platform: 'hubspot',
        settings: { portalId: '62515', apiUrl: hubspot.url },
        secrets: { accessToken },
      }),
      signed: { webhookSecrets: ['00000000-1111-4222-8333-444444444444'] },
    },
  ])('is $name, too, while nothing signs its calls', async ({ name, add, connection, signed }) => {
    const record = add();
    const { id } = await make<{ id: string }>('/v1/crm/connections', { name, ...connection() });
    const facts = await eventually(
      () => factsOf(id),
      (all) => all.length > 0,
    );
    expect(facts).toMatchObject([
      { type: 'crm.record.changed', data: { recordExternalId: record, name: 'Acme', stage: 'Proposal' } },
    ]);
    expect((await health(id)).polling?.caughtUpAt).not.toBeNull();
    await service.call('PATCH', `/v1/crm/connections/${id}`, { body: { secrets: signed } });
    await eventually(
      () => health(id),
      ({ polling }) => polling === null,
    );
  });
});
