import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hmacKey } from '../common/security/hmac.js';
import { SignatureRejected } from '../platforms/platform.errors.js';
import { isStandardSecret, standardSignatures, verifyStandardWebhook } from './standard-webhook.signature.js';

interface KnownAnswers {
  readonly standard_webhooks_reference_libraries: {
    readonly secret: string;
    readonly id: string;
    readonly timestamp: number;
    readonly payload: string;
    readonly signature: string;
  };
}

// The shape is that of the file.
const answers = JSON.parse(readFileSync('test/fixtures/kat/published-known-answers.json', 'utf8')) as KnownAnswers;
const { secret, id, timestamp, payload, signature } = answers.standard_webhooks_reference_libraries;
const other = `whsec_${Buffer.from('another secret, as long as one').toString('base64')}`;

const genuine: Readonly<Record<string, string | readonly string[] | undefined>> = {
  'webhook-id': id,
  'webhook-timestamp': String(timestamp),
  'webhook-signature': signature,
};

function outcome(
  headers: Readonly<Record<string, string | readonly string[] | undefined>> = {},
  { body = Buffer.from(payload), secrets = [secret], now = timestamp } = {},
): string {
  try {
    return verifyStandardWebhook(
      { body, query: '', headers: { ...genuine, ...headers }, receivedAt: new Date(now * 1_000) },
      { settings: {}, webhookKeys: secrets.map(hmacKey) },
    );
  } catch (error) {
    if (error instanceof SignatureRejected) return error.reason;
    throw error;
  }
}

const taken = 'standard-webhooks-v1';

describe('standardSignatures', () => {
  it('makes the published signature', () => {
    expect(standardSignatures([secret], id, new Date(timestamp * 1_000), payload)).toBe(signature);
  });

  it('signs by every secret, with spaces between', () => {
    const [first, second, ...rest] = standardSignatures(
      [other, secret],
      id,
      new Date(timestamp * 1_000),
      payload,
    ).split(' ');
    expect(first).toMatch(/^v1,/);
    expect([second, ...rest]).toEqual([signature]);
  });
});

describe('verifyStandardWebhook', () => {
  it.each([
    ['the published call', {}],
    ['one of several signatures', { 'webhook-signature': `v1,AAAA v2,${signature.slice(3)} ${signature}` }],
  ])('takes %s', (_, headers) => {
    expect(outcome(headers)).toBe(taken);
  });

  it.each([
    ['a secret without its prefix', [secret.replace('whsec_', '')]],
    ['any of several secrets', [other, secret]],
    ['a secret beside one that is none', ['not base64!', secret]],
  ])('takes a call by %s', (_, secrets) => {
    expect(outcome({}, { secrets })).toBe(taken);
  });

  it.each([
    [-301, 'expired'],
    [-300, taken],
    [300, taken],
    [301, 'not-yet-valid'],
  ])('judges a time %d seconds from now: %s', (difference, expected) => {
    expect(outcome({}, { now: timestamp - difference })).toBe(expected);
  });

  it('takes a signed call without a body, and one whose body is no JSON', () => {
    for (const text of ['', '{"cut":', '\ufeff{}']) {
      const signed = standardSignatures([secret], id, new Date(timestamp * 1_000), text);
      expect(outcome({ 'webhook-signature': signed }, { body: Buffer.from(text) })).toBe(taken);
    }
  });

  it.each([
    ['no id', { 'webhook-id': undefined }, 'missing'],
    ['no time', { 'webhook-timestamp': undefined }, 'missing'],
    ['no signature', { 'webhook-signature': undefined }, 'missing'],
    ['an empty id', { 'webhook-id': '' }, 'malformed'],
    ['two ids', { 'webhook-id': [id, id] }, 'missing'],
    ['an id with a full stop', { 'webhook-id': `${id}.1` }, 'malformed'],
    ['another id', { 'webhook-id': `${id}x` }, 'mismatch'],
    ['a time that is no number', { 'webhook-timestamp': 'hello' }, 'malformed'],
    ['a time with something after it', { 'webhook-timestamp': `${timestamp}abc` }, 'malformed'],
    ['another time', { 'webhook-timestamp': String(timestamp + 1) }, 'mismatch'],
    ['an empty signature', { 'webhook-signature': 'v1,' }, 'mismatch'],
    ['no list', { 'webhook-signature': '' }, 'mismatch'],
    ['a cut signature', { 'webhook-signature': signature.slice(0, 8) }, 'mismatch'],
    ['a signature that goes on', { 'webhook-signature': `${signature}A` }, 'mismatch'],
    ['a signature without its version', { 'webhook-signature': signature.slice(3) }, 'mismatch'],
    ['a wrong one of the right length', { 'webhook-signature': signature.replace('g0', 'h0') }, 'mismatch'],
    ['a version that we do not know', { 'webhook-signature': `v2,${signature.slice(3)}` }, 'mismatch'],
    ['commas between', { 'webhook-signature': `v1,AAAA,${signature}` }, 'mismatch'],
    [
      'a hundred signatures',
      { 'webhook-signature': Array.from({ length: 100 }, () => signature).join(' ') },
      'malformed',
    ],
  ])('refuses %s', (_, headers, reason) => {
    expect(outcome(headers)).toBe(reason);
  });

  it('refuses every body with a changed, a missing or an additional byte, also where it is no UTF-8', () => {
    const bytes = Buffer.from(payload);
    const accepted: string[] = [];
    for (let position = 0; position <= bytes.length; position++) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64, 128]) {
        const body = Buffer.from(bytes);
        body[position] = (body[position] ?? 0) ^ bit;
        if (position < bytes.length && outcome({}, { body }) === taken) accepted.push(`${position}^${bit}`);
      }
      const longer = Buffer.concat([bytes.subarray(0, position), Buffer.from(' '), bytes.subarray(position)]);
      const shorter = Buffer.concat([bytes.subarray(0, position), bytes.subarray(position + 1)]);
      if (outcome({}, { body: longer }) === taken) accepted.push(`+${position}`);
      if (position < bytes.length && outcome({}, { body: shorter }) === taken) accepted.push(`-${position}`);
    }
    expect(accepted).toEqual([]);
  });

  it('refuses bytes that only decode to the text that was signed', () => {
    const signed = standardSignatures([secret], id, new Date(timestamp * 1_000), '\ufffd');
    expect(outcome({ 'webhook-signature': signed }, { body: Buffer.from([0xff]) })).toBe('malformed');
  });

  it.each([[[]], [[other]]])('refuses a call while the secrets are %j', (secrets) => {
    expect(outcome({}, { secrets })).toBe(secrets.length === 0 ? 'no-active-secret' : 'mismatch');
  });
});

describe('isStandardSecret', () => {
  it.each([
    [secret, true],
    [secret.replace('whsec_', ''), true],
    ['', false],
    ['whsec_', false],
    ['not base64!', false],
  ])('says of %j %s', (text, expected) => {
    expect(isStandardSecret(text)).toBe(expected);
  });
});
