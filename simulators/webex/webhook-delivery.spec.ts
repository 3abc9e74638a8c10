import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sceneStart, secret, startScene, type WebexScene } from './webex-scene.js';

const minute = 60_000;
const card = { contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard' } };

describe('delivering webhooks', () => {
  let scene: WebexScene;

  beforeEach(async () => {
    scene = await startScene();
  });

  afterEach(async () => {
    await scene.end();
  });

  async function told(): Promise<readonly string[]> {
    await scene.webex.settled();
    return scene.receiver.told;
  }

  async function data(): Promise<unknown> {
    await scene.webex.settled();
    return scene.receiver.received.at(-1)?.body['data'];
  }

  async function fail(times: number): Promise<void> {
    scene.receiver.answerWith(...Array.from({ length: times }, () => 500));
    for (let count = 0; count < times; count += 1) scene.room.post(scene.bob, String(count));
    await scene.webex.settled();
  }

  it('sends the envelope of the webhook with the event that happened', async () => {
    const webhook = scene.webhook(scene.ann, { filter: `roomId=${scene.room.id}`, resource: 'messages' });
    await scene.clock.advance(minute);
    const message = scene.room.post(scene.bob, 'secret words');
    await scene.webex.settled();
    expect(scene.receiver.received.map(({ body }) => body)).toEqual([
      {
        id: webhook.id,
        name: 'firehose',
        targetUrl: scene.receiver.url,
        resource: 'messages',
        event: 'created',
        filter: `roomId=${scene.room.id}`,
        orgId: scene.ann.org.id,
        createdBy: scene.ann.id,
        appId: scene.integration.applicationId,
        ownedBy: 'creator',
        status: 'active',
        created: new Date(sceneStart).toISOString(),
        actorId: scene.bob.id,
        data: {
          id: message.id,
          roomId: scene.room.id,
          roomType: 'group',
          personId: scene.bob.id,
          personEmail: 'bob@example.com',
          created: new Date(sceneStart + minute).toISOString(),
        },
      },
    ]);
  });

  it('signs the bytes that it sends with both headers when there is a secret', async () => {
    scene.webhook(scene.ann, { secret });
    scene.room.post(scene.bob, 'Grüße');
    await scene.webex.settled();
    const [request] = scene.receiver.received;
    const hex = (algorithm: string): string =>
      createHmac(algorithm, secret)
        .update(request?.raw ?? '')
        .digest('hex');
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json;charset=UTF-8',
      'x-spark-signature': hex('sha1'),
      'x-webex-signature': `SHA-256=${hex('sha256')}, SHA-512=${hex('sha512')}`,
    });
  });

  it('signs nothing when there is no secret', async () => {
    scene.webhook(scene.ann);
    scene.room.post(scene.bob, 'one');
    await scene.webex.settled();
    const names = Object.keys(scene.receiver.received[0]?.headers ?? {});
    expect(names.filter((name) => name.endsWith('signature'))).toEqual([]);
  });

  it('signs with the new secret as soon as it was changed', async () => {
    const webhook = scene.webhook(scene.ann, { secret });
    webhook.update({ name: 'firehose', targetUrl: scene.receiver.url, secret: 'another' });
    scene.room.post(scene.bob, 'one');
    await scene.webex.settled();
    const [request] = scene.receiver.received;
    const expected = createHmac('sha1', 'another')
      .update(request?.raw ?? '')
      .digest('hex');
    expect(request?.headers['x-spark-signature']).toBe(expected);
  });

  it('tells of a deleted message by whom, of whom and not when', async () => {
    const message = scene.room.post(scene.bob, 'one');
    scene.room.lock({ by: scene.ann });
    scene.webhook(scene.ann);
    message.delete({ by: scene.ann });
    expect(await data()).toEqual({
      id: message.id,
      roomId: scene.room.id,
      roomType: 'group',
      personId: scene.bob.id,
      personEmail: 'bob@example.com',
    });
    expect(scene.receiver.received[0]?.body).toMatchObject({ event: 'deleted', actorId: scene.ann.id });
  });

  it('tells nothing of an edit', async () => {
    const message = scene.room.post(scene.bob, 'one');
    scene.webhook(scene.ann);
    message.edit('two');
    expect(await told()).toEqual([]);
  });

  it('gives somebody who rejoins the membership id of before', async () => {
    scene.webhook(scene.ann);
    scene.room.remove(scene.bob, { by: scene.ann });
    scene.room.add(scene.bob, { by: scene.ann });
    expect(await told()).toEqual(['memberships/deleted', 'memberships/created']);
    const [left, joined] = scene.receiver.received.map(({ body }) => body['data']);
    expect(joined).toEqual(left);
    expect(joined).toMatchObject({
      id: Buffer.from(`ciscospark://us/MEMBERSHIP/${scene.bob.uuid}:${scene.room.uuid}`)
        .toString('base64')
        .replace(/=+$/, ''),
      roomId: scene.room.id,
      personId: scene.bob.id,
      personEmail: 'bob@example.com',
      personDisplayName: 'Bob',
      personOrgId: scene.bob.org.id,
      isModerator: false,
      isRoomHidden: false,
      roomType: 'group',
      isMonitor: false,
    });
  });

  it('names who removed somebody as the actor', async () => {
    scene.webhook(scene.ann);
    scene.room.remove(scene.bob, { by: scene.ann });
    await scene.webex.settled();
    expect(scene.receiver.received[0]?.body).toMatchObject({ actorId: scene.ann.id });
  });

  it('tells of a locked room without its title', async () => {
    scene.webhook(scene.ann, { resource: 'rooms', event: 'updated' });
    scene.room.lock();
    expect(await data()).toEqual({
      id: scene.room.id,
      type: 'group',
      isLocked: true,
      creatorId: scene.ann.id,
      lastActivity: new Date(sceneStart).toISOString(),
      created: new Date(sceneStart).toISOString(),
    });
  });

  it('tells of a new room its creator alone, and of each membership everybody', async () => {
    scene.webhook(scene.ann);
    scene.webhook(scene.bob);
    scene.webex.createRoom({ title: 'New', creator: scene.ann, members: [scene.bob] });
    const heard = [...(await told())].sort();
    expect(heard).toEqual([...Array.from({ length: 4 }, () => 'memberships/created'), 'rooms/created']);
  });

  it('tells of a migrated room by its new id, which is the only one that is known from then on', async () => {
    const old = scene.room.id;
    scene.webhook(scene.ann, { resource: 'rooms', event: 'migrated' });
    scene.room.migrate();
    expect(await data()).toMatchObject({ id: scene.room.id });
    const client = scene.as(scene.ann);
    expect(scene.room.id).not.toBe(old);
    expect((await client.get(`/rooms/${old}`)).status).toBe(404);
    expect((await client.get(`/rooms/${scene.room.id}`)).status).toBe(200);
  });

  it('tells of a submitted card without its inputs', async () => {
    const message = scene.room.post(scene.ann, { text: 'fill in', attachments: [card] });
    scene.webhook(scene.ann, { resource: 'attachmentActions', event: 'created' });
    const action = message.submit(scene.bob, { name: 'Bob' });
    expect(await data()).toEqual({
      id: action.id,
      type: 'submit',
      messageId: message.id,
      personId: scene.bob.id,
      roomId: scene.room.id,
      created: new Date(sceneStart).toISOString(),
    });
  });

  it('passes raw events of calls on as they are, to webhooks that want such calls', async () => {
    const ofCalls = { resource: 'telephony_calls', event: 'all', targetUrl: `${scene.receiver.url}/wanted` };
    scene.webhook(scene.ann, { ...ofCalls, filter: `callType=external&number=+15550100000&personId=${scene.ann.id}` });
    scene.webhook(scene.ann, { ...ofCalls, targetUrl: scene.receiver.url, filter: 'state=connected' });
    const call = { callId: 'c', state: 'alerting', remoteParty: { number: '+15550100000', callType: 'external' } };
    scene.webex.emitRaw('telephony_calls', 'created', call, scene.ann.id);
    await scene.webex.settled();
    expect(scene.receiver.received).toMatchObject([
      { path: '/hook/wanted', body: { event: 'created', actorId: scene.ann.id, data: call } },
    ]);
  });

  it('means messages, memberships and rooms by all resources, and no migration by all events', async () => {
    scene.webhook(scene.ann);
    const message = scene.room.post(scene.ann, { text: 'card', attachments: [card] });
    message.submit(scene.bob, {});
    scene.webex.emitRaw('meetings', 'started', { id: 'm' }, scene.ann.id);
    scene.room.migrate();
    scene.room.update({ title: 'Another' });
    expect(await told()).toEqual(['messages/created', 'rooms/updated']);
  });

  it('tells nobody outside the room', async () => {
    const eve = scene.webex.addPerson({ displayName: 'Eve', email: 'eve@example.com' });
    scene.webhook(eve);
    scene.room.post(scene.bob, 'one');
    expect(await told()).toEqual([]);
  });

  it('tells somebody of the own removal and of nothing after it', async () => {
    scene.webhook(scene.bob);
    scene.room.remove(scene.bob, { by: scene.ann });
    scene.room.post(scene.ann, 'one');
    expect(await told()).toEqual(['memberships/deleted']);
  });

  it('tells a bot in a group of messages that mention it, and of all in a direct room', async () => {
    scene.webhook(scene.bot, { resource: 'messages' });
    scene.room.post(scene.ann, 'not for it');
    scene.room.post(scene.ann, { markdown: '<@all> not for it' });
    const mention = scene.room.post(scene.ann, { markdown: `<@personEmail:${scene.bot.email}|Helper> hello` });
    const direct = scene.webex.directRoom(scene.ann, scene.bot).post(scene.ann, 'hello');
    mention.delete();
    await scene.webex.settled();
    const ids = scene.receiver.received.map(({ body, subject }) => [body['event'], subject]);
    expect(ids.sort()).toEqual(
      [
        ['created', mention.id],
        ['created', direct.id],
        ['deleted', mention.id],
      ].sort(),
    );
  });

  it.each([
    ['personEmail', 'personEmail=bob@example.com', ['1']],
    ['roomType', 'roomType=direct', []],
    ['mentionedPeople', 'mentionedPeople=me', ['2']],
    ['hasFiles', 'hasFiles=true', ['3']],
    ['two conditions', 'personEmail=ann@example.com&hasFiles=false', ['2']],
  ])('lets only what passes through the filter of %s', async (_name, filter, expected) => {
    scene.webhook(scene.ann, { resource: 'messages', event: 'created', filter });
    const messages = [
      scene.room.post(scene.bob, '1'),
      scene.room.post(scene.ann, { markdown: `<@personId:${scene.ann.id}> 2` }),
      scene.room.post(scene.ann, { files: ['http://www.example.com/3.png'] }),
    ];
    await scene.webex.settled();
    const heard = scene.receiver.received.map(({ subject }) => subject);
    expect(heard.map((id) => String(messages.findIndex((message) => message.id === id) + 1))).toEqual(expected);
  });

  it('goes on after the token of the webhook has expired', async () => {
    scene.webhook(scene.ann);
    scene.webex.expireTokens();
    scene.room.post(scene.bob, 'one');
    expect(await told()).toEqual(['messages/created']);
  });

  it.each([302, 400, 500, 503])('loses an event that is answered %i', async (status) => {
    scene.webhook(scene.ann);
    scene.receiver.answerWith(status);
    scene.room.post(scene.bob, 'one');
    await scene.webex.settled();
    await scene.clock.advance(60 * minute);
    expect(scene.webex.deliveries).toMatchObject([{ status, resource: 'messages', duplicate: false }]);
    expect(scene.webex.counts).toMatchObject({ emitted: 1, accepted: 0, failed: 1 });
  });

  it('takes any 2xx for success', async () => {
    scene.webhook(scene.ann);
    scene.receiver.answerWith(200, 201, 202, 204);
    for (const text of ['1', '2', '3', '4']) scene.room.post(scene.bob, text);
    await scene.webex.settled();
    expect(scene.webex.counts).toMatchObject({ accepted: 4, failed: 0 });
  });

  it('switches a webhook off with the hundredth failure within five minutes', async () => {
    const webhook = scene.webhook(scene.ann);
    await fail(99);
    expect(webhook.active).toBe(true);
    await fail(1);
    expect(webhook.active).toBe(false);
    scene.room.post(scene.bob, 'lost');
    await scene.webex.settled();
    expect(scene.webex.deliveries).toHaveLength(100);
  });

  it('loses what was waiting for a webhook that is switched off', async () => {
    scene.webhook(scene.ann);
    scene.receiver.answerWith(...Array.from({ length: 200 }, () => 500));
    for (let count = 0; count < 150; count += 1) scene.room.post(scene.bob, String(count));
    await scene.webex.settled();
    expect(scene.webex.counts).toMatchObject({ emitted: 150, failed: 100, dropped: 50 });
  });

  it('forgets failures after five minutes', async () => {
    const webhook = scene.webhook(scene.ann);
    await fail(99);
    await scene.clock.advance(5 * minute);
    await fail(99);
    expect(webhook.active).toBe(true);
  });

  it('switches off with a single failure in the five minutes after it was switched on again', async () => {
    const webhook = scene.webhook(scene.ann);
    webhook.deactivate();
    webhook.reactivate(scene.clock.now());
    await scene.clock.advance(5 * minute - 1);
    await fail(1);
    expect(webhook.active).toBe(false);
  });

  it('allows failures again when those five minutes are over', async () => {
    const webhook = scene.webhook(scene.ann);
    webhook.deactivate();
    webhook.reactivate(scene.clock.now());
    await scene.clock.advance(5 * minute);
    await fail(99);
    expect(webhook.active).toBe(true);
  });

  it('counts a receiver that is not there as a failure', async () => {
    scene.webhook(scene.ann, { targetUrl: 'http://127.0.0.1:1/hook' });
    scene.room.post(scene.bob, 'one');
    await scene.webex.settled();
    expect(scene.webex.deliveries).toMatchObject([{ status: 'unreachable' }]);
  });
});

describe('deliveries under other conditions', () => {
  let scene: WebexScene;

  afterEach(async () => {
    await scene.end();
  });

  it('loses an event that is answered too late, and goes on with the next', async () => {
    scene = await startScene({ responseTimeoutMs: 400 });
    scene.webhook(scene.ann);
    scene.receiver.reply = () => {
      scene.receiver.answerWith();
    };
    scene.room.post(scene.bob, 'one');
    scene.room.post(scene.bob, 'two');
    await scene.webex.settled();
    expect(scene.webex.deliveries.map(({ status }) => status)).toEqual(['timeout', 200]);
  });

  it('leave out what the samples of the guide leave out, and write ids and times as other samples do', async () => {
    scene = await startScene({
      quirks: { roomTypeInData: false, envelopeOrgId: 'uuid', timestamps: 'offset', signatures: 'spark' },
    });
    scene.webhook(scene.ann, { secret });
    scene.room.post(scene.bob, 'one');
    await scene.webex.settled();
    const [request] = scene.receiver.received;
    expect(request?.body).toMatchObject({
      orgId: Buffer.from(scene.ann.org.uuid).toString('base64').replace(/=+$/, ''),
      created: '2026-01-05T09:00:00+00:00',
      data: { created: '2026-01-05T09:00:00+00:00' },
    });
    expect(request?.body['data']).not.toHaveProperty('roomType');
    expect(request?.headers).not.toHaveProperty('x-webex-signature');
  });

  it('send bodies that are not the bytes of their JSON written anew', async () => {
    scene = await startScene({ quirks: { prettyBodies: true } });
    scene.webhook(scene.ann);
    scene.room.post(scene.bob, 'one');
    await scene.webex.settled();
    const [request] = scene.receiver.received;
    expect(String(request?.raw)).not.toBe(JSON.stringify(request?.body));
  });

  it('name the old id of a migrated room', async () => {
    scene = await startScene({ quirks: { migratedRoomId: 'old' } });
    const old = scene.room.id;
    scene.webhook(scene.ann, { resource: 'rooms', event: 'migrated' });
    scene.room.migrate();
    await scene.webex.settled();
    expect(scene.receiver.received[0]?.body['data']).toMatchObject({ id: old });
  });
});
