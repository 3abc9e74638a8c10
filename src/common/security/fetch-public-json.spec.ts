import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchPublicJson } from './fetch-public-json.js';

describe('fetchPublicJson', () => {
  let server: Server | undefined;

  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  });

  async function serve(listener: RequestListener): Promise<string> {
    const listening = createServer(listener);
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    // A TCP server has this kind of address.
    return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/`;
  }

  it('gives the document, and sends no credential', async () => {
    const headers: string[] = [];
    const url = await serve((request, response) => {
      headers.push(...Object.keys(request.headers));
      response.end('{"keys":[1]}');
    });
    expect(await fetchPublicJson(url)).toEqual({ keys: [1] });
    expect(headers).not.toContain('authorization');
    expect(headers).not.toContain('cookie');
  });

  it.each<[string, RequestListener]>([
    [
      'a redirect',
      ({ url }, response) => response.writeHead(url === '/' ? 302 : 200, { location: '/other' }).end('{}'),
    ],
    ['another status', (_, response) => response.writeHead(503).end('{}')],
    ['an empty answer', (_, response) => response.writeHead(204).end()],
    ['no JSON', (_, response) => response.end('<html>')],
    ['a broken connection', (_, response) => response.destroy()],
  ])('throws for %s', async (_what, listener) => {
    await expect(fetchPublicJson(await serve(listener))).rejects.toThrow(TypeError);
  });

  it('stops reading a document that has no end', async () => {
    let sent = 0;
    const url = await serve((_, response) => {
      const more = (): void => {
        if (response.destroyed) return;
        sent += 65_536;
        response.write(Buffer.alloc(65_536, ' '), () => setImmediate(more));
      };
      more();
    });
    await expect(fetchPublicJson(url)).rejects.toThrow('too large');
    expect(sent).toBeLessThan(64 * 1_048_576);
  });

  it('gives up on a host that does not answer in three seconds', async () => {
    const url = await serve(() => undefined);
    const started = performance.now();
    await expect(fetchPublicJson(url)).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(6_000);
  });
});
