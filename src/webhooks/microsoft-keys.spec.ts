import { describe, expect, it } from 'vitest';
import { type OutboundAnswer, type OutboundCall } from '../common/outbound/outbound-http.js';
import { fetchJsonWith } from './microsoft-keys.js';

describe('fetchJsonWith', () => {
  const calls: OutboundCall[] = [];
  const answering = (answer: Partial<OutboundAnswer>) =>
    fetchJsonWith({
      request: (call) => {
        calls.push(call);
        return Promise.resolve({ status: 200, headers: {}, body: Buffer.from('{"keys":[]}'), ...answer });
      },
    });

  it('gets a document without any credential, within a time and a size', async () => {
    expect(await answering({})('https://login.example/keys')).toEqual({ keys: [] });
    const [{ timeoutMs = Infinity, maxBytes = Infinity, headers } = {}] = calls;
    expect(Object.keys(headers ?? {})).toEqual(['accept']);
    expect(2 * timeoutMs).toBeLessThan(5_000);
    expect(maxBytes).toBeLessThan(2_000_000);
  });

  it.each([{ status: 301 }, { status: 404 }, { status: 503 }, { body: Buffer.from('<html>') }])(
    'throws for %j',
    async (answer) => {
      await expect(answering(answer)('https://login.example/keys')).rejects.toThrow(TypeError);
    },
  );
});
