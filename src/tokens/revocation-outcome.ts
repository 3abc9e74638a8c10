import { callOutcome } from '../outbox/call-outcome.js';
import { type Job, type JobOutcome } from '../outbox/job.js';

/** Some time before the outbox gives jobs up, since that would leave the tokens where they are. */
const longestWaitMs = 6 * 24 * 3_600_000;

/**
 * What a revocation that failed means for its job: another try, whatever the reason, since an address may be allowed again and
 * secrets may be opened again; undefined when it has been tried for so long that the tokens are to be erased without it.
 */
export function revocationOutcome(error: unknown, job: Job): JobOutcome | undefined {
  if (Date.now() - job.triedSince.getTime() >= longestWaitMs) return undefined;
  try {
    const outcome = callOutcome(error);
    return outcome.kind === 'parked' ? { kind: 'retry', reason: outcome.reason } : outcome;
  } catch {
    return { kind: 'retry', reason: 'error' };
  }
}
