import { parseJsonBytes } from '../json/json.js';

const timeoutMs = 3_000;
/** The longest key list that a platform is known to publish has about 200 kB. */
const maxBytes = 1_048_576;

/**
 * Gets a public JSON document, such as a key list, from a URL that is configuration. Sends no credential, follows no
 * redirect, waits three seconds for the whole and reads 1 MB at most. Throws for anything but a 200 with JSON.
 */
export async function fetchPublicJson(url: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new TypeError(`the host answered with status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // The web type has no element type of its own; fetch bodies are bytes (Fetch standard, "body").
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (bytes > maxBytes) throw new TypeError('the document is too large');
    chunks.push(chunk);
  }
  const parsed = parseJsonBytes(Buffer.concat(chunks));
  if (!parsed.ok) throw new TypeError(`the document is ${parsed.fault}`);
  return parsed.value;
}
