import { createRemoteJWKSet, jwtVerify } from 'jose';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SimulatedConversation } from './simulated-conversation.js';
import { audience, type IdentityScene, SkypeScene, startIdentity } from './skype-scene.js';

describe('webhook calls', () => {
  let world: IdentityScene;
  let scene: SkypeScene;

  beforeAll(async () => {
    world = await startIdentity();
  });

  beforeEach(async () => {
    scene = await SkypeScene.start(world, { responseTimeoutMs: 500 });
  });

  afterEach(async () => {
    await scene.end();
  });

  afterAll(async () => {
    await world.identity.stop();
  });

  /** A conversation in which messages flow; what came before is forgotten. */
  async function connected(): Promise<SimulatedConversation> {
    const { conversation, invitation } = scene.skype.incomingChat({ from: scene.mira, to: scene.endpoint });
    invitation.accept();
    await scene.skype.settled();
    scene.callback.calls.length = 0;
    return conversation;
  }

  function acks(): readonly (string | null)[] {
    return scene.callback.calls.map(({ body }) =>
      new URL(body._links?.['self']?.href ?? '/', 'http://pool').searchParams.get('ack'),
    );
  }

  it('carry the headers of the reference and a token that jose accepts', async () => {
    await connected();
    scene.skype.forgetTokens();
    scene.skype.conversations[0]?.say(scene.mira, 'hello');
    await scene.skype.settled();
    const headers = scene.callback.calls[0]?.headers ?? {};
    expect(headers['content-type']).toBe(
      'application/json; type="application/vnd.microsoft.com.ucwa+json"; charset=utf-8',
    );
    expect(headers['x-ms-correlation-id']).toMatch(/^\d+$/);
    expect(headers['client-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.expect).toBe('100-continue');
    expect(headers['content-length']).toBe(String(scene.callback.calls[0]?.raw.length));
    const keys = createRemoteJWKSet(new URL(`${world.identity.url}/common/discovery/keys`));
    const { payload } = await jwtVerify((headers.authorization ?? '').slice('Bearer '.length), keys, {
      audience,
      issuer: `https://sts.windows.net/${world.tenant.tenantId}/`,
      currentDate: new Date(world.clock.now()),
    });
    expect(payload['appid']).toBe('00000004-0000-0ff1-ce00-000000000000');
  });

  it('use one token until it nears its end', async () => {
    const conversation = await connected();
    conversation.say(scene.mira, 'one');
    await world.clock.advance(1_000);
    conversation.say(scene.mira, 'two');
    await scene.skype.settled();
    await world.clock.advance(3_600_000);
    conversation.say(scene.mira, 'three');
    await scene.skype.settled();
    const tokens = scene.callback.calls.map(({ headers }) => headers.authorization);
    expect(tokens[1]).toBe(tokens[0]);
    expect(tokens[2]).not.toBe(tokens[0]);
  });

  it('do not send the body to a receiver that refuses the expectation', async () => {
    let bodies = 0;
    const strict = createServer((_request, response) => {
      bodies += 1;
      response.end();
    });
    strict.on('checkContinue', (_request, response) => void response.writeHead(417, { Connection: 'close' }).end());
    await new Promise<void>((resolve) => strict.listen(0, '127.0.0.1', resolve));
    const { port } = strict.address() as AddressInfo; // It listens on a port, not on a pipe.
    const attempt = await scene.skype.emitRaw(
      { sender: [] },
      {
        endpoint: scene.endpoint,
        url: `http://127.0.0.1:${port}/`,
      },
    );
    expect(attempt.status).toBe(417);
    expect(bodies).toBe(0);
    await new Promise((resolve) => strict.close(resolve));
  });

  it('come without the expectation when told so', async () => {
    scene.skype.format = { expectContinue: false };
    const conversation = await connected();
    conversation.say(scene.mira, 'hello');
    await scene.skype.settled();
    expect(scene.callback.calls[0]?.headers.expect).toBeUndefined();
  });

  it('count the bodies of each conversation from 1 and name the next', async () => {
    const first = scene.skype.incomingChat({ from: scene.mira, to: scene.endpoint }).conversation;
    const second = scene.skype.incomingChat({ from: scene.lee, to: scene.endpoint });
    second.invitation.accept();
    await scene.skype.settled();
    const links = scene.callback.calls.map(({ body }) => body._links ?? {});
    const key = (id: string): string => `2040608010~sip%3Afrontdesk%40tenant-a.example~${id}`;
    const address = `/platformservice/${scene.endpoint.ticket}/v1/applications/2040608010/events`;
    expect(links).toContainEqual({
      self: { href: `${address}?ack=1&key=${key(first.id)}` },
      next: { href: `${address}?ack=2&key=${key(first.id)}` },
    });
    expect(links).toContainEqual({
      self: { href: `${address}?ack=2&key=${key(second.conversation.id)}` },
      next: { href: `${address}?ack=3&key=${key(second.conversation.id)}` },
    });
  });

  it('wait for each other within a conversation', async () => {
    const conversation = await connected();
    let underWay = 0;
    let most = 0;
    scene.callback.onCall = (_call, response) => {
      most = Math.max(most, (underWay += 1));
      setTimeout(() => {
        underWay -= 1;
        response.end();
      }, 2);
    };
    for (let count = 0; count < 8; count += 1) conversation.say(scene.mira, `message ${count}`);
    await scene.skype.settled();
    expect(most).toBe(1);
    expect(acks()).toEqual([...acks()].sort((a, b) => Number(a) - Number(b)));
  });

  it('are not repeated after a refusal unless a schedule says so', async () => {
    const conversation = await connected();
    scene.callback.onCall = (_call, response) => void response.writeHead(500).end();
    conversation.say(scene.mira, 'hello');
    await scene.skype.settled();
    expect(scene.callback.calls.length).toBe(1);
    expect(scene.skype.deliveries.at(-1)).toMatchObject({ status: 500, retry: 0 });
    expect(scene.skype.counts.dropped).toBe(1);
  });

  it('are repeated with the same bytes when a schedule says so', async () => {
    await scene.end();
    scene = await SkypeScene.start(world, { retryAfterMs: [1_000, 5_000] });
    const conversation = await connected();
    let refused = 0;
    scene.callback.onCall = (_call, response) => void response.writeHead((refused += 1) < 3 ? 503 : 200).end();
    conversation.say(scene.mira, 'hello');
    await world.clock.advance(10_000);
    expect(scene.skype.deliveries.slice(-3).map(({ retry, status }) => [retry, status])).toEqual([
      [0, 503],
      [1, 503],
      [2, 200],
    ]);
    expect(new Set(scene.callback.calls.map(({ raw }) => raw.toString())).size).toBe(1);
  });

  it('time out on a silent receiver and say so', async () => {
    const conversation = await connected();
    scene.callback.onCall = () => undefined;
    conversation.say(scene.mira, 'hello');
    await scene.skype.settled();
    expect(scene.skype.deliveries.at(-1)).toMatchObject({ status: 'timeout' });
  });

  describe('with a context', () => {
    function answerContext(text: string, type = 'application/json'): void {
      scene.callback.onCall = (_call, response) => {
        response.writeHead(200, { 'Content-Type': type }).end(JSON.stringify({ CallbackContext: text }));
      };
    }

    async function targets(): Promise<readonly string[]> {
      const { conversation, invitation } = scene.skype.incomingChat({ from: scene.mira, to: scene.endpoint });
      invitation.accept();
      await scene.skype.settled();
      conversation.say(scene.mira, 'hello');
      await scene.skype.settled();
      return scene.callback.calls.map(({ target }) => target);
    }

    it('repeat the one of the first answer and no later one', async () => {
      let count = 0;
      scene.callback.onCall = (_call, response) => {
        const context = `context ${(count += 1)}`;
        const type = 'application/json; charset=utf-8';
        response.writeHead(200, { 'Content-Type': type }).end(JSON.stringify({ CallbackContext: context }));
      };
      expect(await targets()).toEqual([
        '/callback',
        '/callback?callbackContext=context%201',
        '/callback?callbackContext=context%201',
      ]);
    });

    it('keep it to the conversation', async () => {
      answerContext('1');
      await targets();
      scene.callback.calls.length = 0;
      scene.skype.incomingChat({ from: scene.lee, to: scene.endpoint });
      await scene.skype.settled();
      expect(scene.callback.calls.map(({ target }) => target)).toEqual(['/callback']);
    });

    it.each([
      ['half', '/callback?callbackContext={"JobId":"1"%2c"InstanceId":"2"}'],
      ['full', '/callback?callbackContext=%7B%22JobId%22%3A%221%22%2C%22InstanceId%22%3A%222%22%7D'],
      ['raw', '/callback?callbackContext={"JobId":"1","InstanceId":"2"}'],
    ] as const)('escape it %s', async (contextEscaping, expected) => {
      scene.skype.format = { contextEscaping };
      answerContext('{"JobId":"1","InstanceId":"2"}');
      expect((await targets())[1]).toBe(expected);
    });

    it('ignore one that does not come as JSON', async () => {
      answerContext('1', 'text/plain');
      expect(await targets()).toEqual(['/callback', '/callback', '/callback']);
    });

    it('ignore one under another case, or with another status', async () => {
      scene.callback.onCall = (_call, response) => {
        response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"callbackContext":"1"}');
      };
      expect(await targets()).toEqual(['/callback', '/callback', '/callback']);
    });
  });

  describe('under faults', () => {
    it('come twice with the same bytes', async () => {
      const conversation = await connected();
      scene.skype.faults = { duplicate: 1 };
      conversation.say(scene.mira, 'hello');
      await scene.skype.settled();
      const [first, second] = scene.callback.calls;
      expect(second?.raw).toEqual(first?.raw);
      expect(scene.skype.deliveries.slice(-2).map(({ duplicate }) => duplicate)).toEqual([false, true]);
      expect(scene.skype.counts.duplicated).toBe(1);
    });

    it('come twice under two acks with the same events', async () => {
      const conversation = await connected();
      scene.skype.faults = { duplicate: 1, duplicateTakesNewAck: true };
      conversation.say(scene.mira, 'hello');
      await scene.skype.settled();
      const [first, second] = scene.callback.calls;
      expect(second?.body.sender).toEqual(first?.body.sender);
      expect(Number(acks()[1])).toBe(Number(acks()[0]) + 1);
    });

    it('overtake each other', async () => {
      const conversation = await connected();
      scene.skype.faults = { reorder: 1 };
      for (let count = 0; count < 6; count += 1) conversation.say(scene.mira, `message ${count}`);
      await scene.skype.settled();
      const seen = acks().map(Number);
      expect(seen).not.toEqual([...seen].sort((a, b) => a - b));
      expect(new Set(seen).size).toBe(6);
    });

    it('are lost and leave a gap', async () => {
      const conversation = await connected();
      const before = scene.skype.counts.emitted;
      scene.skype.faults = { drop: 1 };
      conversation.say(scene.mira, 'lost');
      await scene.skype.settled();
      scene.skype.faults = {};
      conversation.say(scene.mira, 'found');
      await scene.skype.settled();
      expect(acks()).toEqual([String(before + 2)]);
      expect(scene.skype.counts.dropped).toBe(1);
    });

    it('come late by the clock of the platform', async () => {
      const conversation = await connected();
      scene.skype.faults = { delayMs: [5_000, 5_000] };
      conversation.say(scene.mira, 'late');
      await world.clock.advance(4_999);
      expect(scene.callback.calls.length).toBe(0);
      await world.clock.advance(1);
      expect(scene.callback.calls.length).toBe(1);
    });
  });

  describe('made by hand', () => {
    it('send any bytes with the right token', async () => {
      const attempt = await scene.skype.emitRaw('{ not json', { endpoint: scene.endpoint });
      expect(attempt).toMatchObject({ status: 200, ack: undefined });
      expect(scene.callback.calls[0]?.raw.toString()).toBe('{ not json');
      expect(scene.callback.calls[0]?.headers.authorization).toMatch(/^Bearer ey/);
    });

    it('send any token, none, or another scheme', async () => {
      const { endpoint, skype, callback } = scene;
      await skype.emitRaw({}, { endpoint, token: 'wrong' });
      await skype.emitRaw({}, { endpoint, token: null });
      await skype.emitRaw({}, { endpoint, authorization: 'bearer lower' });
      expect(callback.calls.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer wrong',
        undefined,
        'bearer lower',
      ]);
    });

    it('go where the conversation goes', async () => {
      const conversation = await connected();
      await scene.skype.emitRaw({}, { conversation });
      expect(scene.skype.deliveries.at(-1)?.conversationId).toBe(conversation.id);
    });

    it('let every call carry a token of choice', async () => {
      const conversation = await connected();
      scene.skype.webhookToken = (right) => `${right}x`;
      conversation.say(scene.mira, 'one');
      await scene.skype.settled();
      scene.skype.webhookToken = () => undefined;
      conversation.say(scene.mira, 'two');
      await scene.skype.settled();
      const [first, second] = scene.callback.calls.map(({ headers }) => headers.authorization);
      expect(first).toMatch(/x$/);
      expect(second).toBeUndefined();
    });

    it('send a heartbeat without senders, without next, under a base with a path', async () => {
      await scene.skype.heartbeat(scene.endpoint);
      expect(scene.callback.calls[0]?.body).toEqual({
        _links: { self: { href: '/eventsservice' } },
        sender: [],
        baseuri: `${scene.skype.poolUrl}/platformservice/v1/applications`,
      });
    });
  });

  it('still waiting make settling fail at its limit', async () => {
    const conversation = await connected();
    scene.callback.onCall = () => undefined;
    conversation.say(scene.mira, 'hello');
    await expect(scene.skype.settled({ timeoutMs: 30 })).rejects.toThrow('still waiting');
  });
});
