import { createSecretKey, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';

import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import { generateMasterKey, type MasterKey, parseMasterKeys, SecretBox, SecretBoxError } from './secret-box.js';

const PLAINTEXT = 'refresh-token-of-a-team';
const PLACE = 'grants.refresh_token:7';

const keyText = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
const masterKey = (id: string, byte: number): MasterKey => ({ id, key: createSecretKey(Buffer.alloc(32, byte)) });

/** The failure of `work`; fails the test when there is none. */
function failureOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

function codeOf(work: () => unknown): string {
  const error = failureOf(work);
  expect(error).toBeInstanceOf(SecretBoxError);
  return error instanceof SecretBoxError ? error.code : 'another error';
}

describe('SecretBox', () => {
  let box: SecretBox;

  beforeEach(() => {
    box = new SecretBox([masterKey('current', 1), masterKey('older', 2)]);
  });

  it('opens what it sealed, for the place it was sealed for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (plaintext, place) => {
        expect(box.open(box.seal(plaintext, place), place)).toBe(plaintext);
      }),
    );
  });

  it('writes version, key id, IV and ciphertext with tag, and nothing readable', () => {
    const sealed = box.seal(PLAINTEXT, PLACE);
    expect(sealed).toMatch(/^v1\.current\.[\w-]{16}\.[\w-]+$/);
    const [, , iv = '', ciphertextAndTag = ''] = sealed.split('.');
    expect(Buffer.from(iv, 'base64url')).toHaveLength(12);
    const bytes = Buffer.from(ciphertextAndTag, 'base64url');
    expect(bytes).toHaveLength(PLAINTEXT.length + 16);
    expect(bytes.includes(PLAINTEXT)).toBe(false);
  });

  it('never uses an IV twice', () => {
    const ivs = Array.from({ length: 1000 }, () => box.seal(PLAINTEXT, PLACE).split('.')[2]);
    expect(new Set(ivs).size).toBe(1000);
  });

  it('opens a value that another implementation sealed, so the stored form cannot change unnoticed', () => {
    // Made with Python's cryptography package: key 32 x 01, IV 00..0b, associated data 'v1.current.' + PLACE.
    const stored = 'v1.current.AAECAwQFBgcICQoL.ycPzVEWNblSKBYyhTkSnxYOnRn6Q8Cg7dRkcJDCS_jz0tzdh-ju3';
    expect(box.open(stored, PLACE)).toBe(PLAINTEXT);
  });

  it('refuses every single flipped bit of a sealed value', () => {
    const sealed = box.seal(PLAINTEXT, PLACE);
    const bytes = Buffer.from(sealed, 'latin1');
    const codes = new Set<string>();
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      codes.add(codeOf(() => box.open(flipped.toString('latin1'), PLACE)));
    }
    expect([...codes].sort()).toEqual(['cannot-open', 'malformed-sealed-value', 'unknown-master-key']);
  });

  it('refuses every single flipped bit of the IV, the ciphertext and the tag behind the text', () => {
    const [version = '', id = '', ...parts] = box.seal(PLAINTEXT, PLACE).split('.');
    parts.forEach((part, changed) => {
      const bytes = Buffer.from(part, 'base64url');
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const text = parts.map((kept, index) => (index === changed ? flipped.toString('base64url') : kept));
        expect(codeOf(() => box.open([version, id, ...text].join('.'), PLACE))).toBe('cannot-open');
      }
    });
  });

  it('refuses every value cut short', () => {
    const sealed = box.seal(PLAINTEXT, PLACE);
    for (let length = 0; length < sealed.length; length++) {
      expect(['cannot-open', 'malformed-sealed-value']).toContain(
        codeOf(() => box.open(sealed.slice(0, length), PLACE)),
      );
    }
  });

  it('refuses a value copied from another row', () => {
    const [one, other] = [box.seal('one', 'grants:1'), box.seal('other', 'grants:2')];
    expect(codeOf(() => box.open(one, 'grants:2'))).toBe('cannot-open');
    expect(codeOf(() => box.open(other, 'grants:1'))).toBe('cannot-open');
    expect([box.open(one, 'grants:1'), box.open(other, 'grants:2')]).toEqual(['one', 'other']);
  });

  it('refuses any place but its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (place, elsewhere) => {
        fc.pre(place !== elsewhere);
        expect(codeOf(() => box.open(box.seal(PLAINTEXT, place), elsewhere))).toBe('cannot-open');
      }),
    );
  });

  it('refuses a value whose key id was exchanged, even for the same key under another name', () => {
    const twins = new SecretBox([masterKey('one', 1), masterKey('two', 1)]);
    const renamed = twins.seal(PLAINTEXT, PLACE).replace('v1.one.', 'v1.two.');
    expect(codeOf(() => twins.open(renamed, PLACE))).toBe('cannot-open');
  });

  it('does not confuse the end of a key id with the start of a place', () => {
    const keys = [masterKey('a', 1), masterKey('a-b', 1)];
    const moved = new SecretBox(keys).seal(PLAINTEXT, '-b.place').replace('v1.a.', 'v1.a-b.');
    expect(codeOf(() => new SecretBox(keys).open(moved, 'place'))).toBe('cannot-open');
  });

  it('refuses a value sealed with another key of the same name', () => {
    const sealed = new SecretBox([masterKey('current', 9)]).seal(PLAINTEXT, PLACE);
    expect(codeOf(() => box.open(sealed, PLACE))).toBe('cannot-open');
  });

  it('says that the master key is unknown when it is', () => {
    const sealed = new SecretBox([masterKey('retired', 9)]).seal(PLAINTEXT, PLACE);
    expect(codeOf(() => box.open(sealed, PLACE))).toBe('unknown-master-key');
  });

  describe('refuses as malformed', () => {
    const iv = 'A'.repeat(16);
    const tag = 'A'.repeat(22);
    it.each([
      ['nothing', ''],
      ['plain text', PLAINTEXT],
      ['another version', `v2.current.${iv}.${tag}`],
      ['an empty key id', `v1..${iv}.${tag}`],
      ['a key id of 33 characters', `v1.${'k'.repeat(33)}.${iv}.${tag}`],
      ['a short IV', `v1.current.${iv.slice(1)}.${tag}`],
      ['a long IV', `v1.current.${iv}A.${tag}`],
      ['a tag that is too short', `v1.current.${iv}.${'A'.repeat(20)}`],
      ['spare bits that are set', `v1.current.${iv}.${'A'.repeat(21)}B`],
      ['padding', `v1.current.${iv}.${tag}==`],
      ['standard base64', `v1.current.${iv}.+${tag.slice(1)}`],
      ['a fifth part', `v1.current.${iv}.${tag}.A`],
      ['a space in front', ` v1.current.${iv}.${tag}`],
      ['a line feed behind', `v1.current.${iv}.${tag}\n`],
    ])('%s', (_what, text) => {
      expect(codeOf(() => box.open(text, PLACE))).toBe('malformed-sealed-value');
      expect(codeOf(() => box.needsResealing(text))).toBe('malformed-sealed-value');
    });
  });

  it('refuses any text that is not a sealed value with its own error and nothing else', () => {
    const parts = fc.array(fc.constantFrom('v1', '.', 'current', 'older', 'A', 'AAAA', '=', '\n', 'é'), {
      maxLength: 24,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          parts.map((some) => some.join('')),
        ),
        (text) => {
          expect(failureOf(() => box.open(text, PLACE))).toBeInstanceOf(SecretBoxError);
        },
      ),
    );
  });

  it('refuses a text without a UTF-8 form instead of changing it', () => {
    expect(() => box.seal('half \ud83d', PLACE)).toThrow(TypeError);
    expect(() => box.seal(PLAINTEXT, '\ud83d')).toThrow(TypeError);
    expect(() => box.open(box.seal(PLAINTEXT, '\ufffd'), '\ud83d')).toThrow(TypeError);
  });

  describe('when the master key is replaced', () => {
    it('opens old values, marks them, and seals them anew with the new key', () => {
      const before = new SecretBox([masterKey('older', 2)]);
      const sealed = before.seal(PLAINTEXT, PLACE);
      expect(before.needsResealing(sealed)).toBe(false);

      expect(box.open(sealed, PLACE)).toBe(PLAINTEXT);
      expect(box.needsResealing(sealed)).toBe(true);

      const resealed = box.seal(box.open(sealed, PLACE), PLACE);
      expect(box.needsResealing(resealed)).toBe(false);

      const after = new SecretBox([masterKey('current', 1)]);
      expect(after.open(resealed, PLACE)).toBe(PLAINTEXT);
      expect(codeOf(() => after.open(sealed, PLACE))).toBe('unknown-master-key');
      expect(after.needsResealing(sealed)).toBe(true);
    });

    it('seals with the first key', () => {
      expect(box.sealingKeyId).toBe('current');
      expect(box.seal(PLAINTEXT, PLACE)).toMatch(/^v1\.current\./);
    });
  });

  it('shows neither keys nor plaintext, in itself or in its errors', () => {
    const key = randomBytes(32);
    const open = new SecretBox([{ id: 'shown', key: createSecretKey(key) }]);
    const sealed = open.seal(PLAINTEXT, PLACE);
    const shown = [
      inspect(open, { depth: 9, showHidden: true }),
      JSON.stringify(open),
      ...[
        failureOf(() => open.open(sealed, 'elsewhere')),
        failureOf(() => open.open(sealed.slice(0, -1), PLACE)),
        failureOf(() => open.open(PLAINTEXT, PLACE)),
        failureOf(() => box.open(sealed, PLACE)),
      ].map((error) => inspect(error, { depth: 9, showHidden: true }).replace(/^\s+at .*$/gm, '')),
    ].join('\n');
    for (const hidden of [PLAINTEXT, sealed, key.toString('hex'), key.toString('base64'), key.toString('latin1')]) {
      expect(shown).not.toContain(hidden);
    }
  });

  it.each<[string, MasterKey[], string]>([
    ['no key', [], 'at least one master key'],
    ['a repeated id', [masterKey('a', 1), masterKey('a', 2)], 'master key 2 of 2: has the id of master key 1'],
    ['a bad id', [masterKey('a.b', 1)], 'master key 1 of 1: the id must be'],
    ['a short key', [{ id: 'a', key: createSecretKey(Buffer.alloc(31)) }], 'master key 1 of 1: the key must be'],
  ])('is not made with %s', (_what, keys, message) => {
    expect(() => new SecretBox(keys)).toThrow(RangeError);
    expect(() => new SecretBox(keys)).toThrow(message);
  });
});

describe('parseMasterKeys', () => {
  it('reads one key', () => {
    const keys = parseMasterKeys(`only:${keyText(1)}`);
    expect(keys.map(({ id }) => id)).toEqual(['only']);
    expect(keys[0]?.key.export()).toEqual(Buffer.alloc(32, 1));
  });

  it('reads several in their order', () => {
    const keys = parseMasterKeys(`2026-08_b:${keyText(1)},A:${keyText(2)},${'x'.repeat(32)}:${keyText(255)}`);
    expect(keys.map(({ id, key }) => [id, key.export()])).toEqual([
      ['2026-08_b', Buffer.alloc(32, 1)],
      ['A', Buffer.alloc(32, 2)],
      ['x'.repeat(32), Buffer.alloc(32, 255)],
    ]);
  });

  const good = `good:${keyText(1)}`;
  it.each([
    ['nothing', '', 'master key 1 of 1: must be id:base64key'],
    ['a key without an id', keyText(1), 'master key 1 of 1: must be id:base64key'],
    ['a comma at the end', `${good},`, 'master key 2 of 2: must be id:base64key'],
    ['an empty id', `:${keyText(7)}`, 'master key 1 of 1: the id must be'],
    ['an id of 33 characters', `${'x'.repeat(33)}:${keyText(7)}`, 'master key 1 of 1: the id must be'],
    ['a dot in an id', `${good},a.b:${keyText(7)}`, 'master key 2 of 2: the id must be'],
    ['a space in front', `${good}, b:${keyText(7)}`, 'master key 2 of 2: the id must be'],
    ['a repeated id', `${good},b:${keyText(7)},good:${keyText(8)}`, 'master key 3 of 3: has the id of master key 1'],
    ['31 bytes', `b:${Buffer.alloc(31, 7).toString('base64')}`, 'master key 1 of 1: the key must be'],
    ['33 bytes', `b:${Buffer.alloc(33, 7).toString('base64')}`, 'master key 1 of 1: the key must be'],
    ['no bytes', 'b:', 'master key 1 of 1: the key must be'],
    ['no padding', `b:${keyText(7).slice(0, -1)}`, 'master key 1 of 1: the key must be'],
    ['base64url', `b:${keyText(255).replaceAll('/', '_')}`, 'master key 1 of 1: the key must be'],
    ['spare bits that are set', `b:${keyText(0).replace('A=', 'B=')}`, 'master key 1 of 1: the key must be'],
    ['a line feed at the end', `b:${keyText(7)}\n`, 'master key 1 of 1: the key must be'],
    ['hex', `b:${Buffer.alloc(32, 7).toString('hex')}`, 'master key 1 of 1: the key must be'],
  ])('refuses %s, naming position and rule', (_what, text, message) => {
    expect(() => parseMasterKeys(text)).toThrow(RangeError);
    expect(() => parseMasterKeys(text)).toThrow(message);
  });

  it('never repeats what it was given', () => {
    const bad = `sensitive.id:${keyText(7)},other:${keyText(8)}x`;
    const shown = inspect(failureOf(() => parseMasterKeys(bad)));
    for (const part of ['sensitive', 'other:', keyText(7), keyText(8)]) {
      expect(shown).not.toContain(part);
    }
  });

  it('does not show keys when inspected or written as JSON', () => {
    const keys = parseMasterKeys(good);
    expect(inspect(keys, { depth: 9, showHidden: true }) + JSON.stringify(keys)).not.toContain(keyText(1).slice(0, 12));
  });
});

describe('generateMasterKey', () => {
  it('gives a key that is read back and seals', () => {
    const box = new SecretBox(parseMasterKeys([generateMasterKey(), generateMasterKey()].join(',')));
    expect(box.open(box.seal(PLAINTEXT, PLACE), PLACE)).toBe(PLAINTEXT);
  });

  it('gives another key each time', () => {
    const keys = Array.from({ length: 100 }, () => generateMasterKey().split(':')[1]);
    expect(new Set(keys).size).toBe(100);
  });
});
