import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiClient } from './api-client.js';
import { secret, startScene, type WebexScene } from './webex-scene.js';

describe('/webhooks', () => {
  let scene: WebexScene;
  let ann: ApiClient;

  beforeEach(async () => {
    scene = await startScene();
    ann = scene.as(scene.ann);
  });

  afterEach(async () => {
    await scene.end();
  });

  const registration = { name: 'My Awesome Webhook', targetUrl: 'https://example.com/mywebhook', resource: 'messages' };

  it('registers, shows with its secret, lists and deletes', async () => {
    const filter = `roomId=${scene.room.id}`;
    const created = await ann.post('/webhooks', { ...registration, event: 'created', filter, secret });
    const path = `/webhooks/${String(created.body['id'])}`;
    expect(created.status).toBe(200);
    expect(created.body).toEqual({
      id: created.body['id'],
      ...registration,
      event: 'created',
      filter,
      secret,
      orgId: scene.ann.org.id,
      createdBy: scene.ann.id,
      appId: scene.integration.applicationId,
      ownedBy: 'creator',
      status: 'active',
      created: '2026-01-05T09:00:00.000Z',
    });
    expect((await ann.get(path)).body).toEqual(created.body);
    expect((await ann.get('/webhooks')).items).toEqual([created.body]);
    expect((await scene.as(scene.bob).get('/webhooks')).items).toEqual([]);
    expect((await scene.as(scene.bob).get(path)).status).toBe(404);
    expect((await ann.delete(path)).status).toBe(204);
    expect((await ann.get(path)).status).toBe(404);
  });

  it.each([
    ['no name', { name: undefined }, 'name cannot be empty'],
    ['no target', { targetUrl: undefined }, 'targetUrl cannot be null'],
    ['a target without TLS', { targetUrl: 'http://example.com/hook' }, 'targetUrl is not valid.'],
    ['a resource in other letters', { resource: 'Messages' }, 'There is no webhook for Messages/created.'],
    ['edits of messages', { event: 'updated' }, 'There is no webhook for messages/updated.'],
    ['a filter of another resource', { filter: 'isLocked=true' }, 'invalid filter: isLocked'],
    ['a filter on a room one cannot see', { filter: 'roomId=Y2lz' }, 'invalid value for filter: roomId'],
    [
      'a filter on the host of others',
      { resource: 'meetings', filter: 'hostEmail=bob@example.com' },
      'invalid value for filter: hostEmail',
    ],
    ['the organization for messages', { ownedBy: 'org' }, 'The resource cannot be owned by the organization.'],
  ])('refuses %s', async (_name, change, message) => {
    const answer = await ann.post('/webhooks', { ...registration, event: 'created', ...change });
    expect([answer.status, answer.body['message']]).toEqual([400, message]);
    expect(scene.webex.webhooks).toEqual([]);
  });

  it('wants the scope that reads the resource', async () => {
    const { accessToken } = scene.webex.integrationTokens(scene.integration, scene.bob, ['spark:rooms_read']);
    const bob = new ApiClient(scene.webex.url, accessToken);
    const statusOf = async (resource: string): Promise<number> =>
      (await bob.post('/webhooks', { ...registration, resource, event: 'all' })).status;
    expect([await statusOf('rooms'), await statusOf('messages'), await statusOf('all')]).toEqual([200, 403, 403]);
    expect(
      (await scene.as(scene.bot).post('/webhooks', { ...registration, resource: 'meetings', event: 'all' })).status,
    ).toBe(403);
  });

  it('changes name, target and secret, and ignores resource, event and filter', async () => {
    const { id } = scene.webhook(scene.ann, { resource: 'messages', event: 'created', secret });
    const change = {
      name: 'Renamed',
      targetUrl: 'https://example.com/other',
      secret: 'another',
      resource: 'rooms',
      event: 'updated',
      filter: 'isLocked=true',
    };
    const changed = await ann.put(`/webhooks/${id}`, change);
    expect(changed.body).toMatchObject({ name: 'Renamed', secret: 'another', resource: 'messages', event: 'created' });
    expect(changed.body).not.toHaveProperty('filter');
  });

  it('wants name and target with every change', async () => {
    const { id, targetUrl } = scene.webhook(scene.ann);
    expect((await ann.put(`/webhooks/${id}`, { name: 'x' })).status).toBe(400);
    expect((await ann.put(`/webhooks/${id}`, { targetUrl })).status).toBe(400);
  });

  it('switches on again when told to be active, and never off', async () => {
    const webhook = scene.webhook(scene.ann);
    const change = { name: webhook.name, targetUrl: webhook.targetUrl };
    expect((await ann.put(`/webhooks/${webhook.id}`, { ...change, status: 'inactive' })).status).toBe(400);
    webhook.deactivate();
    expect((await ann.get(`/webhooks/${webhook.id}`)).body['status']).toBe('inactive');
    expect((await ann.put(`/webhooks/${webhook.id}`, change)).body['status']).toBe('inactive');
    expect((await ann.put(`/webhooks/${webhook.id}`, { ...change, status: 'active' })).body['status']).toBe('active');
  });

  it('takes one webhook of the organization for a resource and filter, from administrators', async () => {
    const org = { ...registration, resource: 'rooms', event: 'updated', ownedBy: 'org', targetUrl: scene.receiver.url };
    expect((await scene.as(scene.bob).post('/webhooks', org)).status).toBe(403);
    expect((await ann.post('/webhooks', org)).status).toBe(200);
    expect((await ann.post('/webhooks', org)).status).toBe(409);
    expect((await ann.get('/webhooks')).items).toEqual([]);
    expect((await ann.get('/webhooks?ownedBy=org')).items).toHaveLength(1);
    scene.webex.createRoom({ title: 'Without Ann', creator: scene.bob }).lock();
    await scene.webex.settled();
    expect(scene.receiver.received.map(({ body }) => [body['event'], body['ownedBy']])).toEqual([['updated', 'org']]);
  });

  it('says disabled instead of inactive when the guide is followed', async () => {
    await scene.end();
    scene = await startScene({ quirks: { offStatus: 'disabled' } });
    const webhook = scene.webhook(scene.ann);
    webhook.deactivate();
    expect((await scene.as(scene.ann).get(`/webhooks/${webhook.id}`)).body['status']).toBe('disabled');
  });
});
