import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startScene, sceneStart, type WatsonScene } from './watson-scene.js';
import { webhookSignature } from './webhook-signature.js';

const second = 1_000;
const hour = 3_600 * second;

describe('delivering notifications', () => {
  let scene: WatsonScene;

  beforeEach(async () => {
    scene = await startScene({ responseTimeoutMs: 50 });
  });

  afterEach(async () => {
    await scene.end();
  });

  function headers(name: string): readonly unknown[] {
    return scene.receiver.events.map((event) => event.headers[name]);
  }

  it('signs the bytes it sends and names their type', async () => {
    scene.space.post(scene.ann, 'Grüße 👍');
    await scene.watson.settled();
    const [event] = scene.receiver.events;
    expect(event?.headers).toMatchObject({
      'content-type': 'application/json;charset=UTF-8',
      'x-outbound-token': webhookSignature('testwsecret', event?.raw ?? Buffer.alloc(0)),
      'x-outbound-index': '1',
      'x-outbound-retry-count': '0',
    });
  });

  it('counts an index for each app and space', async () => {
    const other = scene.watson.createSpace({ title: 'Other', members: [scene.ann], apps: [scene.app] });
    scene.space.post(scene.ann, 'one');
    scene.space.post(scene.ann, 'two');
    other.post(scene.ann, 'three');
    await scene.watson.settled();
    const indexes = scene.watson.deliveries.map(({ spaceId, index }) => [spaceId === other.id, index]);
    expect(indexes.sort()).toEqual([
      [false, 1],
      [false, 2],
      [true, 1],
    ]);
  });

  it('shares the index between the webhooks of one app', async () => {
    const second = scene.app.addWebhook({
      url: scene.receiver.url,
      events: ['message-created'],
      secret: 'testwsecret',
    });
    await second.enable();
    scene.space.post(scene.ann, 'one');
    await scene.watson.settled();
    expect(headers('x-outbound-index')).toEqual(['1', '2']);
  });

  it('sends the same bytes, index and token again with a growing retry count', async () => {
    scene.receiver.answerWith(500, 404, 200);
    scene.space.post(scene.ann, 'one');
    await scene.clock.advance(60 * second);
    scene.space.post(scene.ann, 'two');
    await scene.watson.settled();
    expect(headers('x-outbound-index')).toEqual(['1', '1', '1', '2']);
    expect(headers('x-outbound-retry-count')).toEqual(['0', '1', '2', '0']);
    expect(new Set(headers('x-outbound-token')).size).toBe(2);
  });

  it.each([200, 201, 203, 204])('accepts %i', async (status) => {
    scene.receiver.answerWith(status);
    scene.space.post(scene.ann, 'one');
    await scene.watson.settled();
    expect(scene.watson.counts).toMatchObject({ emitted: 1, accepted: 1 });
  });

  it.each([202, 205, 206, 304, 400, 401, 500])('takes %i for a failure', async (status) => {
    scene.receiver.answerWith(status);
    scene.space.post(scene.ann, 'one');
    await scene.clock.advance(0);
    expect(scene.watson.counts).toMatchObject({ emitted: 1, accepted: 0 });
    expect(scene.watson.deliveries).toMatchObject([{ status }]);
  });

  it('never follows a redirect', async () => {
    scene.receiver.onEvent = (_request, response) => void response.writeHead(307, { Location: '/elsewhere' }).end();
    scene.space.post(scene.ann, 'one');
    await scene.clock.advance(0);
    expect(scene.receiver.events.map(({ path }) => path)).toEqual(['/hook']);
    expect(scene.watson.counts.accepted).toBe(0);
  });

  it('gives up waiting for an answer and tries again', async () => {
    scene.receiver.onEvent = () => undefined;
    scene.space.post(scene.ann, 'one');
    await scene.clock.advance(0);
    expect(scene.watson.deliveries).toMatchObject([{ status: 'timeout', retryCount: 0 }]);
    scene.receiver.answerWith(200);
    await scene.clock.advance(30 * second);
    expect(scene.watson.deliveries).toMatchObject([{}, { status: 200, retryCount: 1 }]);
  });

  it('takes headers without an end of the body for silence', async () => {
    scene.receiver.onEvent = (_request, response) => void response.writeHead(200).write('{');
    scene.space.post(scene.ann, 'one');
    await scene.clock.advance(0);
    expect(scene.watson.deliveries).toMatchObject([{ status: 'timeout' }]);
  });

  it('tells a refused connection from other failures', async () => {
    await scene.receiver.stop();
    scene.space.post(scene.ann, 'one');
    await scene.clock.advance(0);
    expect(scene.watson.deliveries).toMatchObject([{ status: 'refused' }]);
  });

  it('holds back a space behind its failing notification and no other space', async () => {
    const other = scene.watson.createSpace({ title: 'Other', members: [scene.ann], apps: [scene.app] });
    scene.receiver.onEvent = ({ body }, response) =>
      void response.writeHead(body['content'] === 'poison' ? 500 : 200).end();
    scene.space.post(scene.ann, 'poison');
    scene.space.post(scene.ann, 'behind');
    other.post(scene.ann, 'elsewhere');
    await scene.clock.advance(60 * second);
    const contents = scene.receiver.events.map(({ body }) => body['content']);
    expect(contents.filter((content) => content !== 'poison')).toEqual(['elsewhere']);
    scene.receiver.answerWith(200);
    await scene.clock.advance(30 * second);
    expect(scene.receiver.events.slice(-2).map(({ body }) => body['content'])).toEqual(['poison', 'behind']);
  });

  it('never has two requests of one space under way', async () => {
    let underWay = 0;
    let most = 0;
    scene.receiver.onEvent = (_request, response) => {
      underWay += 1;
      most = Math.max(most, underWay);
      setTimeout(() => {
        underWay -= 1;
        response.writeHead(200).end();
      }, 2);
    };
    for (let count = 0; count < 10; count += 1) scene.space.post(scene.ann, `message ${count}`);
    await scene.watson.settled();
    expect(most).toBe(1);
    expect(scene.receiver.events.map(({ body }) => body['content'])).toEqual(
      Array.from({ length: 10 }, (_, count) => `message ${count}`),
    );
  });

  it('tries every 30 s for 2 h, then at 3, 6, 12, 24, 36 and 72 h, and then drops the notification', async () => {
    scene.receiver.onEvent = (_request, response) => void response.writeHead(500).end();
    scene.space.post(scene.ann, 'one');
    await scene.clock.advance(73 * hour);
    const expected = [
      ...Array.from({ length: 241 }, (_, index) => index * 30 * second),
      ...[3, 6, 12, 24, 36, 72].map((hours) => hours * hour),
    ];
    expect(scene.watson.deliveries.map(({ at }) => at - sceneStart)).toEqual(expected);
    expect(scene.watson.deliveries.at(-1)?.retryCount).toBe(246);
    expect(scene.watson.counts).toEqual({ emitted: 1, accepted: 0, dropped: 1, duplicated: 0 });
  });

  it('leaves no gap in the index after a dropped notification', async () => {
    scene.receiver.onEvent = ({ body }, response) =>
      void response.writeHead(body['content'] === 'poison' ? 500 : 200).end();
    scene.space.post(scene.ann, 'poison');
    scene.space.post(scene.ann, 'next');
    await scene.clock.advance(72 * hour);
    expect(scene.watson.deliveries.at(-1)).toMatchObject({ status: 200, index: 1, retryCount: 0 });
  });

  it('starts the schedule over at once when the webhook is enabled again', async () => {
    scene.receiver.answerWith(500, 500, 500);
    scene.space.post(scene.ann, 'one');
    await scene.clock.advance(45 * second);
    await scene.webhook.enable();
    await scene.clock.advance(30 * second);
    expect(scene.watson.deliveries.map(({ at }) => at - sceneStart)).toEqual([0, 30_000, 45_000, 75_000]);
  });

  it('discards what waits for a webhook that is deleted', async () => {
    scene.receiver.answerWith(500);
    scene.space.post(scene.ann, 'one');
    await scene.clock.advance(0);
    scene.webhook.remove();
    await scene.watson.settled();
    expect(scene.watson.counts.dropped).toBe(1);
  });

  it('signs with the new secret after a rotation, retries included', async () => {
    scene.receiver.answerWith(500);
    scene.space.post(scene.ann, 'one');
    await scene.clock.advance(0);
    scene.webhook.rotateSecret('new secret');
    await scene.clock.advance(30 * second);
    const [first, retry] = scene.receiver.events;
    expect(retry?.raw).toEqual(first?.raw);
    expect(retry?.headers['x-outbound-token']).toBe(webhookSignature('new secret', first?.raw ?? Buffer.alloc(0)));
  });

  it('sends a raw body as it is', async () => {
    scene.watson.emitRaw(scene.space, scene.webhook, Buffer.from('{ not json'));
    await scene.watson.settled();
    expect(scene.receiver.events[0]?.raw.toString()).toBe('{ not json');
  });

  it('says so when notifications still wait at the limit', async () => {
    scene.receiver.answerWith(500);
    scene.space.post(scene.ann, 'one');
    await expect(scene.watson.settled({ timeoutMs: 30 })).rejects.toThrow('still waiting');
  });

  it('stops while a receiver keeps silent', async () => {
    const slow = await startScene();
    slow.receiver.onEvent = () => undefined;
    slow.space.post(slow.ann, 'one');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const stoppedAt = performance.now();
    await slow.end();
    expect(performance.now() - stoppedAt).toBeLessThan(1_000);
  });
});
