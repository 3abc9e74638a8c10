import { createCipheriv, createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { SecretBox, SecretBoxError } from './secret-box.js';

interface WycheproofTest {
  tcId: number;
  key: string;
  iv: string;
  aad: string;
  msg: string;
  ct: string;
  tag: string;
  result: 'valid' | 'invalid';
}

interface WycheproofAeadSuite {
  testGroups: { keySize: number; ivSize: number; tests: WycheproofTest[] }[];
}

// The suite's published schema promises this shape.
const suite = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/wycheproof/aes_gcm_test.json', import.meta.url), 'utf8'),
) as WycheproofAeadSuite;
const tests = suite.testGroups
  .filter(({ keySize, ivSize }) => keySize === 256 && ivSize === 96)
  .flatMap((group) => group.tests);

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const place = 'grants\ndefault\n01a20332-4e1e-7000-a13e-5da5e7f5f328';
const boxOf = ({ key }: WycheproofTest): SecretBox => new SecretBox([{ id: 'w', key: createSecretKey(hex(key)) }]);

/** What Node's own cipher makes of it, apart from our code. */
function encrypted({ key, iv }: WycheproofTest, aad: Buffer, message: Buffer): { ct: Buffer; tag: Buffer } {
  const cipher = createCipheriv('aes-256-gcm', hex(key), hex(iv));
  cipher.setAAD(aad);
  const ct = Buffer.concat([cipher.update(message), cipher.final()]);
  return { ct, tag: cipher.getAuthTag() };
}

function written({ iv }: WycheproofTest, ct: Buffer, tag: Buffer): string {
  return `v1.w.${hex(iv).toString('base64url')}.${Buffer.concat([ct, tag]).toString('base64url')}`;
}

function refusalOf(open: () => string): unknown {
  try {
    return open();
  } catch (error) {
    return error instanceof SecretBoxError ? error.code : error;
  }
}

describe('Wycheproof vectors of AES-GCM through the vault', () => {
  /** A sealed value of each vector's key, IV and message, the message as text. */
  const sealedAs = (test: WycheproofTest): { ct: Buffer; tag: Buffer } =>
    encrypted(test, Buffer.from(`v1.w.${place}`), Buffer.from(test.msg));

  it('are all there: 39 valid ones and 27 that were tampered with', () => {
    const results = tests.map(({ result }) => result);
    expect([results.length, results.filter((result) => result === 'valid').length]).toEqual([66, 39]);
  });

  it('open for their place, as another implementation sealed them', () => {
    for (const test of tests) {
      const { ct, tag } = sealedAs(test);
      expect(boxOf(test).open(written(test, ct, tag), place), `tcId ${test.tcId}`).toBe(test.msg);
    }
  });

  it('do not open when they are tampered with as the invalid ones are', () => {
    const invalid = tests.filter(({ result }) => result === 'invalid');
    for (const test of invalid) {
      const genuine = encrypted(test, hex(test.aad), hex(test.msg));
      // The vectors spoil the tag and nothing else.
      expect(genuine.ct.toString('hex'), `tcId ${test.tcId}`).toBe(test.ct);
      const flips = hex(test.tag).map((byte, index) => byte ^ (genuine.tag[index] ?? 0));
      expect(flips.some((bits) => bits !== 0)).toBe(true);
      const { ct, tag } = sealedAs(test);
      const spoilt = Buffer.from(tag.map((byte, index) => byte ^ (flips[index] ?? 0)));
      const refusal = refusalOf(() => boxOf(test).open(written(test, ct, spoilt), place));
      expect([test.tcId, refusal]).toEqual([test.tcId, 'cannot-open']);
    }
    expect(invalid).toHaveLength(27);
  });

  it('are no values of the vault as they are published, as those are bound to no place of ours', () => {
    for (const test of tests) {
      const value = written(test, hex(test.ct), hex(test.tag));
      for (const somewhere of [place, '', hex(test.aad).toString('latin1')]) {
        const refusal = refusalOf(() => boxOf(test).open(value, somewhere));
        expect([test.tcId, refusal]).toEqual([test.tcId, 'cannot-open']);
      }
    }
  });
});
