import { type Readable } from 'node:stream';
import { OutboundFailed } from './outbound.errors.js';

/**
 * The whole body when it has at most `maxBytes`. Throws `OutboundFailed('too-large')` as soon as more has come, reads no
 * further and ends the connection; an announced length counts for nothing, because it may be a lie.
 */
export async function readAtMost(body: Readable, maxBytes: number): Promise<Buffer> {
  // Ending a body early makes it emit an error that nobody else listens to.
  body.on('error', () => undefined);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > maxBytes) throw new OutboundFailed('too-large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
