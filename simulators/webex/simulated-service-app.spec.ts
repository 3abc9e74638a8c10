import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiAnswer, ApiClient, postForm } from './api-client.js';
import { type SimulatedOrg } from './simulated-org.js';
import { type SimulatedPerson } from './simulated-person.js';
import { type SimulatedServiceApp } from './simulated-service-app.js';
import { startScene, type WebexScene } from './webex-scene.js';

const scopes = ['spark:kms', 'spark:messages_read', 'spark:people_read'];

describe('a Service App', () => {
  let scene: WebexScene;
  let app: SimulatedServiceApp;
  let customer: SimulatedOrg;
  let admin: SimulatedPerson;

  beforeEach(async () => {
    scene = await startScene();
    app = scene.webex.registerServiceApp({ name: 'Super Special', friendlyId: 'super-special-service-app', scopes });
    customer = scene.webex.addOrg('Customer Inc');
    admin = scene.webex.addPerson({
      displayName: 'Full Admin',
      email: 'admin@customer.example',
      org: customer,
      admin: true,
    });
  });

  afterEach(async () => {
    await scene.end();
  });

  const token = (change: Readonly<Record<string, unknown>> = {}, id = app.applicationId): Promise<ApiAnswer> =>
    scene.as(scene.bob).post(`/applications/${id}/token`, {
      clientId: app.clientId,
      clientSecret: app.clientSecret,
      targetOrgId: customer.id,
      ...change,
    });

  it('tells the integrations of its developer who authorized it and who took that back', async () => {
    scene.webhook(scene.bob, { resource: 'serviceApp', event: 'authorized', filter: `id=${app.applicationId}` });
    scene.webhook(scene.bob, { resource: 'serviceApp', event: 'deauthorized' });
    app.authorize(customer.id, { by: admin });
    await scene.clock.advance(1_000);
    app.deauthorize(customer.id);
    await scene.webex.settled();
    const data = {
      id: app.applicationId,
      friendlyId: 'super-special-service-app',
      authorizerId: admin.id,
      authorizerOrgId: customer.id,
      authorizationDate: '2026-01-05T09:00:00.000Z',
      scopes,
      trainSiteNames: ['customer-inc.webex.com'],
      adminTrainSiteNames: ['customer-inc.webex.com'],
    };
    const common = { resource: 'serviceApp', orgId: scene.bob.org.id, actorId: admin.id, data };
    expect(scene.receiver.received.map(({ body }) => body)).toMatchObject([
      { ...common, event: 'authorized' },
      { ...common, event: 'deauthorized' },
    ]);
  });

  it('dates its deauthorization by itself when told to', async () => {
    await scene.end();
    scene = await startScene({ quirks: { deauthorizationDate: 'of the deauthorization' } });
    const own = scene.webex.registerServiceApp({ name: 'Own' });
    own.authorize(scene.webex.org.id, { by: scene.ann });
    await scene.clock.advance(1_000);
    scene.webhook(scene.bob, { resource: 'serviceApp', event: 'deauthorized' });
    own.deauthorize(scene.webex.org.id);
    await scene.webex.settled();
    const [request] = scene.receiver.received;
    expect(request?.body['data']).toMatchObject({ authorizationDate: '2026-01-05T09:00:01.000Z' });
  });

  it('tells integrations of other developers nothing', async () => {
    const developer = scene.webex.addPerson({ displayName: 'Other', email: 'other@developers.example' });
    const foreign = scene.webex.registerServiceApp({ name: 'Foreign', developer });
    scene.webhook(scene.bob, { resource: 'serviceApp', event: 'authorized' });
    foreign.authorize(customer.id, { by: admin });
    await scene.webex.settled();
    expect(scene.receiver.told).toEqual([]);
  });

  it('shows its webhooks to tokens that may read them', async () => {
    const { id } = scene.webhook(scene.bob, { resource: 'serviceApp', event: 'authorized' });
    const blind = scene.webex.integrationTokens(scene.integration, scene.bob, ['spark:all']).accessToken;
    expect((await scene.as(scene.bob).get('/webhooks')).items.map((item) => item['id'])).toEqual([id]);
    expect((await new ApiClient(scene.webex.url, blind).get('/webhooks')).items).toEqual([]);
  });

  it('is authorized by Full Admins of the organization alone', () => {
    expect(() => app.authorize(customer.id, { by: scene.ann })).toThrow(/Full Admin/);
    expect(() => app.authorize(scene.bob.org.id, { by: scene.bob })).toThrow(/Full Admin/);
  });

  it('gets tokens that act as its machine account in the customer’s organization', async () => {
    app.authorize(customer.id, { by: admin });
    const answer = await token();
    expect(answer.body).toEqual({
      access_token: answer.body['access_token'],
      expires_in: 3_600,
      refresh_token: answer.body['refresh_token'],
      refresh_token_expires_in: 7_776_000,
      token_type: 'Bearer',
    });
    const me = await new ApiClient(scene.webex.url, String(answer.body['access_token'])).get('/people/me');
    expect(me.body).toMatchObject({
      id: app.machineAccount(customer.id).id,
      type: 'appuser',
      orgId: customer.id,
    });
  });

  it('takes both forms of the organization’s id', async () => {
    app.authorize(customer.id, { by: admin });
    const bare = Buffer.from(customer.uuid).toString('base64').replace(/=+$/, '');
    expect((await token({ targetOrgId: bare })).status).toBe(200);
  });

  it('gets no token when something is missing, wrong, unknown or not authorized', async () => {
    expect((await token()).status).toBe(403);
    app.authorize(customer.id, { by: admin });
    expect((await token({ clientSecret: undefined })).status).toBe(400);
    expect((await token({ clientSecret: 'wrong' })).status).toBe(400);
    expect((await token({ targetOrgId: scene.webex.org.id })).status).toBe(403);
    expect((await token({}, scene.integration.applicationId)).status).toBe(404);
    expect((await scene.as(scene.bot).post(`/applications/${app.applicationId}/token`, {})).status).toBe(403);
    const nobody = new ApiClient(scene.webex.url, undefined);
    expect((await nobody.post(`/applications/${app.applicationId}/token`, {})).status).toBe(401);
  });

  it('refreshes with its own client id and secret', async () => {
    app.authorize(customer.id, { by: admin });
    const { refreshToken } = scene.webex.serviceAppTokens(app, customer.id);
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    const address = `${scene.webex.url}/v1/access_token`;
    const own = { id: app.clientId, secret: app.clientSecret };
    const { clientId: id, clientSecret: secret } = scene.integration;
    expect((await postForm(address, form, own)).status).toBe(200);
    expect((await postForm(address, form, { id, secret })).status).toBe(400);
  });

  it('loses every token of an organization with its authorization', async () => {
    app.authorize(customer.id, { by: admin });
    const { accessToken, refreshToken } = scene.webex.serviceAppTokens(app, customer.id);
    app.deauthorize(customer.id);
    expect((await new ApiClient(scene.webex.url, accessToken).get('/people/me')).status).toBe(401);
    const own = { id: app.clientId, secret: app.clientSecret };
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    expect((await postForm(`${scene.webex.url}/v1/access_token`, form, own)).status).toBe(400);
    expect((await token()).status).toBe(403);
  });
});
