import { Injectable } from '@nestjs/common';
import { JobPauses } from '../../outbox/job-pauses.js';
import { type Job, type JobOutcome } from '../../outbox/job.js';

/** What may be due to the one call, or to the line that it went by. */
const accidents = new Set(['timeout', 'network', 'outcome-unknown']);

/**
 * Keeps a CRM that does not answer from being asked by every record in turn. After two failures in a row nobody asks, in any process:
 * then one record tries, and the others follow once it was answered. How long that is: `JobPauses.rest`.
 */
@Injectable()
export class CrmCircuit {
  /** Connections whose last call from this process failed. */
  readonly #failed = new Set<string>();
  /** Trials of which it is written that they were answered. */
  readonly #answered = new WeakSet<Job>();

  constructor(private readonly pauses: JobPauses) {}

  /** The CRM did what it was asked, or said why not. */
  async answered(job: Job): Promise<void> {
    this.#failed.delete(job.connectionId);
    if (!job.isTrial || this.#answered.has(job)) return;
    this.#answered.add(job);
    await this.pauses.answered(job);
  }

  /** The outcome as it is, or a rest for all that call by the same account. */
  outcome(job: Job, outcome: JobOutcome): JobOutcome {
    if (outcome.kind === 'pause') return { ...outcome, trial: 'named' };
    if (outcome.kind !== 'retry' || outcome.reason === 'error') return outcome;
    const isFirst = !this.#failed.has(job.connectionId);
    this.#failed.add(job.connectionId);
    // One lost answer is an accident; the record itself waits for as long as it must.
    if (isFirst && !job.isTrial && accidents.has(outcome.reason)) return outcome;
    return { kind: 'pause', reason: outcome.reason, afterMs: outcome.afterMs ?? 0, trial: 'doubled' };
  }
}
