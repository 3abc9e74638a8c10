import { OutboundFailed, OutboundRefused } from '../../../common/outbound/outbound.errors.js';
import { retryAfterSeconds } from '../../../common/outbound/retry-after.js';
import { readErrorBody } from './error-body.js';
import { type RawAnswer } from './webex-answer.js';
import { WebexRefusal, type WebexOutcome } from './webex-api.errors.js';

/** The methods that the API uses. */
export type WebexMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Seconds to wait where Webex names none: for its limits what its Python SDK waits, for failures a moment. */
const waitForLimit = 15;
const waitForFailure = 5;
/** A target that we refuse becomes one that we do not only when an operator or a name server changes something. */
const waitForOperator = 60;

/** What a status other than 2xx means. */
function outcomeOf(status: number): WebexOutcome {
  if (status === 401) return 'auth';
  if (status === 403) return 'refused';
  if (status === 404 || status === 410) return 'gone';
  // 423: locked, for example a file that is being scanned.
  if (status === 408 || status === 423 || status === 429 || status >= 500) return 'retry';
  return 'invalid';
}

/** The refusal in an answer that is no 2xx. */
export function refusalOf(method: WebexMethod, answer: RawAnswer): WebexRefusal {
  const { status, headers, bytes } = answer;
  const outcome = outcomeOf(status);
  const fallback = status === 429 || status === 423 ? waitForLimit : waitForFailure;
  return new WebexRefusal({
    outcome,
    detail: `Webex answered ${status}.`,
    answer,
    said: readErrorBody(bytes),
    mayHaveHappened: method === 'POST' && (status >= 500 || status === 408),
    ...(outcome === 'retry'
      ? { retryAfterSeconds: retryAfterSeconds(headers['retry-after'], Date.now()) ?? fallback }
      : {}),
  });
}

/** The refusal for a call that brought no answer; any error that does not come from the way out is given back as it is. */
export function unanswered(method: WebexMethod, error: unknown): unknown {
  if (error instanceof OutboundRefused) {
    const detail = 'Webex could not be called.';
    if (error.reason === 'malformed') return new WebexRefusal({ outcome: 'invalid', detail, cause: error });
    return new WebexRefusal({ outcome: 'retry', detail, cause: error, retryAfterSeconds: waitForOperator });
  }
  if (!(error instanceof OutboundFailed)) return error;
  const mayHaveHappened = method === 'POST';
  if (error.reason === 'too-large') {
    return new WebexRefusal({
      outcome: 'invalid',
      detail: 'The answer of Webex is too large.',
      cause: error,
      mayHaveHappened,
    });
  }
  return new WebexRefusal({
    outcome: 'retry',
    detail: 'Webex did not answer.',
    cause: error,
    retryAfterSeconds: waitForFailure,
    mayHaveHappened,
  });
}

/**
 * The refusal for a 2xx whose bytes are no JSON: a gateway that answers in Webex's place, which passes. JSON that nests too
 * deep will not become shallower.
 */
export function unreadable(method: WebexMethod, answer: RawAnswer, fault: string): WebexRefusal {
  return new WebexRefusal({
    detail: 'The answer of Webex cannot be read.',
    answer,
    mayHaveHappened: method === 'POST',
    ...(fault === 'too-deep' ? { outcome: 'invalid' } : { outcome: 'retry', retryAfterSeconds: waitForFailure }),
  });
}

/** The refusal for an answer, or a call, that breaks the contract and will do so again. */
export function brokenContract(detail: string, answer?: RawAnswer): WebexRefusal {
  return new WebexRefusal({ outcome: 'invalid', detail, ...(answer === undefined ? {} : { answer }) });
}
