import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeLowerHex, digestsEqual, hmac, hmacKey, type HmacAlgorithm } from './hmac.js';

interface WycheproofMacSuite {
  numberOfTests: number;
  testGroups: {
    tagSize: number;
    tests: { tcId: number; key: string; msg: string; tag: string; result: 'valid' | 'invalid' }[];
  }[];
}

interface KnownAnswers {
  algorithm: 'sha1' | 'sha256';
  cases: { case: number; key: string; data: string; mac: string; truncated_to_bits: number }[];
}

interface PublishedAnswers {
  github_validating_deliveries: { secret: string; payload: string; header: string };
  standard_webhooks_reference_libraries: {
    secret: string;
    id: string;
    timestamp: number;
    payload: string;
    signature: string;
  };
}

interface SignatureVectors {
  secret: string;
  vectors: { name: string; rawBody: string; token: string; valid: boolean }[];
}

const fixture = (path: string): string =>
  readFileSync(new URL(`../../../test/fixtures/${path}`, import.meta.url), 'utf8');
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe.each<[HmacAlgorithm, number, number]>([
  ['sha1', 170, 66],
  ['sha256', 174, 66],
  ['sha512', 174, 66],
])('Wycheproof vectors of HMAC-%s', (algorithm, total, valid) => {
  // The suite's published schema promises this shape.
  const suite = JSON.parse(fixture(`wycheproof/hmac_${algorithm}_test.json`)) as WycheproofMacSuite;
  const verdicts = suite.testGroups.flatMap(({ tagSize, tests }) =>
    tests.map((test) => {
      // RFC 2104 section 5: a truncated MAC is the leftmost bits of the full one.
      const expected = hmac(algorithm, hmacKey(hex(test.key)), hex(test.msg)).subarray(0, tagSize / 8);
      return { tcId: test.tcId, accepted: digestsEqual(expected, hex(test.tag)), valid: test.result === 'valid' };
    }),
  );

  it('are all there', () => {
    expect(verdicts).toHaveLength(total);
    expect(suite.numberOfTests).toBe(total);
    expect(verdicts.filter((verdict) => verdict.valid)).toHaveLength(valid);
  });

  it('are accepted when valid and refused when not', () => {
    expect(verdicts.filter((verdict) => verdict.accepted !== verdict.valid)).toEqual([]);
  });
});

describe.each([
  ['RFC 2202', 'kat/rfc2202-hmac-sha1.json'],
  ['RFC 4231', 'kat/rfc4231-hmac-sha256.json'],
])('known answers of %s', (_rfc, path) => {
  // Typed in for this project in this shape.
  const { algorithm, cases } = JSON.parse(fixture(path)) as KnownAnswers;

  it('are seven', () => {
    expect(cases).toHaveLength(7);
  });

  it.each(cases)('case $case', ({ key, data, mac, truncated_to_bits: bits }) => {
    expect(
      hmac(algorithm, hmacKey(hex(key)), hex(data))
        .subarray(0, bits / 8)
        .toString('hex'),
    ).toBe(mac);
  });
});

describe('published examples of webhook signatures', () => {
  // Extracted for this project in this shape.
  const published = JSON.parse(fixture('kat/published-known-answers.json')) as PublishedAnswers;

  it('GitHub', () => {
    const { secret, payload, header } = published.github_validating_deliveries;
    const presented = decodeLowerHex(header.replace(/^sha256=/, ''), 32);
    expect(presented).toEqual(hmac('sha256', hmacKey(secret), Buffer.from(payload)));
  });

  it('Standard Webhooks', () => {
    const { secret, id, timestamp, payload, signature } = published.standard_webhooks_reference_libraries;
    const key = hmacKey(Buffer.from(secret.replace(/^whsec_/, ''), 'base64'));
    const mac = hmac('sha256', key, Buffer.from(`${id}.${timestamp}.${payload}`));
    expect(`v1,${mac.toString('base64')}`).toBe(signature);
  });
});

describe('signature vectors of Watson Work', () => {
  // Written for this project in this shape.
  const { secret, vectors } = JSON.parse(fixture('watson-work/signature-vectors.json')) as SignatureVectors;

  it('are thirteen, three of them bad', () => {
    expect(vectors).toHaveLength(13);
    expect(vectors.filter((vector) => !vector.valid).map((vector) => vector.name)).toEqual([
      'invalid',
      'upper-case-hex',
      'truncated',
    ]);
  });

  it.each(vectors)('$name', ({ rawBody, token, valid }) => {
    const presented = decodeLowerHex(token, 32);
    const accepted =
      presented !== undefined && digestsEqual(hmac('sha256', hmacKey(secret), Buffer.from(rawBody)), presented);
    expect(accepted).toBe(valid);
  });
});

describe('hmacKey', () => {
  it.each<[string, string | Uint8Array]>([
    ['text', ''],
    ['bytes', new Uint8Array()],
  ])('refuses empty %s', (_kind, empty) => {
    expect(() => hmacKey(empty)).toThrow(RangeError);
  });

  it('refuses a text without a UTF-8 form, which would share its key with U+FFFD', () => {
    expect(() => hmacKey('\ud800')).toThrow(TypeError);
  });

  it('takes a text as its UTF-8 bytes', () => {
    expect(hmacKey('Grüße').equals(hmacKey(Buffer.from('Grüße', 'utf8')))).toBe(true);
    expect(hmacKey('Grüße').symmetricKeySize).toBe(7);
  });

  it('keeps its own copy of the bytes', () => {
    const bytes = Buffer.from('secret');
    const key = hmacKey(bytes);
    bytes.fill(0);
    expect(key.equals(hmacKey('secret'))).toBe(true);
  });
});

describe('digestsEqual', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 64 });

  it('accepts a copy', () => {
    fc.assert(
      fc.property(bytes, (digest) => {
        expect(digestsEqual(digest, Uint8Array.from(digest))).toBe(true);
      }),
    );
  });

  it('agrees with a plain comparison on any two arrays, and never throws', () => {
    const few = fc.uint8Array({ min: 0, max: 1, maxLength: 3 });
    fc.assert(
      fc.property(few, few, (one, other) => {
        expect(digestsEqual(one, other)).toBe(one.length > 0 && Buffer.from(one).equals(other));
      }),
    );
  });

  it('refuses every single changed bit', () => {
    const digest = hmac('sha256', hmacKey('key'), Buffer.from('message'));
    for (let bit = 0; bit < digest.length * 8; bit++) {
      expect(digestsEqual(digest, flipBit(digest, bit))).toBe(false);
    }
  });

  it.each([0, 1, 16, 31, 33, 64])('refuses %i bytes presented for 32', (length) => {
    expect(digestsEqual(Buffer.alloc(32), Buffer.alloc(length))).toBe(false);
  });

  it('refuses an empty digest presented for an empty one', () => {
    expect(digestsEqual(Buffer.alloc(0), Buffer.alloc(0))).toBe(false);
  });
});

describe('decodeLowerHex', () => {
  it('reads what was written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const digest = Buffer.from(bytes);
        expect(decodeLowerHex(digest.toString('hex'), digest.length)).toEqual(digest);
      }),
    );
  });

  it('reads no text but the one spelling of its bytes', () => {
    const nearHex = fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdefABCDEFg \n')), maxLength: 8 });
    fc.assert(
      fc.property(nearHex, fc.nat({ max: 4 }), (text, length) => {
        const decoded = decodeLowerHex(text, length);
        expect(decoded !== undefined).toBe(
          /^(?:[0-9a-f]{2})*$/.test(text) && text.length === 2 * length && !text.includes('\n'),
        );
        expect(decoded?.toString('hex') ?? text).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['upper case', 'AB'],
    ['one upper-case letter', 'aB'],
    ['a bad character at the end', 'ag'],
    ['a space', 'a '],
    ['a prefix', '0x'],
    ['a line feed at the end', 'a\n'],
    ['a full-width digit', 'a０'],
    ['too short', 'a'],
    ['too long', 'abc'],
    ['nothing', ''],
  ])('refuses %s', (_what, text) => {
    expect(decodeLowerHex(text, 1)).toBeUndefined();
  });
});

function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  return bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}
