import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createApiKey, hashApiKey, parseApiKey } from './api-key.js';
import { digestsEqual } from './hmac.js';

const ID = 'abcdefgh2345';
const SECRET = 'A'.repeat(43);

describe('createApiKey', () => {
  it('writes prefix, id and 256 bits', () => {
    const { id, text } = createApiKey();
    expect(id).toMatch(/^[a-z2-7]{12}$/);
    expect(text).toMatch(/^lia_[a-z2-7]{12}_[A-Za-z0-9_-]{43}$/);
    expect(text.startsWith(`lia_${id}_`)).toBe(true);
    expect(Buffer.from(text.slice(-43), 'base64url')).toHaveLength(32);
  });

  it('makes keys that are read back and proved by their hash', () => {
    for (let round = 0; round < 200; round++) {
      const { id, text, hash } = createApiKey();
      const parsed = parseApiKey(text);
      expect(parsed?.id).toBe(id);
      expect(digestsEqual(hash, hashApiKey(parsed?.secret ?? ''))).toBe(true);
    }
  });

  it('keeps the secret out of the hash it hands over for storage', () => {
    const { text, hash } = createApiKey();
    expect(hash).toHaveLength(32);
    expect(hash.equals(Buffer.from(text.slice(-43), 'base64url'))).toBe(false);
  });

  it('repeats neither ids nor secrets, and uses the whole alphabet for ids', () => {
    const keys = Array.from({ length: 1000 }, () => createApiKey());
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1000);
    expect(new Set(keys.map(({ text }) => text.slice(-43))).size).toBe(1000);
    expect(new Set(keys.flatMap(({ id }) => Array.from(id))).size).toBe(32);
  });
});

describe('parseApiKey', () => {
  it('takes a key apart', () => {
    expect(parseApiKey(`lia_${ID}_${SECRET}`)).toEqual({ id: ID, secret: SECRET });
  });

  it('takes a secret that holds the separator', () => {
    const secret = '_'.repeat(42) + 'A';
    expect(parseApiKey(`lia_${ID}_${secret}`)).toEqual({ id: ID, secret });
  });

  it.each([
    ['nothing', ''],
    ['another prefix', `lib_${ID}_${SECRET}`],
    ['an upper-case prefix', `LIA_${ID}_${SECRET}`],
    ['an upper-case id', `lia_${ID.toUpperCase()}_${SECRET}`],
    ['a character outside base32', `lia_abcdefgh0189_${SECRET}`],
    ['a short id', `lia_${ID.slice(1)}_${SECRET}`],
    ['a long id', `lia_${ID}a_${SECRET}`],
    ['a short secret', `lia_${ID}_${SECRET.slice(1)}`],
    ['a long secret', `lia_${ID}_${SECRET}A`],
    ['standard base64', `lia_${ID}_+${SECRET.slice(1)}`],
    ['spare bits that are set', `lia_${ID}_${SECRET.slice(1)}B`],
    ['padding', `lia_${ID}_${SECRET}=`],
    ['a space in front', ` lia_${ID}_${SECRET}`],
    ['a line feed behind', `lia_${ID}_${SECRET}\n`],
  ])('refuses %s', (_what, text) => {
    expect(parseApiKey(text)).toBeUndefined();
  });

  it('reads exactly the secrets that are 32 bytes in their one spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 31, maxLength: 33 }), (bytes) => {
        const secret = Buffer.from(bytes).toString('base64url');
        expect(parseApiKey(`lia_${ID}_${secret}`)?.secret).toBe(bytes.length === 32 ? secret : undefined);
      }),
    );
  });

  it('reads any text without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseApiKey(text)).toBeUndefined();
      }),
    );
  });
});

describe('hashApiKey', () => {
  it('is the SHA-256 of the text, for any text', () => {
    fc.assert(
      fc.property(fc.string(), (secret) => {
        expect(hashApiKey(secret)).toEqual(createHash('sha256').update(secret).digest());
      }),
    );
  });

  it('is the published answer for "abc" (FIPS 180-4)', () => {
    expect(hashApiKey('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
