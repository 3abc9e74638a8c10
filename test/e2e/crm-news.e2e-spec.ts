import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { SimulatorClock } from '../../simulators/common/clock.js';
import { EndpointDouble } from '../../simulators/crm/generic/endpoint-double.js';
import { outboundEventTypes } from '../../simulators/watson-work/event-bodies.js';
import { type SimulatedSpace } from '../../simulators/watson-work/simulated-space.js';
import { WatsonWorkSimulator } from '../../simulators/watson-work/watson-work-simulator.js';
import { type Page } from '../../src/common/http/page.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { consent, spaceIdOf } from '../setup/posts.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { webhookSecret } from '../setup/watson.js';

const secret = `whsec_${Buffer.from('the secret of the endpoint').toString('base64')}`;

describe('what becomes of an opportunity in the CRM', () => {
  let database: TestDatabase;
  let watson: WatsonWorkSimulator;
  let endpoint: EndpointDouble;
  let service: TestService;
  let connectionId: string;
  let crm: { readonly id: string; readonly webhookUrl: string };
  let ann: ReturnType<WatsonWorkSimulator['addPerson']>;
  let room: SimulatedSpace;
  let spaceId: string;
  const day = Date.parse('2026-03-02T09:00:00Z');

  beforeAll(async () => {
    database = await createTestDatabase();
    watson = await WatsonWorkSimulator.start({ clock: new SimulatorClock() });
    endpoint = await EndpointDouble.start(secret);
    service = await startTestService(database.url, {
      LIAISON_OUTBOUND_ALLOW: [watson.url, endpoint.url].map((url) => new URL(url).host).join(','),
    });
    await service.ready;
    const app = watson.registerApp({ name: 'Liaison', redirectUris: [`${service.url}/oauth/callback`] });
    ann = watson.addPerson({ displayName: 'Ann Example', email: 'ann@example.com' });
    const connection = await make<{ id: string; webhookUrl: string }>('/v1/connections', {
      platform: 'watson-work',
      name: 'Deal rooms',
      settings: { appId: app.appId, apiUrl: watson.url },
      secrets: { appSecret: app.appSecret, webhookSecrets: [webhookSecret] },
    });
    connectionId = connection.id;
    await app.addWebhook({ url: connection.webhookUrl, events: outboundEventTypes, secret: webhookSecret }).enable();
    crm = await make('/v1/crm/connections', {
      platform: 'generic',
      name: 'Deals',
      settings: { url: `${endpoint.url}/liaison` },
      secrets: { signingSecrets: secret, webhookSecrets: [secret] },
    });
    room = watson.createSpace({ title: 'Acme renewal', members: [ann], apps: [app] });
    room.post(ann, 'Hello');
    spaceId = await spaceIdOf(service, room.id);
    await make('/v1/crm/links', {
      connectionId: crm.id,
      spaceId,
      record: { kind: 'opportunity', externalId: '42' },
      since: '2000-01-01T00:00:00Z',
    });
  });
  afterAll(async () => {
    await service.stop();
    await Promise.all([watson.stop(), endpoint.close()]);
    await database.drop();
  });

  async function make<Body>(path: string, body: object): Promise<Body> {
    const answer = await service.call<Body>('POST', path, { body });
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  /** The CRM says how the opportunity is, so many minutes later; signed by the library, not by our own code. */
  async function tell(minute: number, change: object, externalId = '42'): Promise<number> {
    const timestamp = new Date(day + minute * 60_000).toISOString();
    const body = JSON.stringify({
      type: 'record.changed',
      timestamp,
      data: { record: { kind: 'opportunity', externalId }, name: 'Acme renewal', ...change },
    });
    const [id, now] = [randomUUID(), new Date()];
    const response = await fetch(`${service.url}${new URL(crm.webhookUrl).pathname}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': new Webhook(secret).sign(id, now, body),
      },
      body,
    });
    return response.status;
  }
  const owner = { externalId: '7', displayName: 'Ann', email: 'Ann@example.com' };
  const texts = async (): Promise<readonly string[]> =>
    (await service.get<Page<{ content: string }>>(`/v1/messages?spaceId=${spaceId}&order=asc`)).items.map(
      ({ content }) => content,
    );
  const saying = (text: string): Promise<readonly string[]> => eventually(texts, (all) => all.includes(text));

  it('is told in its space by the app, for its owner, while she has not allowed more', async () => {
    expect(await tell(0, { stage: 'Proposal', owner })).toBe(200);
    expect(await tell(1, { stage: 'Negotiation', amount: '12500.00', currency: 'EUR' })).toBe(200);
    const all = await saying('For Ann: Opportunity Acme renewal: Proposal → Negotiation (12500.00 EUR).');
    // That it was there before is no news.
    expect(all).toHaveLength(2);
  });

  it('is told in the name of its owner once she has', async () => {
    watson.consentAs(ann);
    await consent(service, connectionId);
    expect(await tell(2, { stage: 'Contract' })).toBe(200);
    await saying('Opportunity Acme renewal: Negotiation → Contract (12500.00 EUR).');
    const { items } = await service.get<Page<{ as: unknown; requestedBy: string }>>('/v1/posts');
    expect(items[0]).toMatchObject({ as: { user: ann.id }, requestedBy: `crm:${crm.id}` });
  });

  it('is told once, however often and in whatever order the CRM says it', async () => {
    const before = await texts();
    for (const minute of [2, 1, 0]) {
      const stage = ['Proposal', 'Negotiation', 'Contract'][minute] ?? '';
      expect(await tell(minute, { stage })).toBe(200);
    }
    expect(await tell(3, { isClosed: true, isWon: true })).toBe(200);
    const all = await saying('Opportunity Acme renewal is won (12500.00 EUR).');
    expect(all).toHaveLength(before.length + 1);
  });

  it('stands in its timeline as what was said, and that makes no more of it', async () => {
    await eventually(
      () =>
        endpoint
          .entries()
          .map(({ text }) => text)
          .join(),
      (text) => text.includes('is won'),
    );
    const before = await texts();
    // The CRM says that the opportunity was changed by that very entry.
    expect(await tell(4, { isClosed: true, isWon: true })).toBe(200);
    expect(await tell(5, { stage: 'Archived' }, 'another')).toBe(200);
    await eventually(
      () => service.get<Page<object>>(`/v1/events?connectionId=${crm.id}&limit=200`),
      ({ items }) => items.length >= 8,
    );
    expect(await texts()).toEqual(before);
  });
});
