import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SimulatorClock } from '../../simulators/common/clock.js';
import { type DoubleEntry } from '../../simulators/crm/common/crm-double.js';
import { SalesforceDouble } from '../../simulators/crm/salesforce/salesforce-double.js';
import { outboundEventTypes } from '../../simulators/watson-work/event-bodies.js';
import { WatsonWorkSimulator } from '../../simulators/watson-work/watson-work-simulator.js';
import { standardSignatures } from '../../src/crm/standard-webhook.signature.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { spaceIdOf } from '../setup/posts.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { webhookSecret } from '../setup/watson.js';

const client = { id: '3MVG9.liaison.example', secret: 'the-consumer-secret-of-the-app' };
const orgSecret = `whsec_${Buffer.from('the secret of an org of Salesforce').toString('base64')}`;

describe('a space that belongs to an opportunity in Salesforce', () => {
  let database: TestDatabase;
  let watson: WatsonWorkSimulator;
  let double: SalesforceDouble;
  let service: TestService;
  let app: ReturnType<WatsonWorkSimulator['registerApp']>;
  let ann: ReturnType<WatsonWorkSimulator['addPerson']>;
  let crm: { id: string; webhookUrl: string };

  beforeAll(async () => {
    database = await createTestDatabase();
    watson = await WatsonWorkSimulator.start({ clock: new SimulatorClock() });
    double = await SalesforceDouble.start(client);
    service = await startTestService(database.url, {
      LIAISON_OUTBOUND_ALLOW: [watson.url, double.url].map((url) => new URL(url).host).join(','),
    });
    await service.ready;
    app = watson.registerApp({ name: 'Liaison' });
    ann = watson.addPerson({ displayName: 'Ann', email: 'ann@example.com' });
    const connection = await make<{ webhookUrl: string }>('/v1/connections', {
      platform: 'watson-work',
      name: 'Deal rooms',
      settings: { appId: app.appId, apiUrl: watson.url },
      secrets: { appSecret: app.appSecret, webhookSecrets: [webhookSecret] },
    });
    await app.addWebhook({ url: connection.webhookUrl, events: outboundEventTypes, secret: webhookSecret }).enable();
    crm = await make('/v1/crm/connections', {
      platform: 'salesforce',
      name: 'Acme',
      settings: { instanceUrl: double.url, clientId: client.id },
      secrets: { clientSecret: client.secret, webhookSecrets: [orgSecret] },
    });
  });
  afterAll(async () => {
    await service.stop();
    await Promise.all([watson.stop(), double.close()]);
    await database.drop();
  });

  async function make<Body>(path: string, body: object): Promise<Body> {
    const answer = await service.call<Body>('POST', path, { body });
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  function written(record: string, condition: (text: string) => boolean): Promise<DoubleEntry | undefined> {
    return eventually(
      () => double.entries().find(({ recordExternalId }) => recordExternalId === record),
      (entry) => condition(entry?.text ?? ''),
    );
  }

  it('has its conversation there, over the end of a session and with the words of people who wrote there', async () => {
    const space = watson.createSpace({ title: 'Renewal', members: [ann], apps: [app] });
    space.post(ann, 'Hello Renewal');
    const record = double.addRecord({ kind: 'opportunity', name: 'Renewal' });
    await make('/v1/crm/links', {
      connectionId: crm.id,
      spaceId: await spaceIdOf(service, space.id),
      record: { kind: 'opportunity', externalId: record },
      since: '2000-01-01T00:00:00Z',
    });
    const entry = await written(record, (text) => text.includes('Ann: Hello Renewal'));
    double.changeEntry(entry?.externalId ?? '', { text: `Call them on Friday.\r\n${entry?.text ?? ''}` });
    double.oauth.expireTokens();
    space.post(ann, 'They want 12 % off');
    const changed = await written(record, (text) => text.includes('12 % off'));
    expect(changed?.text).toMatch(/^Call them on Friday\.\n/);
    expect(double.entries()).toHaveLength(1);
  });

  it('hears of the opportunity by calls that the org signs', async () => {
    const record = { kind: 'opportunity', externalId: '006000000000009AAA' };
    const timestamp = new Date().toISOString();
    const body = JSON.stringify({
      type: 'record.changed',
      timestamp,
      data: { record, stage: 'Closed Won', isWon: true },
    });
    const [id, now] = [randomUUID(), new Date()];
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    };
    const call = (signature: string): Promise<Response> =>
      fetch(crm.webhookUrl, { method: 'POST', headers: { ...headers, 'webhook-signature': signature }, body });
    expect((await call(standardSignatures([orgSecret], id, now, `${body} `))).status).toBe(401);
    expect((await call(standardSignatures([orgSecret], id, now, body))).status).toBe(200);
    const { items } = await eventually(
      () => service.get<{ items: readonly object[] }>('/v1/events?type=crm.record.changed'),
      (page) => page.items.length > 0,
    );
    expect(items).toMatchObject([
      { data: { recordKind: 'opportunity', recordExternalId: record.externalId, stage: 'Closed Won', isWon: true } },
    ]);
  });
});
