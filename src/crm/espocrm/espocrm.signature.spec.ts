import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hmacKey } from '../../common/security/hmac.js';
import { SignatureRejected } from '../../platforms/platform.errors.js';
import { verifyEspocrm } from './espocrm.signature.js';

interface Vector {
  readonly body: string;
  readonly secretKey: string;
  readonly signature: string;
  readonly xSignature: string;
}

// The shape is that of the file.
const { body, secretKey, signature, xSignature } = JSON.parse(
  readFileSync('test/fixtures/espocrm/signature.json', 'utf8'),
) as Vector;

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

function outcome(headers: Headers, { secrets = [secretKey], bytes = Buffer.from(body) } = {}): string {
  try {
    return verifyEspocrm(
      { body: bytes, query: '', headers, receivedAt: new Date(0) },
      { settings: {}, webhookKeys: secrets.map(hmacKey) },
    );
  } catch (error) {
    if (error instanceof SignatureRejected) return error.reason;
    throw error;
  }
}

const base64 = (...parts: readonly (string | Buffer)[]): string =>
  Buffer.concat(parts.map((part) => Buffer.from(part))).toString('base64');
const raw = createHmac('sha256', secretKey).update(body).digest();
const wrong = createHmac('sha256', 'wrong').update(body).digest();

describe('verifyEspocrm', () => {
  it.each<[string, Headers, string]>([
    ['both headers', { signature, 'x-signature': xSignature }, 'hmac-sha256-hex'],
    ['the newer header', { signature }, 'hmac-sha256-hex'],
    ['the older header', { 'x-signature': xSignature }, 'hmac-sha256'],
  ])('takes a call with %s', (_, headers, scheme) => {
    expect(outcome(headers)).toBe(scheme);
  });

  it('takes a call by any of the keys, as each webhook has its own', () => {
    expect(outcome({ signature }, { secrets: ['first', secretKey, 'last'] })).toBe('hmac-sha256-hex');
  });

  it.each<[string, Headers, string]>([
    ['no header', {}, 'missing'],
    ['an empty header', { signature: '' }, 'malformed'],
    ['the header twice', { signature: [signature, signature] }, 'malformed'],
    ['no base64', { signature: `${signature}!` }, 'malformed'],
    ['base64 without its padding', { 'x-signature': xSignature.replace(/=+$/, '') || 'x' }, 'malformed'],
    ['no id', { signature: base64(raw.toString('hex')) }, 'malformed'],
    ['an empty id', { signature: base64(':', raw.toString('hex')) }, 'malformed'],
    ['upper-case digits', { signature: base64('w:', raw.toString('hex').toUpperCase()) }, 'malformed'],
    ['raw bytes in the newer header', { signature: base64('w:', raw) }, 'malformed'],
    ['hex digits in the older header', { 'x-signature': base64('w:', raw.toString('hex')) }, 'malformed'],
    ['a cut digest', { 'x-signature': base64('w:', raw.subarray(0, 20)) }, 'malformed'],
    ['another secret', { signature: base64('w:', wrong.toString('hex')) }, 'mismatch'],
    ['a right one beside a wrong one', { signature, 'x-signature': base64('w:', wrong) }, 'mismatch'],
    [
      'a wrong one beside a right one',
      { signature: base64('w:', wrong.toString('hex')), 'x-signature': xSignature },
      'mismatch',
    ],
  ])('refuses %s', (_, headers, reason) => {
    expect(outcome(headers)).toBe(reason);
  });

  it('refuses every body that differs in one bit', () => {
    const accepted: string[] = [];
    for (let position = 0; position < body.length; position++) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64, 128]) {
        const bytes = Buffer.from(body);
        bytes[position] = (bytes[position] ?? 0) ^ bit;
        if (outcome({ signature, 'x-signature': xSignature }, { bytes }) !== 'mismatch')
          accepted.push(`${position}^${bit}`);
      }
    }
    expect(accepted).toEqual([]);
  });

  it('refuses everything while no key is active, or only another one', () => {
    expect(outcome({ signature }, { secrets: [] })).toBe('no-active-secret');
    expect(outcome({ signature }, { secrets: ['other'] })).toBe('mismatch');
  });
});
