import { type JobOutcome } from '../../outbox/job.js';

const firstPauseMs = 1_000;
const longestPauseMs = 5 * 60_000;
/** What the CRM said of its own need for rest is kept; these are ours. */
const passing = new Set(['timeout', 'unavailable', 'outcome-unknown']);

/**
 * Keeps a CRM that does not answer from being asked by every record in turn: after each failure in a row nobody asks for twice as
 * long (with full jitter above the half), and after the first success everybody may again. One for each process.
 */
export class CrmCircuit {
  readonly #failures = new Map<string, number>();

  closed(connectionId: string): void {
    this.#failures.delete(connectionId);
  }

  /** The outcome as it is, or a pause for all that call by the same account. */
  outcome(connectionId: string, outcome: JobOutcome): JobOutcome {
    if (outcome.kind !== 'retry' || outcome.reason === 'error') return outcome;
    const failures = (this.#failures.get(connectionId) ?? 0) + 1;
    this.#failures.set(connectionId, failures);
    // One lost answer is an accident; the record itself waits for as long as it must.
    if (failures === 1 && passing.has(outcome.reason)) return outcome;
    const longest = Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs);
    const afterMs = Math.max(outcome.afterMs ?? 0, longest / 2 + (Math.random() * longest) / 2);
    return { kind: 'pause', reason: outcome.reason, afterMs };
  }
}
