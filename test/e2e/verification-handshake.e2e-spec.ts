import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { httpCall } from '../setup/http-call.js';
import { startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, sign, type WatsonConnection } from '../setup/watson.js';
import { signatureVectors, watsonSample } from '../setup/watson-samples.js';

describe('the ownership challenge of Watson Work', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;

  const challenge = (value: unknown): string => JSON.stringify({ type: 'verification', challenge: value });
  const stored = async (): Promise<number> =>
    (await database.query<{ count: number }>('select count(*)::int as count from deliveries'))[0]?.count ?? -1;
  const tokenOf = (name: string): string => signatureVectors.find((vector) => vector.name === name)?.token ?? '';

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    connection = await connectWatson(service);
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it("is answered with IBM's exact bytes and token", async () => {
    const body = Buffer.from('{"type":"verification","challenge":"testchallenge"}');
    const headers = { 'content-type': 'application/json', 'x-outbound-token': tokenOf('verification-request') };
    const answer = await httpCall(connection.webhookUrl, { headers, body });
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe('{"response":"testchallenge"}');
    expect(answer.headers['x-outbound-token']).toBe(tokenOf('verification-response'));
    expect(answer.headers['content-type']).toBe('application/json;charset=UTF-8');
    expect(answer.headers['content-length']).toBe('28');
  });

  it('is answered any time and again, in between events', async () => {
    const sample = watsonSample('verification/real-challenge-shape');
    for (let round = 0; round < 3; round++) {
      const sent = await deliver(connection.webhookUrl, sample.bytes, { headers: { 'x-outbound-retry-count': '7' } });
      expect(sent.text).toBe('{"response":"gfbhi1np1x6hwvtcr69l5cg04iv8xasl"}');
      await deliver(connection.webhookUrl, { type: 'message-created', time: round });
    }
  });

  it.each([null, '', 'invalidsignature', '0'.repeat(64)])(
    'is not answered with the token %j, nor is anything signed',
    async (token) => {
      const answer = await deliver(connection.webhookUrl, challenge('testchallenge'), { token });
      expect(answer.status).toBe(401);
      expect(answer.headers.has('x-outbound-token')).toBe(false);
      expect(answer.text).not.toContain('testchallenge');
    },
  );

  it('is not answered with the signature of the answer', async () => {
    const sent = await deliver(connection.webhookUrl, challenge('testchallenge'), {
      token: tokenOf('verification-response'),
    });
    expect(sent.status).toBe(401);
  });

  it.each([
    ['an object', { type: 'message-created' }],
    ['a number', 1],
    ['null', null],
    ['a list', ['testchallenge']],
    ['an empty text', ''],
    ['257 characters', 'a'.repeat(257)],
    ['a whole event', JSON.stringify({ type: 'message-created', content: 'x'.repeat(300) })],
  ])('is refused and not signed when the challenge is %s', async (_, value) => {
    const sent = await deliver(connection.webhookUrl, challenge(value));
    expect(sent.status).toBe(400);
    expect(sent.headers.get('content-type')).toBe('application/problem+json');
    expect(sent.headers.has('x-outbound-token')).toBe(false);
    expect(JSON.parse(sent.text)).toMatchObject({
      type: 'urn:liaison:problem:handshake-refused',
      errors: [{ pointer: '/challenge' }],
    });
  });

  it('is refused when it is missing or only inherited', async () => {
    expect((await deliver(connection.webhookUrl, '{"type":"verification"}')).status).toBe(400);
    const inherited = '{"type":"verification","__proto__":{"challenge":"x"}}';
    expect((await deliver(connection.webhookUrl, inherited)).status).toBe(400);
  });

  it.each([
    ['256 characters', 'a'.repeat(256)],
    ['quotes and braces', 'x","type":"message-created","content":"forged'],
    ['a backslash at the end', 'x\\'],
    ['line breaks and controls', 'a\r\nb\u0000\u001b[31m'],
    ['text of two bytes and four bytes a character', 'Grüße 👍'],
    ['half a surrogate pair', 'a\ud800b'],
  ])('is answered as one JSON member, signed as sent, when it has %s', async (_, value) => {
    const sent = await deliver(connection.webhookUrl, challenge(value));
    expect(sent.status).toBe(200);
    expect(JSON.parse(sent.text)).toEqual({ response: value });
    expect(Object.keys(JSON.parse(sent.text) as object)).toEqual(['response']);
    expect(sent.headers.get('x-outbound-token')).toBe(sign(sent.text));
  });

  it('is answered with the key that signed it when two are active', async () => {
    const two = await connectWatson(service, { secrets: ['first-secret', 'second-secret'] });
    for (const secret of ['first-secret', 'second-secret']) {
      const sent = await deliver(two.webhookUrl, challenge('c'), { secret });
      expect(sent.headers.get('x-outbound-token')).toBe(sign('{"response":"c"}', secret));
    }
  });

  it('takes the last type where the body names two, as the translator does', async () => {
    const sent = await deliver(
      connection.webhookUrl,
      '{"type":"message-created","type":"verification","challenge":"c"}',
    );
    expect(sent.text).toBe('{"response":"c"}');
  });

  it('is a delivery like any other when the type is written otherwise', async () => {
    const before = await stored();
    const sent = await deliver(connection.webhookUrl, '{"type":"Verification","challenge":"c"}');
    expect(sent.status).toBe(200);
    expect(sent.text).toBe('');
    expect(await stored()).toBe(before + 1);
  });

  it('is never stored', async () => {
    const before = await stored();
    await deliver(connection.webhookUrl, challenge('testchallenge'));
    await deliver(connection.webhookUrl, challenge(1));
    await deliver(connection.webhookUrl, challenge('testchallenge'), { token: null });
    expect(await stored()).toBe(before);
  });

  it('works while nothing can be stored, because nothing has to be', async () => {
    await database.query('alter table deliveries rename to deliveries_away');
    try {
      const sent = await deliver(connection.webhookUrl, challenge('testchallenge'));
      expect(sent.status).toBe(200);
    } finally {
      await database.query('alter table deliveries_away rename to deliveries');
    }
  });
});
