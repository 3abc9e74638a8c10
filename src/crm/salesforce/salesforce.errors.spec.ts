import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../../platforms/platform.errors.js';
import { CrmRefused, EntryStale } from '../crm.errors.js';
import { errorOf, type Asked } from './salesforce.errors.js';

const keyField = 'Liaison_Key__c';

function recorded(name: string): string {
  return readFileSync(`test/fixtures/salesforce/${name}-response.json`, 'utf8');
}

function meaning(
  status: number,
  body: string,
  { headers = {}, ...asked }: Partial<Asked> & { readonly headers?: Readonly<Record<string, string>> } = {},
): string {
  const error = errorOf({ status, headers, body: Buffer.from(body) }, { effect: 'writes', keyField, ...asked });
  if (error instanceof CrmRefused) return error.reason;
  if (error instanceof PlatformUnavailable) return `${error.reason} ${error.retryAfterSeconds ?? ''}`.trim();
  if (error instanceof NeedsAuthorization) return 'authorization';
  if (error instanceof OutcomeUnknown) return 'unknown';
  return error instanceof EntryStale ? 'stale' : String(error);
}

const fault = (errorCode: string, message = 'words'): string => JSON.stringify([{ message, errorCode }]);

describe('errorOf', () => {
  it.each([
    [401, 'expired-session', 'authorization'],
    [403, 'expired-session', 'authorization'],
    [404, 'sobject-describe-error', 'gone'],
    [400, 'query-error', 'invalid'],
    [400, 'write-error', 'invalid'],
    [300, 'upsert-multiple-error', 'duplicate'],
  ])('takes the recorded %d of %s for: %s', (status, name, expected) => {
    expect(meaning(status, recorded(name))).toBe(expected);
  });

  it.each([
    ['sobject-find-error', '23foo'],
    ['upsert-error', 'Namez'],
    ['delete-error', 'rid'],
  ])(
    'does not take the 404 of %s for an entry that is not there, where it is our field that is missing',
    (name, field) => {
      expect(meaning(404, recorded(name), { keyField: field })).toBe('invalid');
      expect(meaning(404, recorded(name))).toBe('gone');
    },
  );

  it.each([
    [412, '', 'stale'],
    [401, '', 'authorization'],
    [429, '', 'rate-limited 15'],
    [403, fault('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'), 'rate-limited 900'],
    [403, fault('REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded.'), 'rate-limited 15'],
    [403, fault('SOMETHING_NEW'), 'forbidden'],
    [400, fault('SOMETHING_NEW'), 'invalid'],
    [400, fault('UNABLE_TO_LOCK_ROW'), 'locked'],
    [400, fault('DUPLICATE_VALUE', `duplicate value found: ${keyField} duplicates value on record`), 'locked'],
    [500, fault('UNKNOWN_EXCEPTION'), 'unknown'],
    [502, '<html></html>', 'unknown'],
    [503, '<html></html>', 'not-available'],
    [302, '', 'redirect'],
    [404, '<html></html>', 'no-usable-answer'],
    [400, '[]', 'no-usable-answer'],
    [400, '[null]', 'no-usable-answer'],
    [400, '{"error":"invalid_grant"}', 'no-usable-answer'],
  ])('takes %d %s for: %s', (status, body, expected) => {
    expect(meaning(status, body)).toBe(expected);
  });

  it.each([500, 502, 504])('says after a reading call that %d passes', (status) => {
    expect(meaning(status, '', { effect: 'reads' })).toBe('no-usable-answer');
  });

  it('waits as long as an answer says', () => {
    const headers = { 'retry-after': '7' };
    expect(meaning(403, fault('REQUEST_LIMIT_EXCEEDED'), { headers })).toBe('rate-limited 7');
    expect(meaning(503, fault('SERVER_UNAVAILABLE'), { headers })).toBe('not-available 7');
  });

  it('goes by the first of several errors, and shows its code and at most 500 characters', () => {
    const body = JSON.stringify([
      { errorCode: 'STRING_TOO_LONG', message: `Subject: ${'x'.repeat(1_000)}` },
      { errorCode: 'ENTITY_IS_DELETED', message: 'entity is deleted' },
    ]);
    const error = errorOf({ status: 400, headers: {}, body: Buffer.from(body) }, { effect: 'writes', keyField });
    expect(error).toMatchObject({
      reason: 'invalid',
      crmMessage: `STRING_TOO_LONG: Subject: ${'x'.repeat(500)}`.slice(0, 500),
    });
  });
});
