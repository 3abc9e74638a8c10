import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { utf8Bytes } from './utf8.js';

describe('utf8Bytes', () => {
  it('encodes well-formed text so that it can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8Bytes(text).toString('utf8')).toBe(text);
      }),
    );
  });

  it.each(['\ud83d', '\udc4d', 'a\udc4d\ud83db'])('refuses half of a surrogate pair (case %#)', (text) => {
    expect(() => utf8Bytes(text)).toThrow(TypeError);
  });
});
