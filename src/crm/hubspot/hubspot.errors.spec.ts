import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../../platforms/platform.errors.js';
import { CrmRefused } from '../crm.errors.js';
import { errorOf } from './hubspot.errors.js';

function errorFor(
  status: number,
  body: object | string = '',
  { headers = {}, effect = 'writes' }: { headers?: Record<string, string>; effect?: 'reads' | 'writes' } = {},
): Error {
  return errorOf(
    { status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) },
    effect,
  );
}

/** In one word, with the seconds to wait where there are some. */
function wordOf(error: Error): string {
  if (error instanceof NeedsAuthorization) return 'authorization';
  if (error instanceof OutcomeUnknown) return 'unknown';
  if (error instanceof CrmRefused) return error.reason;
  if (error instanceof PlatformUnavailable) return [error.reason, error.retryAfterSeconds ?? []].flat().join(' ');
  throw error;
}

const limit = (policyName?: string): object => ({ status: 'error', errorType: 'RATE_LIMIT', policyName });

describe('errorOf', () => {
  it.each<[string, Error, string]>([
    ['an expired token', errorFor(401, { status: 'error', category: 'EXPIRED_AUTHENTICATION' }), 'authorization'],
    ['a limit by the second', errorFor(429, limit('SECONDLY')), 'rate-limited 1'],
    ['a limit of ten seconds', errorFor(429, limit('TEN_SECONDLY_ROLLING')), 'rate-limited 10'],
    ['a limit of the day', errorFor(429, limit('DAILY')), 'rate-limited 3600'],
    ['a limit without a name', errorFor(429), 'rate-limited 10'],
    [
      'a limit without a name and with its interval',
      errorFor(429, '', { headers: { 'x-hubspot-ratelimit-interval-milliseconds': '4500' } }),
      'rate-limited 5',
    ],
    [
      'a limit that says how long',
      errorFor(429, limit('DAILY'), { headers: { 'retry-after': '7' } }),
      'rate-limited 7',
    ],
    ['a lock', errorFor(423), 'locked 2'],
    ['a migration', errorFor(477, '', { headers: { 'retry-after': '600' } }), 'migration 600'],
    ['a migration of a day', errorFor(477, '', { headers: { 'retry-after': '86400' } }), 'migration 3600'],
    ['503', errorFor(503), 'not-available'],
    ['521', errorFor(521), 'not-available'],
    ['523', errorFor(523), 'not-available'],
    ['502', errorFor(502), 'unknown'],
    ['504', errorFor(504), 'unknown'],
    ['522', errorFor(522), 'unknown'],
    [
      '500 in its own form',
      errorFor(500, { status: 'error', correlationId: 'a', message: 'internal error' }),
      'unknown',
    ],
    ['408', errorFor(408), 'unknown'],
    ['502 of a reading call', errorFor(502, '', { effect: 'reads' }), 'no-usable-answer'],
    ['a redirect', errorFor(302), 'redirect'],
    ["a gateway's 403", errorFor(403, '<html>'), 'no-usable-answer'],
    ['JSON of somebody else', errorFor(404, { error: 'not found' }), 'no-usable-answer'],
    ['an unknown status in its own form', errorFor(418, { status: 'error', correlationId: 'a' }), 'no-usable-answer'],
    ['404 in its own form', errorFor(404, { status: 'error', correlationId: 'a' }), 'gone'],
    ['an unknown category', errorFor(403, { status: 'error', category: 'SOMETHING_NEW' }), 'forbidden'],
    ['a conflict', errorFor(409, { status: 'error', category: 'CONFLICT' }), 'duplicate'],
    [
      'a taken value that stands in the message alone',
      errorFor(400, { category: 'VALIDATION_ERROR', message: '[{"error":"CONFLICTING_UNIQUE_VALUE"}]' }),
      'duplicate',
    ],
  ])('takes %s for what it is', (_, error, expected) => {
    expect(wordOf(error)).toBe(expected);
  });

  it('tells what HubSpot said, the parts of it included, in 500 characters', () => {
    const { refusals } = JSON.parse(readFileSync('test/fixtures/hubspot/errors.json', 'utf8')) as {
      refusals: { status: number; body: object }[];
    };
    const messages = refusals.map(({ status, body }) => {
      const error = errorFor(status, body);
      return error instanceof CrmRefused ? error.crmMessage : undefined;
    });
    expect(messages.at(-1)).toBe(
      "This app hasn't been granted all required scopes to make this call. One or more of the following scopes are required.",
    );
    const long = errorFor(400, { category: 'VALIDATION_ERROR', message: 'x'.repeat(2_000) });
    expect(long instanceof CrmRefused ? long.crmMessage?.length : 0).toBe(500);
  });
});
