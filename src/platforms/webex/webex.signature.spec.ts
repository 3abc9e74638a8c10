import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hmacKey } from '../../common/security/hmac.js';
import { type RawDelivery } from '../../deliveries/delivery.js';
import { SignatureRejected } from '../platform.errors.js';
import { verifyWebex } from './webex.signature.js';

const body = Buffer.from('{"resource":"messages","event":"created"}');
const mac = (algorithm: string, secret = 'secret'): string => createHmac(algorithm, secret).update(body).digest('hex');
const spark = mac('sha1');
const [sha256, sha512] = [`SHA-256=${mac('sha256')}`, `SHA-512=${mac('sha512')}`];

function verdict(headers: RawDelivery['headers'], settings: object = {}, ...secrets: string[]): string {
  const context = { settings: { ...settings }, webhookKeys: (secrets.length > 0 ? secrets : ['secret']).map(hmacKey) };
  try {
    return verifyWebex({ body, headers, query: '', receivedAt: new Date() }, context);
  } catch (error) {
    if (error instanceof SignatureRejected) return error.reason;
    throw error;
  }
}

const older = (value: string | string[]) => ({ 'x-spark-signature': value });
const newer = (value: string | string[]) => ({ 'x-webex-signature': value });

describe('a call of Webex', () => {
  it.each([
    ['the older header', older(spark), 'hmac-sha1'],
    ['SHA-256 alone', newer(sha256), 'hmac-sha256'],
    ['SHA-512 alone', newer(sha512), 'hmac-sha512'],
    ['both labels', newer(`${sha256}, ${sha512}`), 'hmac-sha512'],
    ['the labels the other way round, without a space', newer(`${sha512},${sha256}`), 'hmac-sha512'],
    ['labels in small letters', newer(`${sha256}, ${sha512}`.replaceAll('SHA', 'sha')), 'hmac-sha512'],
    ['a label of tomorrow beside a known one', newer(`SHA3-512=Zm9v/+==, ${sha256}`), 'hmac-sha256'],
    ['both headers', { ...older(spark), ...newer(sha256) }, 'hmac-sha256'],
  ])('is accepted under the strongest scheme of %s', (_, headers, scheme) => {
    expect(verdict(headers)).toBe(scheme);
  });

  it.each([
    ['no header', {}, 'missing'],
    ['an empty older header', older(''), 'malformed'],
    ['an empty newer header', newer(''), 'malformed'],
    ['unknown labels alone', newer(`SHA-384=${mac('sha384')}`), 'malformed'],
    ['SHA-1 in the newer header', newer(`SHA-1=${spark}`), 'malformed'],
    ['one label twice, spelt differently', newer(`${sha256}, ${sha256.toLowerCase()}`), 'malformed'],
    ['an unknown label twice', newer(`x=1, x=1, ${sha256}`), 'malformed'],
    ['an empty item', newer(`${sha256}, `), 'malformed'],
    ['a tab between the items', newer(`${sha256},\t${sha512}`), 'malformed'],
    ['two spaces between the items', newer(`${sha256},  ${sha512}`), 'malformed'],
    ['a digest of another length', newer(`SHA-256=${mac('sha512')}`), 'malformed'],
    ['upper-case digits', newer(`SHA-256=${mac('sha256').toUpperCase()}`), 'malformed'],
    ['the older header twice', older([spark, spark]), 'malformed'],
    ['the newer header twice', newer([sha256, sha256]), 'malformed'],
    ['a broken newer header beside a genuine older one', { ...older(spark), ...newer('SHA-256') }, 'malformed'],
    ['a broken older header beside a genuine newer one', { ...older('00'), ...newer(sha256) }, 'malformed'],
    [
      'a wrong digest beside a genuine older header',
      { ...older(spark), ...newer(`SHA-256=${'0'.repeat(64)}`) },
      'mismatch',
    ],
    ['a wrong older header beside a genuine digest', { ...older('0'.repeat(40)), ...newer(sha512) }, 'mismatch'],
    ['a wrong weaker digest beside a genuine one', newer(`SHA-256=${'0'.repeat(64)}, ${sha512}`), 'mismatch'],
  ])('is refused with %s', (_, headers, reason) => {
    expect(verdict(headers)).toBe(reason);
  });

  it('is refused when its digests were made with two active secrets', () => {
    const headers = { ...older(mac('sha1', 'new')), ...newer(sha256) };
    expect(verdict(headers, {}, 'secret', 'new')).toBe('mismatch');
    expect(verdict({ ...older(spark), ...newer(sha256) }, {}, 'new', 'secret')).toBe('hmac-sha256');
  });

  it('that carries SHA-1 alone is refused where SHA-2 is required', () => {
    expect(verdict(older(spark), { requireSha2: true })).toBe('missing');
    expect(verdict({ ...older(spark), ...newer(sha256) }, { requireSha2: true })).toBe('hmac-sha256');
    expect(verdict(newer(sha512), { requireSha2: true })).toBe('hmac-sha512');
  });
});
