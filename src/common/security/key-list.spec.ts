import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasValidSignature, readCompactJws } from './compact-jws.js';
import { KeyList } from './key-list.js';
import { type WantedKey } from './key-source.js';
import { readTokenHeader } from './token-header.js';
import { TokenRejected } from './token.errors.js';

interface WycheproofJwkSuite {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly public?: unknown;
    readonly private?: unknown;
    readonly tests: readonly { readonly tcId: number; readonly jws: string; readonly result: 'valid' | 'invalid' }[];
  }[];
}

const rsa = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey;
const [one, two] = [rsa(), rsa()];
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
const entry = (key: KeyObject, more: object): object => ({ ...key.export({ format: 'jwk' }), ...more });
const wanted = (more: Partial<WantedKey>): WantedKey => ({
  algorithm: 'RS256',
  kid: undefined,
  x5t: undefined,
  claims: {},
  ...more,
});

describe('Wycheproof vectors of JWK', () => {
  // The suite's published schema promises this shape.
  const suite = JSON.parse(
    readFileSync(new URL('../../../test/fixtures/wycheproof/json_web_key_test.json', import.meta.url), 'utf8'),
  ) as WycheproofJwkSuite;

  async function isAccepted(jws: string, document: unknown): Promise<boolean> {
    const read = readCompactJws(jws);
    try {
      const header = readTokenHeader(read?.header ?? {}, ['RS256', 'ES256']);
      const key = KeyList.read(document).find({ ...header, claims: {} });
      return read !== undefined && key !== undefined && (await hasValidSignature(read, header.algorithm, key));
    } catch (error) {
      if (error instanceof TokenRejected || error instanceof TypeError) return false;
      throw error;
    }
  }

  const tests = suite.testGroups.flatMap((group) =>
    group.tests.map((test) => ({ ...test, document: group.public ?? group.private })),
  );

  it('are refused when invalid (21), but for one weakness that no published value shows plainly', async () => {
    const invalid = tests.filter(({ result }) => result === 'invalid');
    const accepted = await Promise.all(invalid.map(({ jws, document }) => isAccepted(jws, document)));
    expect([suite.numberOfTests, invalid.length]).toEqual([26, 21]);
    // 7 is a ROCA key (CVE-2017-15361): to tell it takes a search, and its issuer is one that we trust with its keys.
    expect(invalid.filter((_, index) => accepted[index]).map(({ tcId }) => tcId)).toEqual([7]);
  });

  it('are accepted when valid with a public key (1); shared secrets (4) never are', async () => {
    const valid = tests.filter(({ result }) => result === 'valid');
    const accepted = await Promise.all(valid.map(({ jws, document }) => isAccepted(jws, document)));
    expect(valid).toHaveLength(5);
    expect(valid.filter((_, index) => accepted[index]).map(({ tcId }) => tcId)).toEqual([5]);
  });
});

describe('KeyList', () => {
  it('finds a key by kid, whatever x5t says', () => {
    const list = KeyList.read({ keys: [entry(one, { kid: 'a', x5t: 't' }), entry(two, { kid: 'b' })] });
    expect(list.find(wanted({ kid: 'b', x5t: 't' }))?.key.equals(two)).toBe(true);
    expect(list.find(wanted({ kid: 'none', x5t: 't' }))).toBeUndefined();
  });

  it('finds a key by x5t for a token without kid, and by nothing when it has neither', () => {
    const list = KeyList.read({ keys: [entry(one, { kid: 'a', x5t: 't' })] });
    expect(list.find(wanted({ x5t: 't' }))?.key.equals(one)).toBe(true);
    expect(list.find(wanted({ x5t: 'a' }))).toBeUndefined();
    expect(list.find(wanted({}))).toBeUndefined();
  });

  it('has no key for a kid that two different keys go by, one for a key that is listed twice', () => {
    const list = KeyList.read({
      keys: ['a', 'a', 'b', 'b'].map((kid, index) => entry(index === 1 ? two : one, { kid })),
    });
    expect(list.find(wanted({ kid: 'a' }))).toBeUndefined();
    expect(list.find(wanted({ kid: 'b' }))?.key.equals(one)).toBe(true);
  });

  it('tells keys of one kid apart by their kind', () => {
    const list = KeyList.read({ keys: [entry(one, { kid: 'a' }), entry(ec, { kid: 'a' })] });
    expect(list.find(wanted({ kid: 'a' }))?.key.equals(one)).toBe(true);
    expect(list.find(wanted({ kid: 'a', algorithm: 'ES256' }))?.key.equals(ec)).toBe(true);
    expect(list.find(wanted({ kid: 'a', algorithm: 'ES384' }))).toBeUndefined();
  });

  it('finds the only key that fits for a token without a name, and none where two do', () => {
    const list = KeyList.read({ keys: [entry(one, {}), entry(two, { kid: 'a' }), entry(ec, { kid: 'b' })] });
    expect(list.findUnnamed(wanted({ algorithm: 'ES256' }))?.key.equals(ec)).toBe(true);
    expect(list.findUnnamed(wanted({}))).toBeUndefined();
  });

  it.each([
    ['another use', { use: 'enc' }],
    ['other operations', { key_ops: ['encrypt'] }],
    ['operations that are no list', { key_ops: 'verify' }],
    ['another algorithm', { alg: 'RS384' }],
    ['another kind', { kty: 'EC' }],
    ['a private part', { d: 'AAAA' }],
    ['no modulus', { n: undefined }],
    ['an exponent of one', { e: 'AQ' }],
  ])('leaves out a key with %s', (_what, more) => {
    const list = KeyList.read({ keys: [entry(one, { kid: 'a', ...more }), entry(two, { kid: 'b' })] });
    expect(list.find(wanted({ kid: 'a' }))).toBeUndefined();
  });

  it('leaves out an RSA key of less than 2,048 bits', () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey;
    const list = KeyList.read({ keys: [entry(small, { kid: 'a' }), entry(one, { kid: 'b' })] });
    expect(list.knows(wanted({ kid: 'a' }))).toBe(false);
  });

  it.each([
    ['no object', undefined],
    ['a list', []],
    ['no keys', {}],
    ['keys that are no list', { keys: {} }],
    ['an empty list', { keys: [] }],
    ['nothing usable', { keys: [null, 1, 'x', [], {}, { kty: 'oct', k: 'AAAA' }] }],
    ['more than 1,000 entries', { keys: Array.from({ length: 1_001 }, () => entry(one, { kid: 'a' })) }],
  ])('does not take a document with %s', (_what, document) => {
    expect(() => KeyList.read(document)).toThrow(TypeError);
  });
});
