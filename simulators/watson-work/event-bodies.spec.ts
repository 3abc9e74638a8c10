import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Quirks } from './quirks.js';
import { startScene, type WatsonScene } from './watson-scene.js';

describe('events', () => {
  let scene: WatsonScene;

  beforeEach(async () => {
    scene = await startScene();
  });

  afterEach(async () => {
    await scene.end();
  });

  async function withQuirks(quirks: Partial<Quirks>): Promise<void> {
    await scene.end();
    scene = await startScene({ quirks });
  }

  async function received(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    await scene.watson.settled();
    return scene.receiver.events.splice(0).map(({ body }) => body);
  }

  it('tell of a message with its author, space and conversation', async () => {
    const message = scene.space.post(scene.ann, 'Hello');
    expect(await received()).toEqual([
      {
        type: 'message-created',
        userId: scene.ann.id,
        userName: 'Ann Ångström',
        spaceId: scene.space.id,
        spaceName: 'Acme renewal',
        conversationId: scene.space.id,
        conversationType: 'DEFAULT',
        messageId: message.id,
        content: 'Hello',
        contentType: 'text/markdown',
        time: message.created,
      },
    ]);
  });

  it('give ids which begin with their time in seconds', () => {
    const message = scene.space.post(scene.ann, 'Hello');
    expect(message.id).toMatch(/^[0-9a-f]{24}$/);
    expect(parseInt(message.id.slice(0, 8), 16)).toBe(Math.floor(message.created / 1_000));
  });

  it('of old lack conversations and speak HTML', async () => {
    await withQuirks({ era: '2017', conversationIds: false, omitUserName: true });
    scene.space.post(scene.ann, 'Hello');
    const [event] = await received();
    expect(event).toMatchObject({ contentType: 'text/html' });
    expect(Object.keys(event ?? {}).sort()).toEqual(
      ['content', 'contentType', 'messageId', 'spaceId', 'spaceName', 'time', 'type', 'userId'].sort(),
    );
  });

  it('carry the text of an app message in an annotation after an empty message', async () => {
    const message = scene.space.postAsApp(scene.app, { text: 'Now *won*', title: 'OPP-118', actor: { name: 'CRM' } });
    const [created, added] = await received();
    expect(created).toMatchObject({ type: 'message-created', content: '', userId: scene.app.appId });
    expect(created).not.toHaveProperty('userName');
    expect(added).toMatchObject({ type: 'message-annotation-added', annotationType: 'generic', messageId: message.id });
    expect(JSON.parse(String(added?.['annotationPayload']))).toEqual({
      type: 'generic',
      version: 1,
      title: 'OPP-118',
      text: 'Now *won*',
      actor: { name: 'CRM' },
      annotationId: added?.['annotationId'],
      created: message.created,
      createdBy: scene.app.appId,
    });
  });

  it('name an app None when asked to', async () => {
    await withQuirks({ appUserName: 'None' });
    scene.space.postAsApp(scene.app, { text: 'x' });
    expect(await received()).toMatchObject([{ userName: 'None' }, { userName: 'None' }]);
  });

  it('of an edit drop annotations silently and make mentions again', async () => {
    const message = scene.space.post(scene.ann, 'first');
    message.annotate('message-nlp-keywords', { language: 'en', keywords: [] });
    await received();
    message.edit(scene.ann, `for <@${scene.bob.id}|Bob>`);
    const [edited, mention, ...rest] = await received();
    expect(edited).toEqual({
      type: 'message-edited',
      userId: scene.ann.id,
      spaceId: scene.space.id,
      conversationId: scene.space.id,
      conversationType: 'DEFAULT',
      messageId: message.id,
      content: `for <@${scene.bob.id}|Bob>`,
      contentType: 'text/markdown',
      time: message.updated,
    });
    expect(mention).toMatchObject({ type: 'message-annotation-added', annotationType: 'mention' });
    expect(rest).toEqual([]);
    expect(message.annotations.map(({ type }) => type)).toEqual(['mention']);
  });

  it('are not made by an edit that is not allowed', async () => {
    const message = scene.space.post(scene.ann, 'first');
    const byApp = scene.space.postAsApp(scene.app, { text: 'x' });
    await received();
    expect(() => message.edit(scene.bob, 'forged')).toThrow('Only the author');
    expect(() => byApp.edit(scene.app, 'y')).toThrow('An app cannot edit');
    expect(await received()).toEqual([]);
  });

  it('of a deletion name neither person nor space title', async () => {
    const message = scene.space.post(scene.ann, 'first');
    await received();
    message.delete();
    expect(await received()).toEqual([
      {
        type: 'message-deleted',
        spaceId: scene.space.id,
        conversationId: scene.space.id,
        conversationType: 'DEFAULT',
        messageId: message.id,
        time: message.updated,
      },
    ]);
  });

  it('follow an annotation from addition to removal', async () => {
    const message = scene.space.post(scene.ann, 'first');
    await received();
    const annotation = message.annotate('message-focus', '{"type":"message-focus","type":"message-focus"}');
    annotation.edit({ type: 'message-focus', phrase: 'first' });
    annotation.remove();
    const [added, edited, removed] = await received();
    expect(added).toMatchObject({
      annotationPayload: '{"type":"message-focus","type":"message-focus"}',
      userId: 'toscana-aip-nlc-consumer-client-id',
    });
    expect(edited).toMatchObject({ type: 'message-annotation-edited', annotationId: annotation.id });
    expect(removed).toEqual({
      type: 'message-annotation-removed',
      userId: 'toscana-aip-nlc-consumer-client-id',
      spaceId: scene.space.id,
      spaceName: 'Acme renewal',
      messageId: message.id,
      annotationId: annotation.id,
      time: removed?.['time'],
    });
    expect(() => annotation.edit({})).toThrow('gone');
  });

  it('tell of a reaction once, without names', async () => {
    const message = scene.space.post(scene.ann, 'first');
    await received();
    message.react(scene.bob, '👍');
    message.react(scene.bob, '👍');
    message.unreact(scene.bob, '👍');
    const [added, removed, ...rest] = await received();
    expect(added).toEqual({
      type: 'reaction-added',
      spaceId: scene.space.id,
      objectId: message.id,
      objectType: 'MESSAGE',
      reaction: '👍',
      userId: scene.bob.id,
      time: added?.['time'],
    });
    expect(removed).toMatchObject({ type: 'reaction-removed', objectId: message.id });
    expect(rest).toEqual([]);
  });

  it('of members are followed by a bare space update', async () => {
    const eve = scene.watson.addPerson({ displayName: 'Eve', email: 'eve@example.com' });
    scene.space.addMembers([eve]);
    const [added, bare] = await received();
    expect(added).toEqual({
      type: 'space-members-added',
      spaceId: scene.space.id,
      spaceName: 'Acme renewal',
      memberIds: [eve.id],
      time: added?.['time'],
    });
    expect(Object.keys(bare ?? {}).sort()).toEqual(['spaceId', 'time', 'type', 'userId']);
    expect(bare).toMatchObject({ type: 'space-updated' });
  });

  it('reach a removed app with its removal and then no more', async () => {
    scene.space.removeMembers([scene.app]);
    scene.space.post(scene.ann, 'unheard');
    expect(await received()).toMatchObject([{ type: 'space-members-removed', memberIds: [scene.app.appId] }]);
  });

  it('of a space change carry the changed fields only, guests as text', async () => {
    scene.space.update({ title: 'New', allowGuests: true });
    expect(await received()).toEqual([
      {
        type: 'space-updated',
        spaceId: scene.space.id,
        userId: scene.ann.id,
        time: scene.space.updated,
        title: 'New',
        allowGuests: 'true',
      },
    ]);
  });

  it('end with the deletion of the space', async () => {
    scene.space.delete();
    const [deleted] = await received();
    expect(Object.keys(deleted ?? {}).sort()).toEqual(['spaceId', 'time', 'type', 'userId']);
    expect(() => scene.space.post(scene.ann, 'x')).toThrow('deleted');
  });

  it('go only to enabled webhooks registered for the type, of apps in the space', async () => {
    const stranger = scene.watson.registerApp({ name: 'Stranger' });
    const elsewhere = stranger.addWebhook({
      url: scene.receiver.url,
      events: ['message-created'],
      secret: 'testwsecret',
    });
    await elsewhere.enable();
    scene.app.addWebhook({ url: scene.receiver.url, events: ['message-created'] });
    await scene.webhook.update({ events: ['message-deleted'] });
    scene.space.post(scene.ann, 'x').delete();
    expect(await received()).toMatchObject([{ type: 'message-deleted' }]);
  });

  it('of one space never share a millisecond unless asked to', async () => {
    const times = [1, 2, 3].map((count) => scene.space.post(scene.ann, String(count)).created);
    expect(new Set(times).size).toBe(3);
    await withQuirks({ sharedMilliseconds: true });
    expect(new Set([1, 2, 3].map((count) => scene.space.post(scene.ann, String(count)).created)).size).toBe(1);
  });

  it('carry the retry count past a dropped one when the reference is read to the letter', async () => {
    await withQuirks({ retryCountSurvivesDrop: true });
    scene.receiver.onEvent = ({ body }, response) => void response.writeHead(body['content'] === 'a' ? 500 : 200).end();
    scene.space.post(scene.ann, 'a');
    scene.space.post(scene.ann, 'b');
    await scene.clock.advance(72 * 3_600_000);
    expect(scene.watson.deliveries.at(-1)).toMatchObject({ status: 200, retryCount: 247 });
  });
});
