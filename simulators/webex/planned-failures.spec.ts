import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiClient } from './api-client.js';
import { startScene, type WebexScene } from './webex-scene.js';

describe('failures of the API', () => {
  let scene: WebexScene;
  let ann: ApiClient;

  beforeEach(async () => {
    scene = await startScene();
    ann = scene.as(scene.ann);
  });

  afterEach(async () => {
    await scene.end();
  });

  it('are 429 with an hour to wait and a body that is not JSON', async () => {
    scene.webex.failNext({ path: '/v1/rooms', status: 429 });
    const answer = await ann.get('/rooms');
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('3600');
    expect(answer.headers.get('content-type')).toBe('text/html');
    expect(answer.headers.get('trackingid')).not.toBeNull();
    expect(answer.text).toMatch(/^<html>/);
    expect((await ann.get('/rooms')).status).toBe(200);
  });

  it('carry the wait that they are told, or none', async () => {
    scene.webex.failNext({ path: '/v1/messages', status: 423, retryAfterSeconds: 7 });
    scene.webex.failNext({ path: '/v1/messages', status: 429, retryAfterSeconds: null });
    const [first, second] = [await ann.get('/messages/x'), await ann.get('/messages/x')];
    expect([first.status, first.headers.get('retry-after')]).toEqual([423, '7']);
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, null]);
  });

  it.each([403, 404, 500, 503])(
    'are %i with the body of an error, on this path and as often as told',
    async (status) => {
      scene.webex.failNext({ path: '/v1/people', status, times: 2 });
      const answers = [
        await ann.get('/rooms'),
        await ann.get('/people/me'),
        await ann.get('/people/me'),
        await ann.get('/people/me'),
      ];
      expect(answers.map((answer) => answer.status)).toEqual([200, status, status, 200]);
      expect(answers[1]?.body).toEqual({
        message: 'Planned failure',
        errors: [{ description: 'Planned failure' }],
        trackingId: answers[1]?.headers.get('trackingid'),
      });
    },
  );

  it('have nothing done by the call that fails', async () => {
    scene.webex.failNext({ path: '/v1/messages', method: 'POST', status: 503 });
    expect((await ann.get(`/messages?roomId=${scene.room.id}`)).status).toBe(200);
    expect((await ann.post('/messages', { roomId: scene.room.id, text: 'x' })).status).toBe(503);
    expect(scene.room.messages).toEqual([]);
  });

  it('hang until the client gives up, although the call took effect', async () => {
    scene.webex.failNext({ path: '/v1/messages', hangMs: Number.POSITIVE_INFINITY });
    const call = ann.send('POST', '/messages', { roomId: scene.room.id, text: 'x' }, AbortSignal.timeout(50));
    await expect(call).rejects.toThrow(/timeout/);
    expect(scene.room.messages).toHaveLength(1);
  });

  it('come late when they hang for a while', async () => {
    scene.webex.failNext({ path: '/v1/messages', hangMs: 20, status: 500 });
    const startedAt = performance.now();
    expect((await ann.get('/messages/x')).status).toBe(500);
    expect(performance.now() - startedAt).toBeGreaterThan(15);
  });

  it('do not keep the simulator from stopping while a call hangs', async () => {
    scene.webex.failNext({ path: '/v1/rooms', hangMs: 60_000 });
    const call = expect(ann.get('/rooms')).rejects.toThrow();
    await expect.poll(() => scene.webex.calls.count('/v1/rooms')).toBe(1);
    await scene.webex.stop();
    await call;
  });

  it('are counted like all other calls', async () => {
    scene.webex.failNext({ path: '/v1/rooms', status: 500 });
    await ann.get('/rooms');
    await ann.get(`/rooms/${scene.room.id}?x=1`);
    await ann.post('/rooms', { title: 'New' });
    expect(scene.webex.calls.count('/v1/rooms')).toBe(3);
    expect(scene.webex.calls.count('/v1/rooms', { method: 'GET' })).toBe(2);
    expect(scene.webex.calls.count(`/v1/rooms/${scene.room.id}`)).toBe(1);
    expect(scene.webex.calls.count('/v1/room')).toBe(0);
  });

  it('need a status or a wait', () => {
    expect(() => scene.webex.failNext({ path: '/v1' })).toThrow(RangeError);
  });
});

describe('calls that nothing was planned for', () => {
  let scene: WebexScene;

  beforeEach(async () => {
    scene = await startScene();
  });

  afterEach(async () => {
    await scene.end();
  });

  it.each([
    ['no token', 401, 'GET', '/rooms', undefined],
    ['an unknown path', 404, 'GET', '/teams/x', 'token'],
    ['another method', 405, 'PATCH', '/rooms', 'token'],
  ])('are refused for %s with %i and a tracking id', async (_name, status, method, path, token) => {
    const client = new ApiClient(scene.webex.url, token === undefined ? undefined : scene.token(scene.ann));
    const answer = await client.send(method, path);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ errors: [{}], trackingId: answer.headers.get('trackingid') });
  });

  it('are refused with 403 when the token lacks the scope', async () => {
    const { accessToken } = scene.webex.integrationTokens(scene.integration, scene.ann, ['spark:rooms_read']);
    const client = new ApiClient(scene.webex.url, accessToken);
    expect((await client.get('/rooms')).status).toBe(200);
    expect((await client.get('/people/me')).status).toBe(403);
    expect((await client.post('/rooms', { title: 'x' })).status).toBe(403);
  });

  it('are refused with 415 when they are not JSON, and with 400 when it is broken', async () => {
    const headers = { Authorization: `Bearer ${scene.token(scene.ann)}` };
    const post = async (type: string, body: string): Promise<number> =>
      (
        await fetch(`${scene.webex.url}/v1/rooms`, {
          method: 'POST',
          headers: { ...headers, 'Content-Type': type },
          body,
        })
      ).status;
    expect([await post('text/plain', '{}'), await post('application/json', '{')]).toEqual([415, 400]);
  });
});
