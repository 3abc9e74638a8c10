import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NeedsAuthorization, PlatformUnavailable } from '../../platform.errors.js';
import { CallRefused } from './acting.errors.js';
import { refusalIn } from './refusal.js';

const conflict = readFileSync(
  new URL('../../../../test/fixtures/skype-for-business/docs/error-ucwa-conflict.json', import.meta.url),
  'utf8',
);

function refusal(status: number, body: string, headers: Record<string, string> = {}): unknown {
  const type = { 'content-type': 'application/json; charset=utf-8' };
  return refusalIn({ status, headers: { ...type, ...headers }, body: Buffer.from(body) }, 0);
}

describe('refusalIn', () => {
  it('tells a decision of the platform by its codes and not by its text', () => {
    const error = refusal(409, conflict);
    expect(error).toBeInstanceOf(CallRefused);
    expect(error).toMatchObject({
      kind: 'caller',
      platformStatus: 409,
      failure: { code: 'Conflict', subcode: 'AlreadyExists' },
      detail: 'The platform refused the call: Conflict, AlreadyExists.',
    });
  });

  it.each([
    [400, '{"code":"BadRequest"}'],
    [403, '{"code":"Forbidden","subcode":"ApplicationNotFound","debugInfo":{}}'],
    [404, '{"code":"NotFound","message":null}'],
    [410, '{"code":"Gone"}'],
    [418, '{"code":"SomethingNew","subcode":"Newer"}'],
  ])('does not ask for another try after %d', (status, body) => {
    expect(refusal(status, body)).toBeInstanceOf(CallRefused);
  });

  it.each([
    [400, '{"code":"BadRequest","subcode":"CallbackUriUnreachable"}', 'callback-unreachable'],
    [500, '{"code":"ServiceFailure","subcode":"CallbackChannelError"}', 'callback-unreachable'],
    [408, '{"code":"ClientTimeout"}', 'timeout'],
    [429, '{"code":"TooManyRequests"}', 'rate-limited'],
    [500, '{"code":"ServiceFailure"}', 'service-failure'],
    [503, 'x', 'unavailable'],
    [504, '', 'timeout'],
    [404, '{}', 'proxy'],
    [502, '{', 'proxy'],
  ])('asks for another try after %d %s', (status, body, reason) => {
    expect(refusal(status, body)).toBeInstanceOf(PlatformUnavailable);
    expect(refusal(status, body)).toMatchObject({ kind: 'upstream', reason });
  });

  it('takes what is no JSON by its type for the word of a proxy', () => {
    const html = { 'content-type': 'text/html' };
    expect(refusal(403, '{"code":"Forbidden"}', html)).toMatchObject({ reason: 'proxy' });
    expect(
      refusal(403, '{"code":"Forbidden"}', { 'content-type': 'application/vnd.microsoft.com.ucwa+json' }),
    ).toBeInstanceOf(CallRefused);
  });

  it('passes on how long to wait', () => {
    expect(refusal(429, '{"code":"TooManyRequests"}', { 'retry-after': '17' })).toMatchObject({
      retryAfterSeconds: 17,
    });
  });

  it('takes 401 for a token that does not count, whatever page comes with it', () => {
    expect(refusal(401, '<html>', { 'content-type': 'text/html' })).toBeInstanceOf(NeedsAuthorization);
  });
});
