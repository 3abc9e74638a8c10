import { OutboundFailed, OutboundRefused } from '../common/outbound/outbound.errors.js';
import { NeedsAuthorization, PlatformUnavailable } from '../platforms/platform.errors.js';
import { type JobOutcome } from './job.js';

/** What a failed call means for the job. Throws what is not a failed call. */
export function callOutcome(error: unknown): JobOutcome {
  if (error instanceof NeedsAuthorization) return { kind: 'parked', reason: 'needs-authorization' };
  if (error instanceof PlatformUnavailable) {
    const { reason, retryAfterSeconds } = error;
    if (reason === 'rate-limited' && retryAfterSeconds !== undefined) {
      return { kind: 'pause', reason, afterMs: retryAfterSeconds * 1_000 };
    }
    return {
      kind: 'retry',
      reason,
      ...(retryAfterSeconds === undefined ? {} : { afterMs: retryAfterSeconds * 1_000 }),
    };
  }
  if (error instanceof OutboundFailed) return { kind: 'retry', reason: error.reason };
  // The guard will refuse it again until somebody changes the address.
  if (error instanceof OutboundRefused) return { kind: 'parked', reason: 'address-refused' };
  throw error;
}
