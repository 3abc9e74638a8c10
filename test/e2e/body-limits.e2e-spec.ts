import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { type ClientRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { httpCall, jsonOf, type HttpAnswer } from '../setup/http-call.js';
import { startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, sign, type WatsonConnection } from '../setup/watson.js';

const limit = 2_097_152;

describe('the body of a webhook call', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;

  const stored = async (): Promise<{ size: number; body: Buffer }[]> =>
    database.query('select size, body from deliveries order by seq');
  const expectProblem = (answer: HttpAnswer, status: number): void => {
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(jsonOf(answer)).toMatchObject({ status, instance: expect.stringMatching(/^urn:uuid:/) as unknown });
  };
  const bodyOf = (size: number): Buffer => {
    const frame = '{"type":"message-created","spaceId":"s","messageId":"big","content":""}';
    return Buffer.from(frame.replace('""}', `"${'x'.repeat(size - frame.length)}"}`));
  };

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

  it('may have exactly 2 MiB', async () => {
    const body = bodyOf(limit);
    expect(body.length).toBe(limit);
    expect((await deliver(connection.webhookUrl, body)).status).toBe(200);
    const rows = await stored();
    expect(rows.at(-1)?.body.equals(body)).toBe(true);
  });

  it('is refused with 413 from one byte more on', async () => {
    const body = bodyOf(limit + 1);
    const sent = await deliver(connection.webhookUrl, body);
    expect(sent.status).toBe(413);
    expect(sent.headers.get('content-type')).toBe('application/problem+json');
    expect(JSON.parse(sent.text)).toMatchObject({ type: 'urn:liaison:problem:body-too-large', status: 413 });
  });

  it('is refused as too large by its announced length before any of it is read', async () => {
    const started = performance.now();
    const answer = await httpCall(connection.webhookUrl, {
      headers: { 'content-length': 1_073_741_824, 'x-outbound-token': '0'.repeat(64) },
      send: (request) => request.flushHeaders(),
      timeoutMs: 5_000,
    });
    expectProblem(answer, 413);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('is refused as too large in chunks as soon as the limit is passed', async () => {
    let written = 0;
    const answer = await httpCall(connection.webhookUrl, {
      headers: { 'transfer-encoding': 'chunked', 'x-outbound-token': '0'.repeat(64) },
      // It never ends by itself: who waits for the end of the body never answers.
      send: (request) => {
        const part = Buffer.alloc(65_536, 0x20);
        const more = (): void => {
          if (request.destroyed || written > 256 * 1_048_576) return;
          written += part.length;
          if (request.write(part)) setImmediate(more);
          else request.once('drain', more);
        };
        more();
      },
      timeoutMs: 5_000,
    });
    expectProblem(answer, 413);
    expect(written).toBeLessThan(32 * 1_048_576);
  });

  it.each(['gzip', 'deflate', 'br', 'zstd', 'no-such-coding', 'gzip, gzip'])(
    'is never inflated: content-encoding %s is refused with 415',
    async (coding) => {
      const body = gzipSync(Buffer.alloc(1_048_576, 0x20));
      const answer = await httpCall(connection.webhookUrl, {
        headers: { 'content-encoding': coding, 'x-outbound-token': sign(body), 'content-length': body.length },
        body,
      });
      expectProblem(answer, 415);
      expect(jsonOf(answer)).toMatchObject({ type: 'urn:liaison:problem:unsupported-encoding' });
    },
  );

  it('may come in chunks of one byte', async () => {
    const body = Buffer.from('{"type":"message-created","spaceId":"s","messageId":"one by one","content":"Grüße 👍"}');
    const answer = await httpCall(connection.webhookUrl, {
      headers: { 'transfer-encoding': 'chunked', 'x-outbound-token': sign(body) },
      send: (request: ClientRequest) => {
        request.setNoDelay(true);
        void (async () => {
          for (const byte of body) {
            if (!request.write(Buffer.of(byte))) await once(request, 'drain');
            await new Promise((resolve) => setImmediate(resolve));
          }
          request.end();
        })();
      },
    });
    expect(answer.status).toBe(200);
    expect((await stored()).at(-1)?.body).toEqual(body);
  });

  it('may be missing: a signed call without one is stored as such', async () => {
    const headers = { 'x-outbound-token': sign('') };
    expect((await httpCall(connection.webhookUrl, { headers })).status).toBe(200);
    expect((await httpCall(connection.webhookUrl, { headers: { ...headers, 'content-length': 0 } })).status).toBe(200);
    expect((await stored()).filter((row) => row.size === 0)).toHaveLength(1);
  });

  it.each([
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/json; charset=nonsense',
    'nonsense',
    ';;;',
    '*/*',
    '',
  ])('may have the content type %j', async (contentType) => {
    const body = Buffer.from(
      JSON.stringify({ type: 'message-created', spaceId: 's', messageId: JSON.stringify(contentType ?? null) }),
    );
    const answer = await httpCall(connection.webhookUrl, {
      headers: {
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
        'x-outbound-token': sign(body),
        'content-length': body.length,
      },
      body,
    });
    expect(answer.status).toBe(200);
    expect((await stored()).at(-1)?.body).toEqual(body);
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('is not taken by %s', async (method) => {
    const before = (await stored()).length;
    const body = Buffer.from(`{"method":"${method}"}`);
    const answer = await httpCall(connection.webhookUrl, {
      method,
      headers: { 'x-outbound-token': sign(body), 'content-length': body.length },
      body,
    });
    expect([404, 405]).toContain(answer.status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect((await stored()).length).toBe(before);
  });

  it.each([
    '/webhooks/%E0%A4%A/x',
    '/webhooks/watson-work/%00',
    '/webhooks//',
    '/webhooks/watson-work',
    '//webhooks/a/b',
  ])('is refused as problem details at %s', async (path) => {
    const answer = await httpCall(service.url + path, { headers: { 'x-outbound-token': sign('') } });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  it('leaves nothing behind when the caller goes away in the middle', async () => {
    const before = (await stored()).length;
    const body = bodyOf(100_000);
    await expect(
      httpCall(connection.webhookUrl, {
        headers: { 'content-length': body.length, 'x-outbound-token': sign(body) },
        send: (request) => {
          request.write(body.subarray(0, 50_000));
          setTimeout(() => request.destroy(), 50);
        },
      }),
    ).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await stored()).length).toBe(before);
    expect(service.logs.filter((line) => line.includes('"level":"error"') && line.includes('internal'))).toEqual([]);
  });
});
