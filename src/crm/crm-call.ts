import { type HttpCaller } from '../common/outbound/http-caller.js';
import { type OutboundAnswer, type OutboundCall } from '../common/outbound/outbound-http.js';
import { OutboundFailed, OutboundRefused } from '../common/outbound/outbound.errors.js';
import { retryAfterSeconds } from '../common/outbound/retry-after.js';
import { OutcomeUnknown, PlatformUnavailable } from '../platforms/platform.errors.js';

/** Seconds to wait where the CRM names none. */
const waitForLimit = 15;
/** Until somebody has corrected an address that we may not call. */
const waitForOperator = 60;

/**
 * Sends a call of a CRM's API once and gives its answer, whatever its status. Throws `OutcomeUnknown` for a writing call whose
 * answer is lost, `PlatformUnavailable` for every other one that brings none, and the reason of the caller's signal.
 */
export async function answerOf(
  http: HttpCaller,
  call: OutboundCall,
  effect: 'reads' | 'writes',
): Promise<OutboundAnswer> {
  try {
    return await http.request(call);
  } catch (error) {
    if (error instanceof OutboundRefused) {
      throw new PlatformUnavailable('not-reachable', { cause: error, retryAfterSeconds: waitForOperator });
    }
    if (!(error instanceof OutboundFailed)) throw error;
    throw effect === 'writes' && error.mayHaveBeenSent
      ? new OutcomeUnknown({ cause: error })
      : new PlatformUnavailable(error.reason, { cause: error });
  }
}

/** One call too many: with the CRM's own word for how long. */
export function rateLimited({ headers }: Pick<OutboundAnswer, 'headers'>): PlatformUnavailable {
  const seconds = retryAfterSeconds(headers['retry-after'], Date.now()) ?? waitForLimit;
  return new PlatformUnavailable('rate-limited', { retryAfterSeconds: seconds });
}

/** An answer that surely did nothing, with how long to stay away where it says so. */
export function awayFor(reason: string, { headers }: Pick<OutboundAnswer, 'headers'>): PlatformUnavailable {
  const seconds = retryAfterSeconds(headers['retry-after'], Date.now());
  return new PlatformUnavailable(reason, seconds === undefined ? {} : { retryAfterSeconds: seconds });
}
