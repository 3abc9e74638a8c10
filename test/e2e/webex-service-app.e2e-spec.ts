import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SimulatedOrg } from '../../simulators/webex/simulated-org.js';
import { type SimulatedPerson } from '../../simulators/webex/simulated-person.js';
import { type SimulatedServiceApp } from '../../simulators/webex/simulated-service-app.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually } from '../setup/service.js';
import { startWebexStage, webexSecret, type WebexStage } from '../setup/webex.js';

interface Authorization {
  readonly id: string;
  readonly state: string;
  readonly tokens: string;
  readonly applicationId: string;
  readonly organizationId: string;
  readonly friendlyId: string | null;
  readonly authorizedBy: string | null;
  readonly authorizedAt: string | null;
  readonly scopes: readonly string[];
  readonly tokensExpireAt: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}
interface List<T> {
  readonly items: readonly T[];
}

describe('the life of a Webex Service App', () => {
  let database: TestDatabase;
  let stage: WebexStage;
  let app: SimulatedServiceApp;
  let customer: SimulatedOrg;
  let admin: SimulatedPerson;
  let connectionId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    stage = await startWebexStage(database.url, { resources: [] });
    app = stage.webex.registerServiceApp({
      name: 'Liaison',
      friendlyId: 'liaison',
      scopes: ['spark:messages_read', 'spark:rooms_read', 'spark:memberships_read'],
    });
    customer = stage.webex.addOrg('Customer');
    admin = stage.webex.addPerson({ displayName: 'Ada', email: 'ada@customer.example', org: customer, admin: true });
    const answer = await stage.service.call<{ id: string; webhookUrl: string }>('POST', '/v1/connections', {
      body: {
        platform: 'webex',
        name: 'Service App',
        settings: { apiUrl: `${stage.webex.url}/v1`, kind: 'service-app', clientId: app.clientId, webhooks: [] },
        secrets: {
          clientSecret: app.clientSecret,
          accessToken: stage.token(stage.ann),
          webhookSecrets: [webexSecret],
        },
      },
    });
    expect(answer.status).toBe(201);
    connectionId = answer.body.id;
    for (const event of ['authorized', 'deauthorized']) {
      stage.webhook(stage.ann, {
        name: event,
        resource: 'serviceApp',
        event,
        filter: `id=${app.applicationId}`,
        targetUrl: answer.body.webhookUrl,
        secret: webexSecret,
      });
    }
  });
  afterEach(() => stage.end());

  const authorizations = (query = ''): Promise<List<Authorization>> =>
    stage.service.get(`/v1/authorizations?connectionId=${connectionId}${query}`);
  const onlyOne = (state: string, tokens: string): Promise<Authorization | undefined> =>
    eventually(authorizations, ({ items }) => items[0]?.state === state && items[0].tokens === tokens).then(
      ({ items }) => items[0],
    );
  const sealed = (): Promise<{ sealed: string | null; generation: string }[]> =>
    database.query(
      `select sealed_tokens as sealed, generation from organization_tokens where connection_id = '${connectionId}'`,
    );

  it('shows an authorization with all it said, and holds the tokens of the organisation, sealed', async () => {
    app.authorize(customer.id, { by: admin });
    const shown = await onlyOne('active', 'held');
    expect(shown).toMatchObject({
      applicationId: app.applicationId,
      friendlyId: 'liaison',
      authorizedBy: admin.id,
      scopes: ['spark:messages_read', 'spark:rooms_read', 'spark:memberships_read'],
    });
    expect(shown?.tokensExpireAt).not.toBeNull();
    expect(shown?.details).toMatchObject({ id: app.applicationId, authorizerId: admin.id });
    const [row] = await sealed();
    expect(row?.sealed).not.toBeNull();
    expect(stage.service.logs.join('')).not.toContain(app.clientSecret);
  });

  it('finds an authorization by each of its fields', async () => {
    app.authorize(customer.id, { by: admin });
    const shown = await onlyOne('active', 'held');
    const found = async (query: string): Promise<number> => (await authorizations(query)).items.length;
    const value = (text: string | null | undefined): string => encodeURIComponent(text ?? '');
    for (const query of [
      '&state=active',
      `&applicationId=${value(shown?.applicationId)}`,
      `&organizationId=${value(shown?.organizationId)}`,
      `&authorizedBy=${value(admin.id)}`,
      '&friendlyId=liaison',
      '&scope=spark%3Amessages_read',
      `&since=${value(shown?.authorizedAt)}`,
    ]) {
      expect([query, await found(query)]).toEqual([query, 1]);
    }
    for (const query of [
      '&state=revoked',
      '&applicationId=other',
      '&organizationId=other',
      '&authorizedBy=other',
      '&friendlyId=other',
      '&scope=other',
      '&siteName=other',
      '&adminSiteName=other',
      `&until=${value(shown?.authorizedAt)}`,
    ]) {
      expect([query, await found(query)]).toEqual([query, 0]);
    }
  });

  it('erases the tokens with the fact of the withdrawal, and tells it in the change feed', async () => {
    app.authorize(customer.id, { by: admin });
    await onlyOne('active', 'held');
    app.deauthorize(customer.id, { by: admin });
    await onlyOne('revoked', 'erased');
    expect((await sealed()).map((row) => row.sealed)).toEqual([null]);
    const feed = await stage.service.get<List<{ type: string }>>(
      `/v1/events?connectionId=${connectionId}&type=authorization.granted,authorization.revoked`,
    );
    expect(feed.items.map(({ type }) => type)).toEqual(['authorization.granted', 'authorization.revoked']);
  });

  it('throws tokens away that come back after the withdrawal', async () => {
    stage.webex.failNext({ path: '/v1/applications/', hangMs: 1_000, times: 1 });
    app.authorize(customer.id, { by: admin });
    await eventually(
      () => stage.webex.calls.count('/v1/applications'),
      (count) => count === 1,
    );
    app.deauthorize(customer.id, { by: admin });
    await onlyOne('revoked', 'erased');
    await eventually(
      () => stage.service.get<List<object>>(`/v1/jobs?connectionId=${connectionId}`),
      ({ items }) => items.length === 0,
    );
    expect((await sealed()).map((row) => row.sealed)).toEqual([null]);
  });

  it('holds tokens again after the organisation authorized the app anew', async () => {
    app.authorize(customer.id, { by: admin });
    await onlyOne('active', 'held');
    app.deauthorize(customer.id, { by: admin });
    await onlyOne('revoked', 'erased');
    app.authorize(customer.id, { by: admin });
    await onlyOne('active', 'held');
    expect(Number((await sealed())[0]?.generation)).toBe(3);
  });

  it("reads the rooms of an organisation with that organisation's tokens, and fetches new ones when they die", async () => {
    app.authorize(customer.id, { by: admin });
    await onlyOne('active', 'held');
    const account = app.machineAccount(customer.id);
    const room = stage.webex.createRoom({ title: 'Customer room', creator: admin, members: [account] });
    const connection = await stage.service.get<{ webhookUrl: string }>(`/v1/connections/${connectionId}`);
    stage.webex.createWebhook(stage.webex.serviceAppTokens(app, customer.id).accessToken, {
      name: 'messages',
      resource: 'messages',
      event: 'created',
      targetUrl: connection.webhookUrl,
      secret: webexSecret,
    });
    const textOf = (externalId: string): Promise<string | null | undefined> =>
      stage.service
        .get<List<{ content: string | null }>>(
          `/v1/messages?connectionId=${connectionId}&externalId=${encodeURIComponent(externalId)}`,
        )
        .then(({ items }) => items[0]?.content);
    const first = room.post(admin, 'only our organisation reads this');
    await eventually(
      () => textOf(first.id),
      (text) => text === 'only our organisation reads this',
    );
    stage.webex.revokeTokens(account);
    const second = room.post(admin, 'and this, with a new token');
    await eventually(
      () => textOf(second.id),
      (text) => text === 'and this, with a new token',
      20_000,
    );
  });

  it('keeps asking for the tokens while Webex cannot give them', async () => {
    stage.webex.failNext({ path: '/v1/applications/', status: 503, times: 2, retryAfterSeconds: 1 });
    app.authorize(customer.id, { by: admin });
    await onlyOne('active', 'missing');
    await eventually(authorizations, ({ items }) => items[0]?.tokens === 'held', 20_000);
  });
});
