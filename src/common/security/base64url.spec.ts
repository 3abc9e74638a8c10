import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64url } from './base64url.js';

describe('decodeBase64url', () => {
  it('reads back what was written, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.string(), (bytes, text) => {
        const written = Buffer.from(bytes).toString('base64url');
        expect(decodeBase64url(written)).toEqual(Buffer.from(bytes));
        expect(decodeBase64url(text)?.toString('base64url') ?? text).toBe(text);
      }),
    );
  });

  it.each([
    ['padding', 'AA=='],
    ['a blank', 'AA A'],
    ['a line feed', 'AAAA\n'],
    ['the other alphabet', '+/+/'],
    ['spare bits that are set', 'AB'],
    ['a length that no bytes have', 'AAAAA'],
    ['a dot', 'AA.A'],
  ])('refuses %s', (_what, text) => {
    expect(decodeBase64url(text)).toBeUndefined();
  });
});
