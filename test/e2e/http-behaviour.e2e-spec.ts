import { gunzipSync } from 'node:zlib';
import { type OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiDocument, type ApiOperation } from '../setup/api-document.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { httpCall, jsonOf, type HttpAnswer, type HttpCall } from '../setup/http-call.js';
import { adminKey, eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';
import { eventSamples, watsonSample } from '../setup/watson-samples.js';

interface Item {
  readonly id: string;
}
interface List {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

const origin = 'https://crm.example.com';
const newConnection = { platform: 'watson-work', name: 'New', settings: { appId: 'x' }, secrets: {} };

describe('the REST API as an HTTP server', () => {
  let database: TestDatabase;
  let service: TestService;
  let document: ApiDocument;
  let connection: WatsonConnection;

  const call = (method: string, path: string, { headers, ...more }: HttpCall = {}): Promise<HttpAnswer> =>
    httpCall(service.url + path, { method, headers: { authorization: `Bearer ${adminKey}`, ...headers }, ...more });
  const send = (
    method: string,
    path: string,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<HttpAnswer> =>
    call(method, path, {
      body: Buffer.from(JSON.stringify(body)),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const lists = (): readonly ApiOperation[] =>
    document.operations.filter(
      ({ parameters, path }) => parameters.some(({ name }) => name === 'limit') && !path.includes('{'),
    );

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url, { LIAISON_CORS_ORIGINS: `${origin}, https://other.example.com` });
    await service.ready;
    document = new ApiDocument(await service.get<OpenAPIObject>('/openapi.json'));
    connection = await connectWatson(service);
    for (const sample of eventSamples) await deliver(connection.webhookUrl, sample.bytes);
    await eventually(
      () => service.get<List>('/v1/deliveries?status=waiting'),
      ({ items }) => items.length === 0,
    );
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  describe('reads', () => {
    it('are answered 304 without a body while nothing has changed, on every list', async () => {
      for (const { path } of lists()) {
        // Every look at it is noted in it.
        if (path === '/v1/audit') continue;
        const first = await call('GET', path);
        const { etag } = first.headers;
        expect([path, first.status, etag]).toEqual([path, 200, expect.stringMatching(/^W\/"[\w-]{22}"$/)]);
        const again = await call('GET', path, { headers: { 'if-none-match': `"other", ${etag ?? ''}` } });
        expect([path, again.status, again.body.length, again.headers.etag]).toEqual([path, 304, 0, etag]);
        expect(again.headers['content-type']).toBeUndefined();
      }
    });

    it('are answered anew once something has changed', async () => {
      const path = `/v1/connections/${connection.id}`;
      const { etag = '' } = (await call('GET', path)).headers;
      const unchanged = await call('GET', path, { headers: { 'if-none-match': etag } });
      await send('PATCH', path, { name: 'Renamed' });
      const changed = await call('GET', path, { headers: { 'if-none-match': etag } });
      expect([unchanged.status, changed.status, jsonOf(changed)['name']]).toEqual([304, 200, 'Renamed']);
    });

    it('are answered 304 to `fetch`, which says no-cache with every If-None-Match', async () => {
      const headers = { authorization: `Bearer ${adminKey}` };
      const first = await fetch(`${service.url}/v1/spaces`, { headers });
      const tag = first.headers.get('etag') ?? '';
      const again = await fetch(`${service.url}/v1/spaces`, { headers: { ...headers, 'if-none-match': tag } });
      expect(again.status).toBe(304);
    });

    it('are compressed where it is worth it, and have the same tag then', async () => {
      const plain = await call('GET', '/v1/messages');
      const compressed = await call('GET', '/v1/messages', { headers: { 'accept-encoding': 'gzip' } });
      expect(compressed.headers['content-encoding']).toBe('gzip');
      expect(compressed.headers.vary).toContain('Accept-Encoding');
      expect(gunzipSync(compressed.body)).toEqual(plain.body);
      expect(compressed.body.length).toBeLessThan(plain.body.length / 3);
      expect(compressed.headers.etag).toBe(plain.headers.etag);
      const small = await call('GET', '/v1/jobs', { headers: { 'accept-encoding': 'gzip' } });
      expect(small.headers['content-encoding']).toBeUndefined();
    });

    it('may be kept by the caller alone, and are asked for again', async () => {
      for (const { path } of lists()) {
        expect((await call('GET', path)).headers['cache-control']).toBe('private, no-cache');
      }
    });

    it('have the same headers without a body when asked for by HEAD', async () => {
      const path = '/v1/messages?limit=3';
      const [read, head] = [await call('GET', path), await call('HEAD', path)];
      expect([head.status, head.body.length]).toEqual([200, 0]);
      for (const name of ['etag', 'content-type', 'content-length', 'cache-control'] as const) {
        expect([name, head.headers[name]]).toEqual([name, read.headers[name]]);
      }
    });

    it('are thinned out to the fields that were asked for', async () => {
      const page = await service.get<List>('/v1/messages?fields=id,author.displayName,annotations.type&limit=50');
      expect(page.items.length).toBeGreaterThan(3);
      for (const item of page.items) expect(Object.keys(item)).toEqual(['id', 'author', 'annotations']);
      expect(page).toHaveProperty('nextCursor');
      const [first] = page.items;
      const one = await service.get<object>(`/v1/messages/${first?.id ?? ''}?fields=revision,id`);
      expect(one).toEqual({ id: first?.id, revision: expect.any(Number) as number });
    });

    it('walk through a list the same way with few fields as with all', async () => {
      const ids = async (query: string): Promise<string[]> => {
        const found: string[] = [];
        let cursor = '';
        do {
          const page: List = await service.get<List>(`/v1/messages?limit=4${query}${cursor}`);
          found.push(...page.items.map(({ id }) => id));
          cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
        } while (cursor !== '');
        return found;
      };
      expect(await ids('&fields=id')).toEqual(await ids(''));
    });

    it.each([
      ['/v1/messages?fields=id,autor', ['fields']],
      ['/v1/messages?fields=', ['fields']],
      ['/v1/messages?fields=id&fields=author', ['/fields']],
      ['/v1/connections?fields=secrets.accessToken', ['fields']],
      ['/v1/messages?limit=1&offset=7', ['/offset']],
    ])('refuse %s, naming the place', async (path, pointers) => {
      const answer = await service.call<{ errors: { pointer: string }[] }>('GET', path);
      expect([answer.status, answer.body.errors.map(({ pointer }) => pointer)]).toEqual([400, pointers]);
    });

    it('of one thing refuse parameters that they do not have', async () => {
      const answer = await call('GET', `/v1/connections/${connection.id}?limit=1`);
      expect([answer.status, jsonOf(answer)['errors']]).toEqual([
        400,
        [{ pointer: '/limit', detail: 'is no parameter of this route' }],
      ]);
    });
  });

  describe('writes', () => {
    it('say where to read what they made', async () => {
      const made = await send('POST', '/v1/connections', newConnection);
      expect(made.status).toBe(201);
      const { location = '' } = made.headers;
      expect(location).toBe(`/v1/connections/${String(jsonOf(made)['id'])}`);
      expect(jsonOf(await call('GET', location))).toEqual(jsonOf(made));
    });

    it('leave the body away for those who prefer it so, and do the same', async () => {
      const minimal = { prefer: 'return=minimal' };
      const made = await send('POST', '/v1/connections', newConnection, minimal);
      expect([made.status, made.body.length, made.headers['preference-applied']]).toEqual([201, 0, 'return=minimal']);
      const { location = '' } = made.headers;
      const changed = await send('PATCH', location, { name: 'Preferred' }, minimal);
      expect([changed.status, changed.body.length]).toEqual([204, 0]);
      expect(jsonOf(await call('GET', location))['name']).toBe('Preferred');
      const shown = await send('PATCH', location, { name: 'x' }, { prefer: 'return=representation' });
      expect([shown.status, shown.headers['preference-applied']]).toEqual([200, 'return=representation']);
      expect(shown.headers.vary).toContain('prefer');
    });

    it('are neither kept nor compressed nor tagged', async () => {
      const { headers } = await send('POST', '/v1/connections', newConnection, { 'accept-encoding': 'gzip' });
      expect([headers['cache-control'], headers['content-encoding'], headers.etag]).toEqual([
        'no-store',
        undefined,
        undefined,
      ]);
    });

    it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'application/json-seq'])(
      'refuse a body of the type %s',
      async (type) => {
        const answer = await send('POST', '/v1/connections', newConnection, { 'content-type': type });
        expect([answer.status, answer.headers.accept]).toEqual([415, 'application/json']);
        expect(jsonOf(answer)['type']).toBe('urn:liaison:problem:unsupported-media-type');
      },
    );

    it('take JSON with a charset', async () => {
      const type = 'application/json; charset=utf-8';
      expect((await send('POST', '/v1/connections', newConnection, { 'content-type': type })).status).toBe(201);
    });
  });

  describe('what is not offered', () => {
    it('is refused with the methods that are, for every path', async () => {
      for (const path of new Set(
        document.operations.map((operation) => operation.path).filter((one) => one.startsWith('/v1/')),
      )) {
        const methods = document.operations
          .filter((one) => one.path === path)
          .map(({ method }) => method.toUpperCase());
        const allow = methods
          .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
          .concat('OPTIONS')
          .sort();
        const url = path.replace(/\{\w+\}/, connection.id);
        const other = ['PUT', 'PATCH', 'DELETE'].find((method) => !methods.includes(method)) ?? '';
        const refused = await call(other, url);
        expect([path, refused.status, refused.headers.allow?.split(', ').sort()]).toEqual([path, 405, allow]);
        expect(jsonOf(refused)['type']).toBe('urn:liaison:problem:method-not-allowed');
        const options = await call('OPTIONS', url);
        expect([path, options.status, options.headers.allow?.split(', ').sort()]).toEqual([path, 204, allow]);
      }
    });

    it.each(['text/html', 'application/xml, text/*', 'application/json;q=0'])('as %s is refused', async (accept) => {
      const answer = await call('GET', '/v1/messages', { headers: { accept } });
      expect([answer.status, jsonOf(answer)['type']]).toEqual([406, 'urn:liaison:problem:not-acceptable']);
    });

    it.each(['application/json', '*/*', 'application/*', 'text/html, */*;q=0.1', ''])(
      'is not hidden from %j',
      async (accept) => {
        expect((await call('GET', '/v1/messages', { headers: { accept } })).status).toBe(200);
      },
    );

    it('is not told to strangers, who hear of nothing but 401', async () => {
      const stranger = { authorization: 'Bearer nobody' };
      const answers = [
        await call('GET', '/v1/messages?nothing=1', { headers: stranger }),
        await call('GET', '/v1/messages?fields=nothing', { headers: stranger }),
        await call('GET', '/v1/messages', { headers: { ...stranger, accept: 'text/html' } }),
        await send('POST', '/v1/connections', {}, { ...stranger, 'content-type': 'text/plain' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    });

    it('is a problem that nobody keeps, with the id of the request', async () => {
      const id = '0199d8a0-7c1e-7000-8000-000000000001';
      for (const path of ['/v1/nothing', '/nothing', `/v1/messages/${id}`, '/v1/messages?limit=0']) {
        const { status, headers, body } = await call('GET', path, { headers: { 'x-request-id': id } });
        expect([path, headers['content-type']]).toEqual([path, 'application/problem+json']);
        expect([path, headers['cache-control'], headers['x-request-id']]).toEqual([path, 'no-store', id]);
        expect(jsonOf({ body })).toMatchObject({ status, instance: `urn:uuid:${id}` });
      }
    });
  });

  describe('scripts of other origins', () => {
    const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };

    it('may call the API where their origin is configured', async () => {
      const asked = await call('OPTIONS', '/v1/messages', { headers: { origin, ...preflight } });
      expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([204, origin]);
      expect(asked.headers['access-control-allow-headers']).toContain('authorization');
      const answer = await call('GET', '/v1/messages', { headers: { origin } });
      expect(answer.headers['access-control-allow-origin']).toBe(origin);
      expect(answer.headers['access-control-expose-headers']).toContain('etag');
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
      expect(answer.headers.vary).toContain('Origin');
    });

    it.each([
      ['another origin', '/v1/messages', 'https://evil.example'],
      ['an origin that begins alike', '/v1/messages', `${origin}.evil.example`],
      ['no origin', '/v1/messages', 'null'],
      ['webhooks', '/webhooks/watson-work/x', origin],
      ['the metrics', '/metrics', origin],
    ])('may not: %s', async (_, path, from) => {
      const asked = await call('OPTIONS', path, { headers: { origin: from, ...preflight } });
      const answer = await call('GET', path, { headers: { origin: from } });
      for (const { headers } of [asked, answer]) expect(headers['access-control-allow-origin']).toBeUndefined();
    });
  });

  it('gives platforms no tag, no compression and no other answer than before', async () => {
    const sample = watsonSample('message-created/user-message-2018-markdown');
    const { status, headers, text } = await deliver(connection.webhookUrl, sample.bytes, {
      headers: { accept: 'text/html', 'accept-encoding': 'gzip', 'if-none-match': '*' },
    });
    expect([status, text, headers.get('content-length')]).toEqual([200, '', '0']);
    for (const name of ['etag', 'cache-control', 'content-encoding', 'vary']) expect(headers.get(name)).toBeNull();
  });
});
