import { request } from 'node:http';

/** How fast a long answer came. */
export interface StreamResult {
  readonly items: number;
  readonly seconds: number;
  readonly megabytes: number;
}

/** Follows the change feed from its beginning, page by page, for so long or to its end. */
export async function followFeed(port: number, credential: string, seconds: number): Promise<StreamResult> {
  const started = performance.now();
  let items = 0;
  let bytes = 0;
  let after = '';
  while (performance.now() - started < seconds * 1_000) {
    const response = await fetch(`http://127.0.0.1:${port}/v1/events?limit=200${after}`, {
      headers: { authorization: `Bearer ${credential}` },
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`the feed answered ${response.status}`);
    // The shape of the feed's answer.
    const page = JSON.parse(text) as { items: readonly object[]; nextCursor: string | null };
    items += page.items.length;
    bytes += text.length;
    if (page.items.length === 0 || page.nextCursor === null) break;
    after = `&after=${page.nextCursor}`;
  }
  return { items, seconds: (performance.now() - started) / 1_000, megabytes: bytes / 1e6 };
}

/** Reads a streamed answer, for so long or to its end, and counts its lines. */
export function readLines(port: number, path: string, credential: string, seconds: number): Promise<StreamResult> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    let items = 0;
    let bytes = 0;
    const headers = { authorization: `Bearer ${credential}`, accept: 'application/x-ndjson' };
    const call = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${path} answered ${response.statusCode ?? 0}`));
      const done = (): void =>
        resolve({ items, seconds: (performance.now() - started) / 1_000, megabytes: bytes / 1e6 });
      response.on('data', (part: Buffer) => {
        bytes += part.length;
        for (const byte of part) if (byte === 10) items += 1;
        if (performance.now() - started > seconds * 1_000) call.destroy();
      });
      // Ends both ways: at its end, and when we had enough.
      response.on('close', done);
      response.on('error', done);
    });
    call.on('error', (error) => (call.destroyed ? undefined : reject(error)));
    call.end();
  });
}
