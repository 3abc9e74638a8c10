import { isJsonObject, filledTextOf, memberOf, parseJsonBytes, type JsonObject } from '../../common/json/json.js';
import { type OutboundAnswer } from '../../common/outbound/outbound-http.js';
import { retryAfterSeconds } from '../../common/outbound/retry-after.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../../platforms/platform.errors.js';
import { CrmRefused, type CrmRefusal } from '../crm.errors.js';
import { awayFor } from '../crm-call.js';

/** Seconds to wait where no header names them: by the name of the limit that was reached. */
const limitSeconds: ReadonlyMap<string, number> = new Map([
  ['SECONDLY', 1],
  ['TEN_SECONDLY_ROLLING', 10],
  // Until midnight in the account's own time zone, which is not told: asked again every hour.
  ['DAILY', 3_600],
]);
const unnamedLimitSeconds = 10;
/** "Locks will last for 2 seconds" (HubSpot, error handling). */
const lockSeconds = 2;

/** HubSpot's own codes for what is wrong with one property. */
const conflictCode = 'CONFLICTING_UNIQUE_VALUE';

const byCategory: ReadonlyMap<string, CrmRefusal> = new Map([
  ['VALIDATION_ERROR', 'invalid'],
  ['OBJECT_NOT_FOUND', 'gone'],
  ['MISSING_SCOPES', 'forbidden'],
  ['BANNED', 'forbidden'],
  ['CONFLICT', 'duplicate'],
]);

const byStatus: ReadonlyMap<number, CrmRefusal> = new Map([
  [400, 'invalid'],
  [413, 'invalid'],
  [414, 'invalid'],
  [415, 'invalid'],
  [422, 'invalid'],
  [402, 'forbidden'],
  [403, 'forbidden'],
  [404, 'gone'],
  [410, 'gone'],
  [409, 'duplicate'],
]);

/** What an answer other than 2xx means: HubSpot's pages "Error handling" and "API usage guidelines". Pure but for the clock. */
export function errorOf(answer: OutboundAnswer, effect: 'reads' | 'writes'): Error {
  const { status } = answer;
  const said = errorIn(answer);
  if (status === 401) return new NeedsAuthorization();
  if (status === 429) return new PlatformUnavailable('rate-limited', { retryAfterSeconds: pauseOf(answer, said) });
  if (status === 423)
    return new PlatformUnavailable('locked', { retryAfterSeconds: namedPause(answer) ?? lockSeconds });
  // The account moves between HubSpot's data centres, for up to a day.
  if (status === 477) return awayFor('migration', answer);
  // 521 and 523: the gateway did not reach HubSpot.
  if (status === 503 || status === 521 || status === 523) return awayFor('not-available', answer);
  if (status >= 500 || status === 408) return lostAnswer(effect);
  if (status < 400) return new PlatformUnavailable('redirect');
  // A gateway's page says nothing of our call.
  if (said === undefined) return new PlatformUnavailable('no-usable-answer');
  const reason = reasonOf(status, said);
  if (reason === undefined) return new PlatformUnavailable('no-usable-answer');
  return new CrmRefused(reason, messageIn(said));
}

/** An answer that does not tell what became of the call. */
export function lostAnswer(effect: 'reads' | 'writes'): OutcomeUnknown | PlatformUnavailable {
  return effect === 'writes' ? new OutcomeUnknown() : new PlatformUnavailable('no-usable-answer');
}

/** The error in HubSpot's form, `{status, message, correlationId, category, errors}`; older ones have `errorType`. */
function errorIn({ body }: OutboundAnswer): JsonObject | undefined {
  const parsed = parseJsonBytes(body);
  if (!parsed.ok || !isJsonObject(parsed.value)) return undefined;
  const { value } = parsed;
  const names = ['category', 'correlationId', 'errorType', 'policyName'];
  return names.some((name) => filledTextOf(value, name) !== undefined) ? value : undefined;
}

function reasonOf(status: number, said: JsonObject): CrmRefusal | undefined {
  const codes = detailsIn(said).flatMap((detail) => filledTextOf(detail, 'code') ?? []);
  // Of several faults one may be the conflict: `message` holds them as JSON, `errors` one by one.
  if (codes.includes(conflictCode) || filledTextOf(said, 'message')?.includes(conflictCode) === true)
    return 'duplicate';
  return byCategory.get(filledTextOf(said, 'category') ?? '') ?? byStatus.get(status);
}

function pauseOf(answer: OutboundAnswer, said: JsonObject | undefined): number {
  const policy = said === undefined ? undefined : filledTextOf(said, 'policyName');
  const named = namedPause(answer) ?? limitSeconds.get(policy ?? '');
  const interval = Number(answer.headers['x-hubspot-ratelimit-interval-milliseconds'] ?? NaN);
  const rolling = Number.isFinite(interval) && interval > 0 ? Math.min(Math.ceil(interval / 1_000), 3_600) : undefined;
  return named ?? rolling ?? unnamedLimitSeconds;
}

function namedPause({ headers }: OutboundAnswer): number | undefined {
  return retryAfterSeconds(headers['retry-after'], Date.now());
}

function messageIn(said: JsonObject): string | undefined {
  const message = filledTextOf(said, 'message');
  const details = detailsIn(said).flatMap((detail) => filledTextOf(detail, 'message') ?? []);
  const told = [...(message === undefined ? [] : [message]), ...details.filter((text) => message !== text)].join(' ');
  return told === '' ? undefined : told.slice(0, 500).toWellFormed();
}

function detailsIn(said: JsonObject): readonly JsonObject[] {
  const errors = memberOf(said, 'errors');
  return Array.isArray(errors) ? errors.filter(isJsonObject) : [];
}
