import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { OutboundFailed, OutboundRefused } from './outbound.errors.js';
import { OutboundHttp, type OutboundCall, type OutboundOptions } from './outbound-http.js';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

function outbound(options: OutboundOptions): OutboundHttp {
  const http = new OutboundHttp(options);
  cleanUps.unshift(() => http.close());
  return http;
}

async function serve(listener: RequestListener): Promise<{ server: Server; endpoint: string; url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  // A server that listens on TCP has this form of address.
  const { port } = server.address() as AddressInfo;
  return { server, endpoint: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}` };
}

async function failure(http: OutboundHttp, call: Partial<OutboundCall> & { url: string }): Promise<unknown> {
  return http.request({ method: 'GET', ...call }).then(
    (answer) => `answered ${answer.status}`,
    (error: unknown) => error,
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}

const reasonOf = (error: unknown): string =>
  error instanceof OutboundRefused || error instanceof OutboundFailed ? error.reason : String(error);

describe('OutboundHttp', () => {
  it('sends what it is given to a listed endpoint and gives back status, headers and exact bytes', async () => {
    const bytes = Buffer.from([0, 255, 10, 128]);
    const seen: unknown[] = [];
    const { endpoint, url } = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        seen.push(request.method, request.url, request.headers['x-one'], body);
        response.writeHead(418, { 'X-Two': ['a', 'b'], 'Content-Type': 'text/x' }).end(bytes);
      });
    });
    const answer = await outbound({ allow: [endpoint] }).request({
      method: 'POST',
      url: `${url}/path?query=1&bare#fragment`,
      headers: { 'X-One': '1' },
      body: 'grüße',
    });
    expect(seen).toEqual(['POST', '/path?query=1&bare', '1', 'grüße']);
    expect(answer.status).toBe(418);
    expect(answer.headers).toMatchObject({ 'x-two': 'a, b', 'content-type': 'text/x' });
    expect(answer.body.equals(bytes)).toBe(true);
  });

  it('reuses connections', async () => {
    let connections = 0;
    const { server, endpoint, url } = await serve((_, response) => response.end());
    server.on('connection', () => connections++);
    const http = outbound({ allow: [endpoint] });
    for (let i = 0; i < 20; i++) await http.request({ method: 'GET', url });
    // A second one is opened while the first is not yet back from its call.
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('does not call loopback that is not listed, by address or by name', async () => {
    let calls = 0;
    const { server, url } = await serve((_, response) => {
      calls++;
      response.end();
    });
    server.on('connection', () => calls++);
    const http = outbound({ allow: ['127.0.0.1:1'] });
    for (const target of [url, url.replace('http:', 'https:'), url.replace('127.0.0.1', 'localhost')]) {
      expect(await failure(http, { url: target })).toBeInstanceOf(OutboundRefused);
    }
    expect(calls).toBe(0);
  });

  it.each([
    ['loopback', ['127.0.0.1']],
    ['a public address and loopback', ['93.184.216.34', '127.0.0.1']],
    ['a mapped loopback', ['::ffff:127.0.0.1']],
  ])('does not connect when a name resolves to %s', async (_, addresses) => {
    const http = outbound({
      allow: [],
      resolve: () => Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))),
    });
    const error = await failure(http, {
      url: 'https://crm.example/?token=canary',
      headers: { authorization: 'canary' },
    });
    expect(error).toBeInstanceOf(OutboundRefused);
    expect(reasonOf(error)).toBe('address');
  });

  it('asks the resolver anew for every connection, so that a name that moved inside is refused', async () => {
    const names: string[] = [];
    const http = outbound({
      allow: [],
      resolve: (name) => {
        names.push(name);
        if (names.length === 1) return Promise.reject(Object.assign(new Error('later'), { code: 'EAI_AGAIN' }));
        return Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
      },
    });
    expect(reasonOf(await failure(http, { url: 'https://crm.example/' }))).toBe('network');
    expect(reasonOf(await failure(http, { url: 'https://crm.example/' }))).toBe('address');
    expect(names).toEqual(['crm.example', 'crm.example']);
  });

  it('checks a name even when another endpoint of that name is listed', async () => {
    const http = outbound({
      allow: ['crm.example:8080'],
      resolve: () => Promise.resolve([{ address: '10.0.0.1', family: 4 }]),
    });
    expect(reasonOf(await failure(http, { url: 'https://crm.example/' }))).toBe('address');
  });

  it.each([301, 302, 303, 307, 308])('gives a %i back instead of following it', async (status) => {
    const paths: (string | undefined)[] = [];
    const { endpoint, url } = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    const answer = await outbound({ allow: [endpoint] }).request({
      method: 'POST',
      url: `${url}/here`,
      headers: { authorization: 'Bearer canary' },
      body: 'x',
    });
    expect([answer.status, answer.headers['location']]).toEqual([status, '/elsewhere']);
    expect(paths).toEqual(['/here']);
  });

  it('uses no proxy of the environment', async () => {
    let proxied = 0;
    const proxy = await serve((_, response) => {
      proxied++;
      response.end('proxy');
    });
    proxy.server.on('connect', (_, socket) => {
      proxied++;
      socket.destroy();
    });
    const { endpoint, url } = await serve((_, response) => response.end('direct'));
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    const before = names.map((name) => [name, process.env[name]] as const);
    try {
      for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : proxy.url;
      const http = outbound({
        allow: [endpoint],
        resolve: () => Promise.resolve([{ address: '10.0.0.1', family: 4 }]),
      });
      expect((await http.request({ method: 'GET', url })).body.toString()).toBe('direct');
      expect(reasonOf(await failure(http, { url: 'https://crm.example/' }))).toBe('address');
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    }
    expect(proxied).toBe(0);
  });

  it('takes an answer of exactly the cap and refuses one byte more', async () => {
    const { endpoint, url } = await serve((request, response) =>
      response.end(Buffer.alloc(Number(request.url?.slice(1)))),
    );
    const http = outbound({ allow: [endpoint] });
    expect((await http.request({ method: 'GET', url: `${url}/1000`, maxBytes: 1_000 })).body.length).toBe(1_000);
    expect(reasonOf(await failure(http, { url: `${url}/1001`, maxBytes: 1_000 }))).toBe('too-large');
    expect((await http.request({ method: 'GET', url: `${url}/10`, maxBytes: 1_000 })).body.length).toBe(10);
  });

  it('stops reading an answer without end at the cap, and hangs up', async () => {
    let sent = 0;
    const hungUp = new EventEmitter();
    const closed = once(hungUp, 'close');
    const { endpoint, url } = await serve((_, response) => {
      const chunk = Buffer.alloc(65_536);
      const pump = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      };
      response.on('drain', pump).on('close', () => hungUp.emit('close'));
      pump();
    });
    expect(reasonOf(await failure(outbound({ allow: [endpoint] }), { url }))).toBe('too-large');
    await closed;
    expect(sent).toBeLessThan(50_000_000);
  });

  it('asks for uncompressed bytes and never inflates what comes compressed nevertheless', async () => {
    const bomb = gzipSync(Buffer.alloc(2_000_000));
    const accepted: unknown[] = [];
    const { endpoint, url } = await serve((request, response) => {
      accepted.push(request.headers['accept-encoding']);
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    const headers = { 'Accept-Encoding': 'gzip' };
    const answer = await outbound({ allow: [endpoint] }).request({ method: 'GET', url, headers, maxBytes: 10_000 });
    expect(answer.body.equals(bomb)).toBe(true);
    expect(accepted).toEqual(['identity']);
  });

  it.each<[string, RequestListener]>([
    ['that never answers', () => undefined],
    ['that never ends its answer', (_, response) => response.writeHead(200).write('x')],
    [
      'that sends a byte now and then',
      (_, response) => {
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('gives up on a side %s at the deadline', async (_, listener) => {
    const { endpoint, url } = await serve(listener);
    const started = performance.now();
    expect(reasonOf(await failure(outbound({ allow: [endpoint] }), { url, timeoutMs: 200 }))).toBe('timeout');
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('counts the time that a name takes to resolve', async () => {
    const http = outbound({ allow: [], resolve: () => new Promise(() => undefined) });
    const started = performance.now();
    expect(reasonOf(await failure(http, { url: 'https://crm.example/', timeoutMs: 100 }))).toBe('timeout');
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('ends with the reason of the signal that it was given', async () => {
    const { endpoint, url } = await serve(() => undefined);
    const http = outbound({ allow: [endpoint] });
    const lostInterest = new Error('lost interest');
    const abort = new AbortController();
    setTimeout(() => abort.abort(lostInterest), 50);
    expect(await failure(http, { url, signal: abort.signal })).toBe(lostInterest);
    expect(await failure(http, { url, signal: abort.signal })).toBe(lostInterest);
  });

  it('serves others while one call is given up', async () => {
    const { endpoint, url } = await serve((request, response) => {
      if (request.url === '/quick') response.end('ok');
    });
    const http = outbound({ allow: [endpoint] });
    const slow = failure(http, { url: `${url}/slow`, timeoutMs: 300 });
    expect((await http.request({ method: 'GET', url: `${url}/quick` })).body.toString()).toBe('ok');
    expect(reasonOf(await slow)).toBe('timeout');
    expect((await http.request({ method: 'GET', url: `${url}/quick` })).body.toString()).toBe('ok');
  });

  it('says network when nobody listens, when the other side hangs up and when it talks nonsense', async () => {
    const gone = await serve((_, response) => response.end());
    gone.server.close();
    const { endpoint, url } = await serve((request) =>
      request.socket.end(request.url === '/nonsense' ? 'nonsense' : ''),
    );
    const http = outbound({ allow: [gone.endpoint, endpoint] });
    for (const target of [gone.url, url, `${url}/nonsense`]) {
      const error = await failure(http, { url: target });
      expect(error).toBeInstanceOf(OutboundFailed);
      expect(reasonOf(error)).toBe('network');
    }
  });

  it('says tls when the other side has none', async () => {
    const { endpoint, url } = await serve((_, response) => response.end());
    const http = outbound({ allow: [endpoint] });
    expect(reasonOf(await failure(http, { url: url.replace('http:', 'https:') }))).toBe('tls');
  });

  it.each([
    ['a value with a line break', { 'x-a': 'b\r\nx-c: d' }],
    ['a name with a line break', { 'x-a\r\nx-c': 'd' }],
  ])('refuses headers with %s and sends nothing', async (_, headers) => {
    let calls = 0;
    const { endpoint, url } = await serve((_request, response) => {
      calls++;
      response.end();
    });
    expect(reasonOf(await failure(outbound({ allow: [endpoint] }), { url, headers }))).toBe('malformed');
    expect(calls).toBe(0);
  });

  it('keeps the query and the headers out of its errors', async () => {
    const { endpoint, url } = await serve((request) => request.socket.destroy());
    const error = await failure(outbound({ allow: [endpoint] }), {
      url: `${url}/canary?canary=canary`,
      headers: { authorization: 'Bearer canary' },
      body: 'canary',
      method: 'POST',
    });
    expect(error).toBeInstanceOf(OutboundFailed);
    const { cause } = error instanceof Error ? error : {};
    expect(
      [error, cause].map((one) => (one instanceof Error ? `${one.message} ${one.stack ?? ''}` : '')).join(),
    ).not.toContain('canary');
  });

  it('ends connections and calls when it is closed', async () => {
    const { endpoint, url } = await serve(() => undefined);
    const http = outbound({ allow: [endpoint] });
    const pending = failure(http, { url });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await http.close();
    expect(reasonOf(await pending)).toBe('network');
    expect(reasonOf(await failure(http, { url }))).toBe('network');
  });
});
