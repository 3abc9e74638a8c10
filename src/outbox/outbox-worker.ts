import { setMaxListeners } from 'node:events';
import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { isTransient } from '../common/errors/sql-state.js';
import { LOGGER } from '../common/observability/logger.js';
import { Metrics } from '../common/observability/metrics.js';
import { backOffMs } from './back-off.js';
import { JOB_HANDLERS, type Job, type JobHandler, type JobOutcome } from './job.js';
import { JobPauses } from './job-pauses.js';
import { JobTable } from './job-table.js';
import { limitedSignal } from './limited-signal.js';

/** Jobs under way at once in one process, about how many of one connection, and how many are taken at a time. */
const width = 16;
const widthOfConnection = 8;
const leasedAtOnce = 4;
const idleMs = 200;
const releaseEveryMs = 2_000;
/** Longer than any handler may take: a lease that ends while its job still runs would run it twice. */
const leaseSeconds = 120;
const handlerDeadlineMs = 90_000;
/** After this long a job that keeps failing is given up and stays visible as failed. */
const givenUpAfterMs = 7 * 24 * 3_600_000;

/** Runs the outbox for as long as the service runs. Any number of processes may do so at the same time. */
@Injectable()
export class OutboxWorker {
  readonly #handlers: ReadonlyMap<string, JobHandler>;
  readonly #running = new Map<Promise<void>, Job>();
  readonly #stopping = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  /** How many jobs have ended here; whoever rests goes on with the next one. */
  #ended = 0;
  #wake: () => void = () => undefined;
  #releasedAt = Number.NEGATIVE_INFINITY;

  constructor(
    @Inject(JOB_HANDLERS) handlers: readonly JobHandler[],
    private readonly table: JobTable,
    private readonly pauses: JobPauses,
    private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    // One for each job, and one for a rest.
    setMaxListeners(width + 1, this.#stopping.signal);
    this.#handlers = new Map(handlers.map((handler) => [handler.kind, handler]));
  }

  start(): void {
    this.#loop = this.#work();
  }

  /** Resolves when nothing runs any more; calls under way are ended, and their jobs are taken again later. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    await Promise.allSettled(this.#running.keys());
  }

  async #work(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#release();
        const ended = this.#ended;
        const free = Math.min(leasedAtOnce, width - this.#running.size);
        const jobs = free > 0 ? await this.#lease(free) : [];
        for (const job of jobs) this.#begin(job);
        // Where one has ended meanwhile, there may be room for another one.
        if ((jobs.length < free || free === 0) && this.#ended === ended) await this.#rest(idleMs);
      } catch (error) {
        if (isTransient(error)) this.logger.warn({ reason: String(error) }, 'the outbox waits for the database');
        else this.logger.error({ err: error }, 'the outbox could not work');
        await this.#rest(1_000);
      }
    }
  }

  #lease(count: number): Promise<Job[]> {
    return this.table.lease(count, leaseSeconds, this.#busyConnections(), [...this.#handlers.keys()]);
  }

  async #release(): Promise<void> {
    const now = performance.now();
    if (now - this.#releasedAt < releaseEveryMs) return;
    this.#releasedAt = now;
    await this.table.release();
    await this.pauses.forget();
  }

  /** One that answers slowly must not keep the others from being asked. */
  #busyConnections(): string[] {
    const counts = new Map<string, number>();
    for (const { connectionId } of this.#running.values()) {
      counts.set(connectionId, (counts.get(connectionId) ?? 0) + 1);
    }
    return [...counts].filter(([, count]) => count >= widthOfConnection).map(([id]) => id);
  }

  #begin(job: Job): void {
    const run = this.#run(job).catch((error: unknown) => {
      // Its lease ends and it is tried again.
      this.logger.warn({ err: error, jobId: job.id, kind: job.kind }, 'the end of a job could not be written');
    });
    this.#running.set(run, job);
    void run.finally(() => {
      this.#running.delete(run);
      this.#ended += 1;
      this.#wake();
    });
  }

  async #run(job: Job): Promise<void> {
    const outcome = await this.#attempt(job);
    if (this.#stopping.signal.aborted && outcome.kind === 'retry') {
      await this.table.retry(job, outcome.reason, 0);
      return;
    }
    this.metrics.jobs.inc({ kind: job.kind, outcome: outcome.kind });
    switch (outcome.kind) {
      case 'done':
        if (job.isTrial) await this.pauses.answered(job);
        await this.table.done(job);
        return;
      case 'retry':
      case 'pause':
        if (Date.now() - job.triedSince.getTime() > givenUpAfterMs) {
          await this.#handlers.get(job.kind)?.giveUp?.(job);
          await this.table.end(job, 'failed', outcome.reason);
          return;
        }
        await this.table.retry(job, outcome.reason, await this.#restMs(job, outcome));
        return;
      case 'parked':
      case 'failed':
        this.logger.warn({ jobId: job.id, kind: job.kind, reason: outcome.reason }, `a job is ${outcome.kind}`);
        await this.table.end(job, outcome.kind, outcome.reason);
    }
  }

  /** After how long the job is tried again; whoever calls by the same token and would be told the same rests with it. */
  async #restMs(job: Job, outcome: JobOutcome & { kind: 'retry' | 'pause' }): Promise<number> {
    if (outcome.kind === 'retry') return outcome.afterMs ?? backOffMs(job.attempt);
    const { reason, afterMs, trial } = outcome;
    if (trial === undefined) return this.pauses.pause(job, reason, afterMs);
    const leftMs = await this.pauses.rest(job, reason, afterMs, trial === 'named');
    // It may be this job that the platform cannot do: the next trial is another one's.
    return job.isTrial && trial === 'doubled' ? Math.max(leftMs, backOffMs(job.attempt)) : leftMs;
  }

  async #attempt(job: Job): Promise<JobOutcome> {
    const { signal, release } = limitedSignal(this.#stopping.signal, handlerDeadlineMs);
    try {
      const handler = this.#handlers.get(job.kind);
      if (handler === undefined) throw new Error('nobody here does jobs of this kind');
      return await handler.run(job, signal);
    } catch (error) {
      if (!this.#stopping.signal.aborted) {
        this.logger.warn({ err: error, jobId: job.id, kind: job.kind }, 'a job broke off and is tried again');
      }
      return { kind: 'retry', reason: 'error' };
    } finally {
      release();
    }
  }

  #rest(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
