import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../common/errors/liaison-error.js';
import { type JsonObject } from '../../../common/json/json.js';
import { OutboundHttp } from '../../../common/outbound/outbound-http.js';
import { Secret } from '../../../common/security/secret.js';
import { itemsOf, WebexApi, type WebexApiSettings } from './webex-api.js';
import { WebexRefusal, type WebexOutcome } from './webex-api.errors.js';
import { isActive, readWebhook } from './webex-webhook.js';
import { WebexWebhooks } from './webex-webhooks.js';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Answer {
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** A server on loopback that answers what `answer` says ('silence' is nothing at all) and remembers what it was asked. */
async function serve(
  answer: (url: string, origin: string, count: number) => Answer | 'silence' | 'hang up',
): Promise<{ origin: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      seen.push({ method: request.method, url: request.url, headers: request.headers, body });
      const reply = answer(request.url ?? '', origin, seen.length);
      if (reply === 'hang up') request.socket.destroy();
      else if (reply !== 'silence') {
        response
          .writeHead(reply.status ?? 200, reply.headers)
          .end(reply.status === 204 ? undefined : (reply.body ?? ''));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  // A server that listens on TCP has this form of address.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, seen };
}

function apiOf(
  origin: string,
  settings: Partial<WebexApiSettings> = {},
  alsoAllowed: readonly string[] = [],
): WebexApi {
  const http = new OutboundHttp({ allow: [origin, ...alsoAllowed].map((url) => new URL(url).host) });
  cleanUps.unshift(() => http.close());
  return new WebexApi(http, { apiUrl: `${origin}/v1`, token: () => new Secret('canary-token'), ...settings });
}

async function refusal(call: Promise<unknown>): Promise<WebexRefusal> {
  try {
    await call;
  } catch (error) {
    if (error instanceof WebexRefusal) return error;
    throw error;
  }
  throw new Error('the call succeeded');
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const sample = (name: string): string =>
  readFileSync(new URL(`../../../../test/fixtures/webex/${name}`, import.meta.url), 'utf8');

describe('WebexApi', () => {
  it('asks with the token of the moment and gives the bytes back beside the JSON', async () => {
    const body = '{ "id" : "x", "n": 1.0 }\n';
    const { origin, seen } = await serve(() => ({ headers: { trackingid: 'T_1' }, body }));
    let calls = 0;
    const api = apiOf(origin, { token: () => Promise.resolve(new Secret(`token-${++calls}`)) });
    const answer = await api.get(['messages', 'a/b?c=ü'], { max: 5, before: undefined, mentionedPeople: 'me' });
    await api.get(['people', 'me']);
    expect(answer.bytes.toString()).toBe(body);
    expect([answer.status, answer.json, answer.headers['trackingid']]).toEqual([200, { id: 'x', n: 1 }, 'T_1']);
    expect(seen.map(({ method, url, headers }) => [method, url, headers.authorization])).toEqual([
      ['GET', '/v1/messages/a%2Fb%3Fc%3D%C3%BC?max=5&mentionedPeople=me', 'Bearer token-1'],
      ['GET', '/v1/people/me', 'Bearer token-2'],
    ]);
  });

  it('sends JSON with POST and PUT, nothing with DELETE, and takes a 204', async () => {
    const { origin, seen } = await serve((_, __, count) => (count === 3 ? { status: 204 } : { body: '{}' }));
    const api = apiOf(origin);
    await api.post(['messages'], { text: 'grüße' });
    await api.put(['messages', '1'], { text: 'x' });
    expect(await api.delete(['messages', '1'])).toMatchObject({ status: 204, json: undefined });
    expect(seen.map(({ method, body }) => [method, body])).toEqual([
      ['POST', '{"text":"grüße"}'],
      ['PUT', '{"text":"x"}'],
      ['DELETE', ''],
    ]);
    expect(seen.map(({ headers }) => headers['content-type'])).toEqual([
      'application/json; charset=utf-8',
      'application/json; charset=utf-8',
      undefined,
    ]);
  });

  it.each<[number, WebexOutcome]>([
    [301, 'invalid'],
    [400, 'invalid'],
    [401, 'auth'],
    [403, 'refused'],
    [404, 'gone'],
    [405, 'invalid'],
    [409, 'invalid'],
    [410, 'gone'],
    [415, 'invalid'],
    [423, 'retry'],
    [428, 'invalid'],
    [429, 'retry'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
  ])('says of a %i: %s', async (status, outcome) => {
    const { origin } = await serve(() => ({ status, headers: { location: '/v1/elsewhere' } }));
    const error = await refusal(apiOf(origin).get(['rooms', '1']));
    expect([error.outcome, error.platformStatus, error.mayHaveHappened]).toEqual([outcome, status, false]);
    expect(error.retryAfterSeconds === undefined).toBe(outcome !== 'retry');
  });

  it('waits as long as a 429 in HTML says', async () => {
    // The answer that Webex documents: no JSON, an hour.
    const documented = JSON.parse(sample('response_429.docs.json')) as { headers: OutgoingHttpHeaders };
    const { origin } = await serve(() => ({
      status: 429,
      headers: documented.headers,
      body: '<html>slow down</html>',
    }));
    expect(await refusal(apiOf(origin).get(['people', 'me']))).toMatchObject({
      outcome: 'retry',
      retryAfterSeconds: 3_600,
      platformMessage: undefined,
    });
  });

  it.each([
    [429, {}, 15],
    [423, {}, 15],
    [429, { 'retry-after': 'soon' }, 15],
    [423, { 'retry-after': '7' }, 7],
    [503, {}, 5],
    [503, { 'retry-after': '999999' }, 3_600],
  ])('waits after a %i with %j for %i seconds', async (status, headers, seconds) => {
    const { origin } = await serve(() => ({ status, headers }));
    expect((await refusal(apiOf(origin).get(['contents', '1']))).retryAfterSeconds).toBe(seconds);
  });

  it('keeps what Webex says, with the tracking id of the body', async () => {
    const body = sample('error_409_body.emulator.json');
    const { origin } = await serve(() => ({ status: 409, headers: { trackingid: 'header' }, body }));
    const error = await refusal(apiOf(origin).post(['memberships'], {}));
    expect(error).toMatchObject({
      outcome: 'invalid',
      platformMessage: 'Person is already in the room.',
      descriptions: ['Person is already in the room.'],
      trackingId: 'EM_9385e39a-c3d0-4581-8639-718ea3c297b5',
      mayHaveHappened: false,
    });
    expect(error.answer?.bytes.toString()).toBe(body);
  });

  it('keeps the tracking id of the header of a 401 without a body', async () => {
    const { origin } = await serve(() => ({ status: 401, headers: { TrackingID: 'ROUTER_1' } }));
    expect(await refusal(apiOf(origin).get(['people', 'me']))).toMatchObject({
      outcome: 'auth',
      trackingId: 'ROUTER_1',
      platformMessage: undefined,
      descriptions: [],
    });
  });

  it.each(['{"id":', '<html></html>', '\ufeff{}', '{}{}'])('takes a 200 with %j for a passing fault', async (body) => {
    const { origin } = await serve(() => ({ body }));
    const error = await refusal(apiOf(origin).get(['rooms', '1']));
    expect([error.outcome, error.retryAfterSeconds, error.answer?.bytes.toString()]).toEqual(['retry', 5, body]);
  });

  it('does not try again what nests too deep', async () => {
    const { origin } = await serve(() => ({ body: '['.repeat(100) + ']'.repeat(100) }));
    expect((await refusal(apiOf(origin).get(['rooms', '1']))).outcome).toBe('invalid');
  });

  it('gives up at its own deadline', async () => {
    const { origin } = await serve(() => 'silence');
    const started = performance.now();
    const error = await refusal(apiOf(origin, { timeoutMs: 150 }).get(['rooms']));
    expect([error.outcome, error.platformStatus, error.retryAfterSeconds]).toEqual(['retry', undefined, 5]);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('ends with the reason of the signal that it was given', async () => {
    const { origin } = await serve(() => 'silence');
    const reason = new Error('shutting down');
    const abort = new AbortController();
    setTimeout(() => abort.abort(reason), 50);
    await expect(apiOf(origin).get(['rooms'], {}, abort.signal)).rejects.toBe(reason);
  });

  it.each<[string, Answer | 'hang up', boolean]>([
    ['hung up', 'hang up', true],
    ['a 500', { status: 500 }, true],
    ['a 503', { status: 503 }, true],
    ['a 200 that is cut', { body: '{' }, true],
    ['a 429', { status: 429 }, false],
    ['a 400', { status: 400 }, false],
  ])('says after %s whether a POST may have happened', async (_, answer, may) => {
    const { origin } = await serve(() => answer);
    const api = apiOf(origin);
    expect((await refusal(api.post(['messages'], { text: 'x' }))).mayHaveHappened).toBe(may);
    expect((await refusal(api.put(['messages', '1'], { text: 'x' }))).mayHaveHappened).toBe(false);
  });

  it('tries nothing again by itself', async () => {
    const { origin, seen } = await serve(() => ({ status: 503, headers: { 'retry-after': '1' } }));
    await refusal(apiOf(origin).get(['rooms']));
    expect(seen).toHaveLength(1);
  });

  it.each(['', '.', '..', '\ud800'])('does not take %j for an id', async (id) => {
    const { origin, seen } = await serve(() => ({ body: '{}' }));
    const api = apiOf(origin);
    await expect(Promise.resolve().then(() => api.get(['messages', id]))).rejects.toMatchObject({ outcome: 'invalid' });
    expect(seen).toEqual([]);
  });

  it.each(['', 'two words', 'line\r\nx-injected: 1', 'grüße'])('does not take %j for a token', async (token) => {
    const { origin, seen } = await serve(() => ({ body: '{}' }));
    const error = await refusal(apiOf(origin, { token: () => new Secret(token) }).get(['rooms']));
    expect([error.outcome, seen.length]).toEqual(['auth', 0]);
  });

  it('does not call a base URL that the way out refuses, and says so as a passing fault', async () => {
    const http = new OutboundHttp({ allow: [] });
    cleanUps.unshift(() => http.close());
    const api = new WebexApi(http, { apiUrl: 'https://127.0.0.1/v1', token: () => new Secret('t') });
    expect(await refusal(api.get(['rooms']))).toMatchObject({ outcome: 'retry', mayHaveHappened: false });
  });

  it('refuses a base URL that is none', () => {
    const http = new OutboundHttp({ allow: [] });
    expect(() => new WebexApi(http, { apiUrl: 'webexapis.com', token: () => new Secret('t') })).toThrow(InvalidInput);
  });

  it('keeps the token and the answer out of what an error prints', async () => {
    const { origin } = await serve(() => ({ status: 400, body: '{"secret":"canary-answer"}' }));
    const error = await refusal(apiOf(origin).post(['webhooks'], { secret: 'canary-sent' }));
    expect(inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)).not.toContain('canary');
  });
});

describe('the pages of a list', () => {
  const page = (ids: readonly string[]): string => JSON.stringify({ items: ids.map((id) => ({ id })) });

  it('are followed as they are linked, through empty ones, until there is no next', async () => {
    const pages: Record<string, [readonly string[], string | undefined]> = {
      '/v1/messages?roomId=r&max=2': [['a', 'b'], '/v1/messages?roomId=r&max=2&before&after=x,y;z'],
      '/v1/messages?roomId=r&max=2&before&after=x,y;z': [[], '/v1/messages?cursor=%7B3%7D'],
      '/v1/messages?cursor=%7B3%7D': [[], '/v1/messages?cursor=4'],
      '/v1/messages?cursor=4': [['c'], undefined],
    };
    const { origin, seen } = await serve((url, at) => {
      const [ids, next] = pages[url] ?? [['lost'], undefined];
      const link = `<${at}/v1/first>; rel="first"${next === undefined ? '' : `, <${at}${next}>; rel="next"`}`;
      return { headers: { link }, body: page(ids) };
    });
    const items = await collect(apiOf(origin).items(['messages'], { roomId: 'r', max: 2 }));
    expect(items).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
    expect(seen.map(({ url }) => url)).toEqual(Object.keys(pages));
    expect(new Set(seen.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer canary-token']));
  });

  it('come with their bytes, and things that are no objects are left out of their items', async () => {
    const body = '{"items": [ {"id":"1"}, null, "x", [] ]}';
    const { origin } = await serve(() => ({ body }));
    const pages = await collect(apiOf(origin).pages(['rooms']));
    expect(pages.map((one) => [one.bytes.toString(), itemsOf(one)])).toEqual([[body, [{ id: '1' }]]]);
  });

  it('are read no further than they are wanted', async () => {
    const { origin, seen } = await serve((_, at, count) => ({
      headers: { link: `<${at}/v1/rooms?page=${count}>; rel="next"` },
      body: page([`${count}`]),
    }));
    for await (const item of apiOf(origin).items(['rooms'])) {
      if (item['id'] === '2') break;
    }
    expect(seen).toHaveLength(2);
  });

  it('never take the token to another origin', async () => {
    const other = await serve(() => ({ body: page(['stolen']) }));
    const { origin } = await serve(() => ({
      headers: { link: `<${other.origin}/v1/rooms?page=2>; rel="next"` },
      body: page(['1']),
    }));
    const found: JsonObject[] = [];
    const read = async (): Promise<void> => {
      for await (const item of apiOf(origin, {}, [other.origin]).items(['rooms'])) found.push(item);
    };
    expect((await refusal(read())).outcome).toBe('invalid');
    expect(found).toEqual([{ id: '1' }]);
    expect(other.seen).toEqual([]);
  });

  it.each([
    ['lead back to the first', (at: string) => `${at}/v1/rooms`],
    ['lead to themselves', (at: string, url: string) => `${at}${url}`],
    ['have no URL', () => 'http://['],
  ])('are an error when they %s', async (_, linkOf) => {
    const { origin, seen } = await serve((url, at) => ({
      headers: { link: `<${linkOf(at, url)}>; rel="next"` },
      body: page(['1']),
    }));
    expect((await refusal(collect(apiOf(origin).items(['rooms'])))).outcome).toBe('invalid');
    expect(seen.length).toBeLessThan(3);
  });

  it('are an error when there are too many', async () => {
    const { origin, seen } = await serve((_, at, count) => ({
      headers: { link: `<${at}/v1/rooms?page=${count}>; rel="next"` },
      body: page([]),
    }));
    expect((await refusal(collect(apiOf(origin).items(['rooms'], {}, { maxPages: 3 })))).outcome).toBe('invalid');
    expect(seen).toHaveLength(3);
  });

  it.each(['{}', '{"items":{}}', '[]', ''])('are an error when one is %j, rather than an empty list', async (body) => {
    const { origin } = await serve(() => ({ body }));
    expect((await refusal(collect(apiOf(origin).items(['rooms'])))).outcome).toBe('invalid');
  });

  it('pass on what happens in between', async () => {
    const { origin } = await serve((_, at, count) =>
      count === 1
        ? { headers: { link: `<${at}/v1/rooms?page=2>; rel="next"` }, body: page(['1']) }
        : { status: 429, headers: { 'retry-after': '9' } },
    );
    expect(await refusal(collect(apiOf(origin).items(['rooms'])))).toMatchObject({
      outcome: 'retry',
      retryAfterSeconds: 9,
    });
  });
});

describe('WebexWebhooks', () => {
  it('lists all of them, with what it does not know and a secret that does not print', async () => {
    const first = sample('api_webhooks_list.openapi.json');
    const second = `{"items":[${sample('api_webhook.captured-redacted.json')}]}`;
    const { origin, seen } = await serve((_, at, count) =>
      count === 1 ? { headers: { link: `<${at}/v1/webhooks?page=2>; rel="next"` }, body: first } : { body: second },
    );
    const webhooks = await new WebexWebhooks(apiOf(origin)).list({ ownedBy: 'org' });
    expect(seen.map(({ url }) => url)).toEqual(['/v1/webhooks?max=100&ownedBy=org', '/v1/webhooks?page=2']);
    expect(webhooks.map(({ name, ownedBy, status }) => [name, ownedBy, status])).toEqual([
      ['My Awesome Webhook', 'org', 'active'],
      ['AddedToSpace', 'creator', 'active'],
    ]);
    expect(webhooks[0]?.secret?.reveal()).toBe('86dacc007724d8ea666f88fc77d918dad9537a15');
    expect(Object.keys(webhooks[1]?.others ?? {})).toEqual(['orgId', 'createdBy', 'appId']);
    expect(inspect(webhooks, { depth: 10 }) + JSON.stringify(webhooks)).not.toContain('86dacc');
  });

  it.each([200, 201])('creates one, answered with %i', async (status) => {
    const { origin, seen } = await serve(() => ({ status, body: sample('api_webhook.openapi.json') }));
    const created = await new WebexWebhooks(apiOf(origin)).create({
      name: 'My Awesome Webhook',
      targetUrl: 'https://example.com/mywebhook',
      resource: 'messages',
      event: 'created',
      secret: new Secret('86dacc007724d8ea666f88fc77d918dad9537a15'),
      ownedBy: 'org',
    });
    expect(created.resource).toBe('messages');
    const { filter, ...expected } = JSON.parse(sample('request_webhook_create.openapi.json')) as Record<string, string>;
    expect(filter).toBeDefined();
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual(expected);
  });

  it('switches one on again and gives it another secret', async () => {
    const { origin, seen } = await serve(() => ({ body: sample('api_webhook.openapi.json') }));
    await new WebexWebhooks(apiOf(origin)).update('id/1', {
      name: 'n',
      targetUrl: 'https://example.com/t',
      status: 'active',
      secret: new Secret('s'),
    });
    expect([seen[0]?.method, seen[0]?.url, seen[0]?.body]).toEqual([
      'PUT',
      '/v1/webhooks/id%2F1',
      '{"name":"n","targetUrl":"https://example.com/t","status":"active","secret":"s"}',
    ]);
  });

  it.each([204, 404, 410])('is content with a %i when one is to go', async (status) => {
    const { origin } = await serve(() => ({ status }));
    await expect(new WebexWebhooks(apiOf(origin)).delete('1')).resolves.toBeUndefined();
  });

  it('is not content with a 403', async () => {
    const { origin } = await serve(() => ({ status: 403 }));
    expect((await refusal(new WebexWebhooks(apiOf(origin)).delete('1'))).outcome).toBe('refused');
  });

  it('does not pass over one without an id', async () => {
    const { origin } = await serve(() => ({ body: '{"items":[{"name":"x"}]}' }));
    expect((await refusal(new WebexWebhooks(apiOf(origin)).list())).outcome).toBe('invalid');
  });

  it.each([
    ['active', true],
    ['inactive', false],
    ['disabled', false],
    ['', false],
  ])('takes the status %j for on: %s', (status, on) => {
    const webhook = readWebhook({ id: '1', status });
    expect(webhook !== undefined && isActive(webhook)).toBe(on);
  });
});
