import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filledTextOf, isJsonObject, maxJsonDepth, memberOf, parseJsonBytes, parseJsonText, textOf } from './json.js';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('parseJsonBytes', () => {
  it('gives the value of every JSON document that is not too deep', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        expect(parseJsonBytes(bytes(text))).toEqual({ ok: true, value: JSON.parse(text) as unknown });
      }),
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        const parsed = parseJsonBytes(input);
        if (!parsed.ok) expect(['not-utf8', 'not-json', 'too-deep']).toContain(parsed.fault);
      }),
    );
  });

  it.each([
    ['a latin-1 byte', [0x22, 0xe9, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate in UTF-8', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut character', [0x22, 0xe2, 0x82]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('says that %s is not UTF-8', (_, input) => {
    expect(parseJsonBytes(Uint8Array.from(input))).toEqual({ ok: false, fault: 'not-utf8' });
  });

  it.each([
    '',
    ' ',
    '{',
    '[1,]',
    '{"a":1,}',
    "{'a':1}",
    'NaN',
    '01',
    '"\t"',
    '\ufeff{}',
    '{} {}',
    'undefined',
    '\u0000',
  ])('says that %j is not JSON', (text) => {
    expect(parseJsonBytes(bytes(text))).toEqual({ ok: false, fault: 'not-json' });
  });

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('takes 64 levels of %s and refuses 65', (open, close) => {
    const inner = open === '[' ? '' : '1';
    const nested = (depth: number): Buffer => bytes(open.repeat(depth) + inner + close.repeat(depth));
    expect(parseJsonBytes(nested(maxJsonDepth)).ok).toBe(true);
    expect(parseJsonBytes(nested(maxJsonDepth + 1))).toEqual({ ok: false, fault: 'too-deep' });
  });

  it('refuses 2 MB of opening brackets at once', () => {
    const started = performance.now();
    expect(parseJsonBytes(bytes('['.repeat(2_000_000)))).toEqual({ ok: false, fault: 'too-deep' });
    expect(performance.now() - started).toBeLessThan(500);
  });

  it.each(['"[[[["', '"\\"[["', '"\\\\"', '{"[":"{{{"}', '["a\\\\\\"[[["]'])(
    'does not count brackets inside of the text in %s',
    (text) => {
      const padded = text.replaceAll('[[', '['.repeat(200));
      expect(parseJsonText(padded).ok).toBe(true);
    },
  );

  it('counts what is open at the same time, not what was ever opened', () => {
    expect(parseJsonText(`[${Array.from({ length: 1_000 }, () => '[[]]').join(',')}]`).ok).toBe(true);
  });

  it('lets the last of two equal names win', () => {
    expect(parseJsonText('{"type":"a","type":"b"}')).toEqual({ ok: true, value: { type: 'b' } });
  });
});

describe('members of a JSON object', () => {
  const object = parseJsonText('{"text":"x","empty":"","number":1,"null":null,"__proto__":{"evil":"x"}}');
  const value = object.ok && isJsonObject(object.value) ? object.value : {};

  it.each(['constructor', 'toString', 'hasOwnProperty', 'evil', 'absent'])(
    'do not include the inherited %s',
    (name) => {
      expect(memberOf(value, name)).toBeUndefined();
      expect(textOf(value, name)).toBeUndefined();
    },
  );

  it('include one that is called __proto__, as data', () => {
    expect(memberOf(value, '__proto__')).toEqual({ evil: 'x' });
    expect(({} as Record<string, unknown>)['evil']).toBeUndefined();
  });

  it('are texts only when they are strings, and filled only when not empty', () => {
    expect([textOf(value, 'text'), textOf(value, 'empty'), textOf(value, 'number'), textOf(value, 'null')]).toEqual([
      'x',
      '',
      undefined,
      undefined,
    ]);
    expect([filledTextOf(value, 'text'), filledTextOf(value, 'empty')]).toEqual(['x', undefined]);
  });
});

describe('isJsonObject', () => {
  it.each([null, [], 'x', 1, true, undefined])('says no to %j', (value) => {
    expect(isJsonObject(value)).toBe(false);
  });
});
