import { parseJsonBytes } from '../../../common/json/json.js';
import { type LiaisonError } from '../../../common/errors/liaison-error.js';
import { type OutboundAnswer } from '../../../common/outbound/outbound-http.js';
import { retryAfterSeconds } from '../../../common/outbound/retry-after.js';
import { NeedsAuthorization, PlatformUnavailable } from '../../platform.errors.js';
import { readFailure } from '../failure.js';
import { CallRefused } from './acting.errors.js';

/** These say that something passes (UCWA, errors and informational messages). */
const passing: ReadonlyMap<number, string> = new Map([
  [408, 'timeout'],
  [429, 'rate-limited'],
  [503, 'unavailable'],
  [504, 'timeout'],
]);

/** Starting and writing need our own webhook to be reachable; that passes, whatever status says it. */
const callbackTroubles: readonly (string | undefined)[] = ['CallbackUriUnreachable', 'CallbackChannelError'];

/**
 * The error that an answer of 400 and above is: `CallRefused` for a decision of the platform, `PlatformUnavailable` for what
 * may pass, `NeedsAuthorization` for 401. A body that is no error entity comes from something in between, and what a proxy
 * says is not the platform's decision.
 */
export function refusalIn(answer: OutboundAnswer, nowMs: number): LiaisonError {
  const { status, headers } = answer;
  // The challenge of the platform itself is an HTML page.
  if (status === 401) return new NeedsAuthorization();
  const pause = retryAfterSeconds(headers['retry-after'], nowMs);
  const later = (reason: string): PlatformUnavailable =>
    new PlatformUnavailable(reason, pause === undefined ? {} : { retryAfterSeconds: pause });
  const failure = entityIn(answer);
  const temporary = passing.get(status);
  if (temporary !== undefined) return later(temporary);
  if (failure === undefined) return later('proxy');
  if (callbackTroubles.includes(failure.subcode)) return later('callback-unreachable');
  return status >= 500 ? later('service-failure') : new CallRefused(status, failure);
}

function entityIn({ headers, body }: OutboundAnswer): ReturnType<typeof readFailure> {
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(headers['content-type'] ?? '')) return undefined;
  const parsed = parseJsonBytes(body);
  return parsed.ok ? readFailure(parsed.value) : undefined;
}
