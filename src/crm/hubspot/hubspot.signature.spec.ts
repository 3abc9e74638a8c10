import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hmacKey } from '../../common/security/hmac.js';
import { SignatureRejected } from '../../platforms/platform.errors.js';
import { verifyHubSpot } from './hubspot.signature.js';

const secret = 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy';
const url = 'https://liaison.example/webhooks/crm/0195500c-6d1e-7b42-9f0e-2b8f4c7d1a55';
const nowMs = 1_772_357_400_000;
const body = '[{"objectId":301,"propertyValue":"\u00e9"}]';

interface Call {
  readonly timestamp?: string;
  /** As HubSpot signs it. */
  readonly uri?: string;
  readonly called?: string | undefined;
  readonly signedBy?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: Buffer;
  readonly keys?: readonly string[];
}

function signatureOf(uri: string, timestamp: string, key: string): string {
  return createHmac('sha256', key).update(`POST${uri}${body}${timestamp}`).digest('base64');
}

function outcome(call: Call = {}): string {
  const { timestamp = String(nowMs), uri = url, signedBy = secret, keys = [secret] } = call;
  const headers = {
    'x-hubspot-signature-v3': signatureOf(uri, timestamp, signedBy),
    'x-hubspot-request-timestamp': timestamp,
    ...call.headers,
  };
  const calledUrl = 'called' in call ? call.called : url;
  try {
    return verifyHubSpot(
      { body: call.body ?? Buffer.from(body), query: '', headers, receivedAt: new Date(nowMs) },
      { settings: {}, webhookKeys: keys.map(hmacKey), ...(calledUrl === undefined ? {} : { calledUrl }) },
    );
  } catch (error) {
    if (error instanceof SignatureRejected) return error.reason;
    throw error;
  }
}

describe('verifyHubSpot', () => {
  it('takes a call that is signed over method, address, body and time', () => {
    expect(outcome()).toBe('hubspot-v3');
  });

  it('tries every secret of a rotation', () => {
    expect(outcome({ keys: ['another', secret] })).toBe('hubspot-v3');
  });

  it('decodes in the address what HubSpot decodes, once, and leaves other escapes', () => {
    const called = `${url}?a=%3A%2f%3F%40%21%24%27%28%29%2A%2C%3B&b=%20%26%2B%253A`;
    const uri = `${url}?a=:/?@!$'()*,;&b=%20%26%2B%253A`;
    expect(outcome({ called, uri })).toBe('hubspot-v3');
  });

  it.each([
    [-300_000, 'hubspot-v3'],
    [-300_001, 'expired'],
    [300_000, 'hubspot-v3'],
    [300_001, 'not-yet-valid'],
  ])('judges a time %d ms from now: %s', (difference, expected) => {
    expect(outcome({ timestamp: String(nowMs + difference) })).toBe(expected);
  });

  it.each<[string, Call, string]>([
    ['no secret', { keys: [] }, 'no-active-secret'],
    ['another secret', { signedBy: 'another' }, 'mismatch'],
    ['another body', { body: Buffer.from('[]') }, 'mismatch'],
    ['another address', { called: `${url}?x` }, 'mismatch'],
    ['no address', { called: undefined }, 'mismatch'],
    ['no signature', { headers: { 'x-hubspot-signature-v3': undefined } }, 'missing'],
    ['no time', { headers: { 'x-hubspot-request-timestamp': undefined } }, 'missing'],
    ['two times', { headers: { 'x-hubspot-request-timestamp': [String(nowMs), String(nowMs)] } }, 'missing'],
    ['another time', { headers: { 'x-hubspot-request-timestamp': String(nowMs + 1) } }, 'mismatch'],
    ['a time that is none', { headers: { 'x-hubspot-request-timestamp': '1e12' } }, 'malformed'],
    ['an empty signature', { headers: { 'x-hubspot-signature-v3': '' } }, 'malformed'],
    ['a cut signature', { headers: { 'x-hubspot-signature-v3': 'AAAA' } }, 'malformed'],
    [
      'the older signatures alone',
      { headers: { 'x-hubspot-signature-v3': undefined, 'x-hubspot-signature': 'ab'.repeat(32) } },
      'missing',
    ],
  ])('refuses a call with %s', (_, call, reason) => {
    expect(outcome(call)).toBe(reason);
  });
});
