import { isJsonObject, memberOf, parseJsonBytes, type JsonValue } from '../../common/json/json.js';
import { OutboundFailed, OutboundRefused } from '../../common/outbound/outbound.errors.js';
import { type OutboundAnswer } from '../../common/outbound/outbound-http.js';
import { retryAfterSeconds } from '../../common/outbound/retry-after.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../../platforms/platform.errors.js';
import { CrmRefused, EntryStale, type CrmRefusal } from '../crm.errors.js';

/** Whether a call changes something: then an answer that is lost leaves open whether it did. */
export type Effect = 'reading' | 'writing';

/** Seconds to wait where a person has to do something. */
const waitForOperator = 60;
/** For so long Tryton counts failed logins, and counts on where somebody tries before (`[session] timeout`). */
const waitForLogin = 300;
const longestMessage = 500;

/** The session has ended, or the password is not taken. */
export class SessionEnded extends NeedsAuthorization {}

/**
 * The result of a JSON-RPC answer. Tryton says 200 to nearly everything and puts into `error` a name with the error's own
 * words, or for what it did not foresee the words alone (trytond/protocols/jsonrpc.py of 6.0).
 *
 * Throws what `ConnectorCalls` lists, `EntryStale`, and `SessionEnded` for 401.
 */
export function resultOf(answer: OutboundAnswer, effect: Effect): JsonValue {
  if (answer.status !== 200) throw statusError(answer, effect);
  const parsed = parseJsonBytes(answer.body);
  const body = parsed.ok && isJsonObject(parsed.value) ? parsed.value : {};
  const error = memberOf(body, 'error');
  if (error !== undefined) throw namedError(Array.isArray(error) ? error : [], effect);
  const result = memberOf(body, 'result');
  if (result === undefined) throw unclear('no-usable-answer', effect);
  return result;
}

/** What a call that brought no answer means. */
export function transportError(error: unknown, effect: Effect): unknown {
  if (error instanceof OutboundRefused) {
    return new PlatformUnavailable('not-reachable', { cause: error, retryAfterSeconds: waitForOperator });
  }
  if (!(error instanceof OutboundFailed)) return error;
  return error.mayHaveBeenSent
    ? unclear(error.reason, effect, error)
    : new PlatformUnavailable(error.reason, { cause: error });
}

function unclear(reason: string, effect: Effect, cause?: unknown): Error {
  return effect === 'writing' ? new OutcomeUnknown({ cause }) : new PlatformUnavailable(reason, { cause });
}

function statusError({ status, headers }: OutboundAnswer, effect: Effect): Error {
  const wait = retryAfterSeconds(headers['retry-after'], Date.now());
  if (status === 401) return new SessionEnded();
  if (status === 403) return new CrmRefused('forbidden', undefined);
  // There is no such database, or something else answers under this address.
  if (status === 404) return new PlatformUnavailable('not-found', { retryAfterSeconds: waitForOperator });
  if (status === 429) return new PlatformUnavailable('rate-limited', { retryAfterSeconds: wait ?? waitForLogin });
  if (status === 503)
    return new PlatformUnavailable('unavailable', wait === undefined ? {} : { retryAfterSeconds: wait });
  if (status === 408 || status >= 500) return unclear('server-error', effect);
  return status < 400 ? new PlatformUnavailable('redirect') : new CrmRefused('invalid', undefined);
}

function namedError([name, details]: readonly JsonValue[], effect: Effect): Error {
  const words = textsIn(details);
  switch (name) {
    case 'ConcurrencyException':
      return new EntryStale();
    case 'LoginException':
      // A second factor is wanted, which nobody is there to give.
      return new NeedsAuthorization();
    case 'UserError':
      return new CrmRefused(reasonOf(words[0] ?? ''), shown(words));
    case 'UserWarning':
      // Its first word is a name by which it is switched off.
      return new CrmRefused('invalid', shown(words.slice(1)));
    default:
      return unforeseen(typeof name === 'string' ? name : '', effect);
  }
}

/**
 * Access and validation errors carry no name but `UserError`: the words of trytond/ir/message.xml tell, which we ask for in
 * English. An administrator can change them; what is not known is `invalid`.
 */
function reasonOf(message: string): CrmRefusal {
  if (/^You are not allowed to |^Calling button /.test(message)) return 'forbidden';
  if (/that don't exist anymore\.$|" does not exist\.$/.test(message)) return 'gone';
  // So it says of a reference to a record that is not there, which we never leave out.
  if (message === 'A value is required for field "Resource" in "Note".') return 'gone';
  return 'invalid';
}

/** Words of an exception of Python. The transaction is rolled back, but for a connection that broke while it ended. */
function unforeseen(words: string, effect: Effect): Error {
  if (/could not serialize access|deadlock detected|lock timeout|database is locked/.test(words)) {
    return new PlatformUnavailable('conflict');
  }
  if (/could not connect|connection to server .* failed|too many clients|connection pool exhausted/s.test(words)) {
    return new PlatformUnavailable('unavailable');
  }
  if (/server closed the connection|terminating connection|connection already closed|SSL /.test(words)) {
    return unclear('server-error', effect);
  }
  if (/cannot contain NUL|surrogates not allowed/.test(words)) return new CrmRefused('invalid', shown([words]));
  return new CrmRefused('broken', shown([words]));
}

function textsIn(details: JsonValue | undefined): readonly string[] {
  const list = Array.isArray(details) ? details : [details];
  return list.filter((item: unknown) => typeof item === 'string');
}

function shown(words: readonly string[]): string | undefined {
  const text = words.filter((word) => word !== '').join(' - ');
  return text === '' ? undefined : text.slice(0, longestMessage).toWellFormed();
}
