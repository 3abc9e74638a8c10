import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appToken } from './granted-token.js';
import { startScene, type WatsonScene } from './watson-scene.js';

const generic = {
  type: 'generic',
  version: 1,
  color: '#6CB7FB',
  title: 'OPP-118',
  text: 'Now *won*',
  actor: { name: 'CRM' },
};
const appMessage = { type: 'appMessage', version: 1, annotations: [generic] };

describe('posting a message', () => {
  let scene: WatsonScene;
  let bearer: string;

  beforeEach(async () => {
    scene = await startScene();
    bearer = await appToken(scene.watson, scene.app);
  });

  afterEach(async () => {
    await scene.end();
  });

  async function post(
    body: unknown,
    { spaceId = scene.space.id, authorization = `Bearer ${bearer}` } = {},
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const response = await fetch(`${scene.watson.url}/v1/spaces/${spaceId}/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: authorization },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  it('answers 201 with the stored message and ISO dates', async () => {
    const { status, body } = await post(appMessage);
    const created = '2018-10-03T12:00:00.001+0000';
    const createdBy = scene.app.appId;
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/) as unknown,
      type: 'appMessage',
      version: 1,
      created,
      createdBy,
      annotations: [
        { ...generic, annotationId: expect.stringMatching(/^[0-9a-f]{24}$/) as unknown, created, createdBy },
      ],
    });
  });

  it('comes back to the app as an empty message and its annotation', async () => {
    await post(appMessage);
    await scene.watson.settled();
    expect(scene.receiver.types).toEqual(['message-created', 'message-annotation-added']);
  });

  it.each([
    ['no JSON', '{'],
    ['another type', { ...appMessage, type: 'message' }],
    ['no version', { type: 'appMessage', annotations: [generic] }],
    ['no annotation', { ...appMessage, annotations: [] }],
    ['two annotations', { ...appMessage, annotations: [generic, generic] }],
    ['an annotation of another type', { ...appMessage, annotations: [{ ...generic, type: 'mention' }] }],
    ['no text', { ...appMessage, annotations: [{ type: 'generic', version: 1 }] }],
    ['a color by name', { ...appMessage, annotations: [{ ...generic, color: 'blue' }] }],
    ['an actor without name', { ...appMessage, annotations: [{ ...generic, actor: {} }] }],
  ])('is malformed with %s', async (_name, body) => {
    expect(await post(body)).toMatchObject({
      status: 400,
      body: { status: 400, error: 'Bad Request', path: `/v1/spaces/${scene.space.id}/messages` },
    });
    expect(scene.space.messages).toEqual([]);
  });

  it('needs a token that is known and has not expired', async () => {
    expect(await post(appMessage, { authorization: 'Bearer nonsense' })).toMatchObject({ status: 401 });
    await scene.clock.advance(3_599_000);
    expect(await post(appMessage)).toMatchObject({ status: 401 });
  });

  it('is forbidden in a space the app is not in, or that does not exist', async () => {
    const other = scene.watson.createSpace({ title: 'Other', members: [scene.ann] });
    expect(await post(appMessage, { spaceId: other.id })).toMatchObject({ status: 403 });
    expect(await post(appMessage, { spaceId: 'ffffffffffffffffffffffff' })).toMatchObject({ status: 403 });
  });

  it('is forbidden without the permission', async () => {
    const reader = scene.watson.registerApp({ name: 'Reader', permissions: ['message_read'] });
    scene.space.addMembers([reader]);
    const authorization = `Bearer ${await appToken(scene.watson, reader)}`;
    expect(await post(appMessage, { authorization })).toMatchObject({ status: 403 });
  });
});
