import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { soqlText } from './salesforce.soql.js';

describe('soqlText', () => {
  it.each([
    ["O'Neil", "'O\\'Neil'"],
    ["x' OR Name != '", "'x\\' OR Name != \\''"],
    ['\\', "'\\\\'"],
    ["\\' OR Id != null", "'\\\\\\' OR Id != null'"],
    ['a\nb"c', "'a\\nb\\\"c'"],
    ['%_', "'%_'"],
  ])('writes %j as %s', (text, expected) => {
    expect(soqlText(text)).toBe(expected);
  });

  it('ends no literal before its end, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", '\\', '"', '\n', 'a') }), (text) => {
        expect(soqlText(text)).toMatch(/^'(?:[^'\\\n]|\\.)*'$/);
      }),
    );
  });
});
