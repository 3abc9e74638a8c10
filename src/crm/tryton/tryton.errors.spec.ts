import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OutboundFailed, OutboundRefused } from '../../common/outbound/outbound.errors.js';
import { type OutboundAnswer } from '../../common/outbound/outbound-http.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../../platforms/platform.errors.js';
import { CrmRefused, EntryStale } from '../crm.errors.js';
import { resultOf, SessionEnded, transportError, type Effect } from './tryton.errors.js';

function answerOf(status: number, body: string, headers: Readonly<Record<string, string>> = {}): OutboundAnswer {
  return { status, headers, body: Buffer.from(body) };
}

/** An answer that a real Tryton gave. */
function recorded(name: string): OutboundAnswer {
  const text = readFileSync(`test/fixtures/tryton/${name}.json`, 'utf8');
  // The recordings have this form; test/fixtures/tryton/SOURCES.md.
  const { status, body } = JSON.parse(text) as { readonly status: number; readonly body: string };
  return answerOf(status, body);
}

const saying = (...error: unknown[]): OutboundAnswer => answerOf(200, JSON.stringify({ id: 0, error }));

function failureOf(answer: OutboundAnswer, effect: Effect = 'writing'): unknown {
  try {
    return { result: resultOf(answer, effect) };
  } catch (error) {
    return error;
  }
}

describe('an answer of Tryton', () => {
  it('has a result, which may be null', () => {
    expect(resultOf(recorded('response_note_created'), 'writing')).toEqual([1]);
    expect(resultOf(recorded('response_note_written'), 'writing')).toBeNull();
  });

  it.each([
    ['error_write_missing', 'gone'],
    ['error_delete_missing', 'gone'],
    ['error_no_such_record', 'gone'],
    ['error_forbidden', 'forbidden'],
    ['error_rule', 'forbidden'],
    ['response_unknown_method', 'forbidden'],
    ['error_required', 'invalid'],
    ['error_nul', 'invalid'],
    ['error_unknown_model', 'broken'],
  ])('that says %s is a final no: %s', (name, reason) => {
    const error = failureOf(recorded(name));
    expect(error).toBeInstanceOf(CrmRefused);
    expect(error).toMatchObject({ reason });
  });

  it('shows the words of a refusal, and no more than 500 characters of them', () => {
    expect(failureOf(recorded('error_required'))).toMatchObject({
      crmMessage: 'A value is required for field "Party" in "Contact Mechanism".',
    });
    const long = failureOf(saying('UserError', ['x'.repeat(499) + '\u{1f600}', 'more', null]));
    expect(long).toMatchObject({ crmMessage: 'x'.repeat(499) + '\ufffd' });
  });

  it('shows what a warning says and not the name by which it is switched off', () => {
    expect(failureOf(saying('UserWarning', ['name,1', 'Are you sure?', '']))).toMatchObject({
      reason: 'invalid',
      crmMessage: 'Are you sure?',
    });
  });

  it('says that somebody else was faster', () => {
    expect(failureOf(recorded('error_stale'))).toBeInstanceOf(EntryStale);
  });

  it('says that a session has ended, and asks for another authorization where a second factor is wanted', () => {
    expect(failureOf(recorded('response_session_ended'))).toBeInstanceOf(SessionEnded);
    expect(failureOf(recorded('response_login_refused'), 'reading')).toBeInstanceOf(NeedsAuthorization);
    expect(failureOf(recorded('error_second_factor'), 'reading')).toBeInstanceOf(NeedsAuthorization);
  });

  it.each([
    ['too many logins', recorded('response_too_many_logins'), 'rate-limited', 300],
    ['a limit with a time', answerOf(429, '', { 'retry-after': '17' }), 'rate-limited', 17],
    ['no such database', recorded('response_no_database'), 'not-found', 60],
    ['a database that is away', recorded('error_no_database'), 'unavailable', undefined],
    ['too many connections', saying('FATAL:  sorry, too many clients already\n', ''), 'unavailable', undefined],
    [
      'transactions that met',
      saying('could not serialize access due to concurrent update\n', ''),
      'conflict',
      undefined,
    ],
    ['a deadlock', saying('deadlock detected\nDETAIL: ...', ''), 'conflict', undefined],
    ['maintenance', answerOf(503, '', { 'retry-after': '120' }), 'unavailable', 120],
    ['a redirect', answerOf(302, ''), 'redirect', undefined],
  ])('that says %s passes, and nothing was done', (_, answer, reason, seconds) => {
    const error = failureOf(answer);
    expect(error).toBeInstanceOf(PlatformUnavailable);
    expect(error).toMatchObject({ reason, retryAfterSeconds: seconds });
  });

  it.each([
    ['a gateway', answerOf(502, '<html>')],
    ['a gateway that waited', answerOf(504, '')],
    ['a server error', answerOf(500, '')],
    ['no JSON', answerOf(200, '{"id":')],
    ['neither result nor error', answerOf(200, '{"id":0}')],
    ['a database that broke off', saying('server closed the connection unexpectedly\n', '')],
  ])('from %s leaves open what became of a writing call, and a reading one passes', (_, answer) => {
    expect(failureOf(answer, 'writing')).toBeInstanceOf(OutcomeUnknown);
    expect(failureOf(answer, 'reading')).toBeInstanceOf(PlatformUnavailable);
  });

  it.each([{ error: 1 }, { error: null }, { error: {} }, { error: [] }, { error: [1, 2] }])(
    'with the odd error %j is a final no',
    (body) => {
      expect(failureOf(answerOf(200, JSON.stringify(body)))).toMatchObject({ reason: 'broken' });
    },
  );
});

describe('a call that brought no answer', () => {
  it('passes where nothing was sent, and for a reading call', () => {
    expect(transportError(new OutboundRefused('address'), 'writing')).toMatchObject({ reason: 'not-reachable' });
    expect(transportError(new OutboundFailed('network', undefined, false), 'writing')).toBeInstanceOf(
      PlatformUnavailable,
    );
    expect(transportError(new OutboundFailed('timeout'), 'reading')).toMatchObject({ reason: 'timeout' });
  });

  it('leaves open what became of a writing call that may have been sent', () => {
    expect(transportError(new OutboundFailed('timeout'), 'writing')).toBeInstanceOf(OutcomeUnknown);
  });

  it('stays what it is where the caller ended it', () => {
    const reason = new Error('the caller went away');
    expect(transportError(reason, 'writing')).toBe(reason);
  });
});
