import { filledTextOf, isJsonObject, parseJsonBytes } from '../../common/json/json.js';
import { type OutboundAnswer } from '../../common/outbound/outbound-http.js';
import { retryAfterSeconds } from '../../common/outbound/retry-after.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../../platforms/platform.errors.js';
import { CrmRefused, EntryStale, type CrmRefusal } from '../crm.errors.js';
import { awayFor, rateLimited } from '../crm-call.js';
import { limitRestSeconds } from './salesforce.daily-limit.js';

/** What was asked when the answer came. */
export interface Asked {
  readonly effect: 'reads' | 'writes';
  readonly keyField: string;
}

interface Fault {
  readonly code: string;
  readonly message: string;
}

/** Codes that say neither by their status nor by their beginning what they mean to us. */
const refusals: ReadonlyMap<string, CrmRefusal> = new Map([
  ['ENTITY_IS_DELETED', 'gone'],
  ['INVALID_CROSS_REFERENCE_KEY', 'gone'],
  ['INVALID_FIELD_FOR_INSERT_UPDATE', 'forbidden'],
  ['DUPLICATES_DETECTED', 'duplicate'],
  ['DUPLICATE_VALUE', 'duplicate'],
  ['DUPLICATE_EXTERNAL_ID', 'duplicate'],
  ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'broken'],
  ['CANNOT_EXECUTE_FLOW_TRIGGER', 'broken'],
  ['STORAGE_LIMIT_EXCEEDED', 'broken'],
]);
const beginnings: readonly (readonly [string, CrmRefusal])[] = [
  ['INSUFFICIENT_ACCESS', 'forbidden'],
  ['APEX', 'broken'],
];
/** Everything of the call is rolled back, and the next one may succeed. */
const passing: ReadonlyMap<string, string> = new Map([
  ['UNABLE_TO_LOCK_ROW', 'locked'],
  ['SERVER_UNAVAILABLE', 'not-available'],
  ['QUERY_TIMEOUT', 'timeout'],
]);

/** What an answer other than 2xx means (Salesforce, REST API Developer Guide, "Status Codes and Error Responses"). */
export function errorOf(answer: OutboundAnswer, asked: Asked): Error {
  const { status } = answer;
  if (status === 300) {
    return new CrmRefused('duplicate', `Several tasks have this key: ${asked.keyField} must be unique.`);
  }
  if (status === 412) return new EntryStale();
  if (status === 401) return new NeedsAuthorization();
  if (status === 429) return rateLimited(answer);
  const fault = faultIn(answer);
  return (fault === undefined ? undefined : meaningOf(fault, answer, asked)) ?? byStatus(answer, asked);
}

function meaningOf({ code, message }: Fault, answer: OutboundAnswer, { keyField }: Asked): Error | undefined {
  const { status } = answer;
  const isAboutKey = message.includes(keyField);
  if (code === 'INVALID_SESSION_ID') return new NeedsAuthorization();
  if (code === 'REQUEST_LIMIT_EXCEEDED') return limitExceeded(message, answer);
  // Somebody else made it at the same moment: the next try finds it and changes it.
  if (code === 'DUPLICATE_VALUE' && isAboutKey) return new PlatformUnavailable('locked');
  const reason = passing.get(code);
  if (reason !== undefined) return awayFor(reason, answer);
  const refusal = refusals.get(code) ?? beginnings.find(([start]) => code.startsWith(start))?.[1];
  const shown = `${code}: ${message}`.slice(0, 500).toWellFormed();
  if (refusal !== undefined) return new CrmRefused(refusal, shown);
  if (status === 403) return new CrmRefused('forbidden', shown);
  // The same status says that there is no such field, or none that we may see.
  if (status === 404 && !isAboutKey) return new CrmRefused('gone', shown);
  return status >= 400 && status < 500 ? new CrmRefused('invalid', shown) : undefined;
}

/** The daily one unless it is that of long calls at one moment. */
function limitExceeded(message: string, answer: OutboundAnswer): PlatformUnavailable {
  if (message.includes('Concurrent')) return rateLimited(answer);
  const seconds = retryAfterSeconds(answer.headers['retry-after'], Date.now()) ?? limitRestSeconds;
  return new PlatformUnavailable('rate-limited', { retryAfterSeconds: seconds });
}

/** Answers that are not written as the API writes them: of a gateway, a page of maintenance, an address that has moved. */
function byStatus(answer: OutboundAnswer, { effect }: Asked): Error {
  const { status } = answer;
  if (status < 400) return new PlatformUnavailable('redirect');
  if (status === 503) return awayFor('not-available', answer);
  const mayHaveActed = effect === 'writes' && (status === 408 || status >= 500);
  return mayHaveActed ? new OutcomeUnknown() : new PlatformUnavailable('no-usable-answer');
}

/** The first of the errors; another one is told after that has been put right. */
function faultIn({ body }: OutboundAnswer): Fault | undefined {
  const parsed = parseJsonBytes(body);
  const first = parsed.ok && Array.isArray(parsed.value) ? parsed.value.find(isJsonObject) : undefined;
  const code = first === undefined ? undefined : filledTextOf(first, 'errorCode');
  if (first === undefined || code === undefined) return undefined;
  return { code, message: filledTextOf(first, 'message') ?? '' };
}
