import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { aesGcmDecrypt, aesGcmEncrypt, type AesGcmParameters } from './aes-gcm.js';

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
  numberOfTests: number;
  testGroups: { keySize: number; ivSize: number; tagSize: number; tests: WycheproofTest[] }[];
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

// The suite's published schema promises this shape.
const suite = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/wycheproof/aes_gcm_test.json', import.meta.url), 'utf8'),
) as WycheproofAeadSuite;

function testsOf(select: (keySize: number, ivSize: number) => boolean): WycheproofTest[] {
  return suite.testGroups.filter((group) => select(group.keySize, group.ivSize)).flatMap((group) => group.tests);
}

function parametersOf(test: WycheproofTest): AesGcmParameters {
  return { key: createSecretKey(hex(test.key)), iv: hex(test.iv), aad: hex(test.aad) };
}

describe('Wycheproof vectors of AES-GCM', () => {
  const usable = testsOf((keySize, ivSize) => keySize === 256 && ivSize === 96);
  const otherIvs = testsOf((keySize, ivSize) => keySize === 256 && ivSize !== 96);
  const otherKeys = testsOf((keySize) => keySize !== 256);

  it('are all there and all have a tag of 128 bits', () => {
    expect(suite.numberOfTests).toBe(316);
    expect([usable.length, otherIvs.length, otherKeys.length]).toEqual([66, 39, 211]);
    expect(suite.testGroups.filter((group) => group.tagSize !== 128)).toEqual([]);
  });

  it('decrypt when valid (39) and are refused when not (27)', () => {
    const opened = usable.filter((test) => {
      const plaintext = aesGcmDecrypt(parametersOf(test), hex(test.ct + test.tag));
      if (plaintext !== undefined) {
        expect(plaintext.toString('hex'), `tcId ${test.tcId}`).toBe(test.msg);
      }
      return plaintext !== undefined;
    });
    expect(opened).toEqual(usable.filter((test) => test.result === 'valid'));
    expect(opened).toHaveLength(39);
  });

  it('encrypt to the published ciphertext and tag when valid', () => {
    const valid = usable.filter((test) => test.result === 'valid');
    for (const test of valid) {
      const sealed = aesGcmEncrypt(parametersOf(test), hex(test.msg));
      expect(sealed.toString('hex'), `tcId ${test.tcId}`).toBe(test.ct + test.tag);
    }
  });

  it.each([
    ['with an IV that is not 96 bits', otherIvs, 'IV must be 12 bytes'],
    ['with a key that is not 256 bits', otherKeys, 'key must be 32 bytes'],
  ])('are refused %s', (_what, tests, message) => {
    for (const test of tests) {
      const parameters = parametersOf(test);
      expect(() => aesGcmEncrypt(parameters, hex(test.msg)), `tcId ${test.tcId}`).toThrow(message);
      expect(() => aesGcmDecrypt(parameters, hex(test.ct + test.tag)), `tcId ${test.tcId}`).toThrow(message);
    }
  });
});

describe('a shortened tag', () => {
  const parameters = { key: createSecretKey(Buffer.alloc(32, 1)), iv: Buffer.alloc(12, 2), aad: Buffer.from('place') };
  const sealed = aesGcmEncrypt(parameters, Buffer.alloc(0));

  it('opens at its full 16 bytes', () => {
    expect(aesGcmDecrypt(parameters, sealed)).toEqual(Buffer.alloc(0));
  });

  it.each(Array.from({ length: 16 }, (_, length) => length))('is refused at %i bytes', (length) => {
    expect(aesGcmDecrypt(parameters, sealed.subarray(0, length))).toBeUndefined();
  });
});
