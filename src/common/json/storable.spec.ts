import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonValue } from './json.js';
import { storableJson, storableText } from './storable.js';

/** Any UTF-16 text, lone surrogates and NUL included. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xfffd)))
  .map((units) => String.fromCharCode(...units));

const anyJson = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyText,
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(anyText, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value;

describe('storableText', () => {
  it('gives text that Postgres can hold', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const stored = storableText(text);
        expect(stored.includes('\u0000')).toBe(false);
        expect(stored.isWellFormed()).toBe(true);
      }),
    );
  });

  it('keeps the length, so that positions in the text stay right', () => {
    fc.assert(fc.property(anyText, (text) => storableText(text).length === text.length));
  });

  it('leaves text alone that Postgres can hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('\u0000'));
        expect(storableText(text)).toBe(text);
      }),
    );
  });

  it.each([
    ['a\u0000b', 'a\ufffdb'],
    ['\ud83d', '\ufffd'],
    ['\ude00\ud83d', '\ufffd\ufffd'],
    ['👍', '👍'],
  ])('makes %j %j', (text, expected) => {
    expect(storableText(text)).toBe(expected);
  });
});

describe('storableJson', () => {
  it('changes nothing more when it is done twice', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const once = storableJson(value);
        expect(storableJson(once)).toEqual(once);
      }),
    );
  });

  it('gives JSON text without anything that Postgres refuses', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = JSON.stringify(storableJson(value));
        // A lone surrogate would be written as an escape \\udxxx, a NUL as \\u0000.
        expect(text.replaceAll('\\\\', '')).not.toMatch(/\\u(0000|d[89a-f])/);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(storableJson(value))));
      }),
    );
  });

  it('turns numbers that JSON cannot say into null', () => {
    expect(storableJson([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1])).toEqual([
      null,
      null,
      null,
      1,
    ]);
  });

  it('replaces in names of members as well, and keeps one called __proto__ as data', () => {
    const value = JSON.parse('{"a\\u0000":1,"__proto__":{"b\\ud800":2}}') as JsonValue;
    const stored = storableJson(value);
    expect(JSON.stringify(stored)).toBe('{"a\ufffd":1,"__proto__":{"b\ufffd":2}}');
    expect(Object.getPrototypeOf(stored)).toBe(Object.prototype);
  });
});
