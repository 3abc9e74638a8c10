import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { LOGGER } from '../common/observability/logger.js';
import { rowsOf } from '../database/rows.js';
import { inTransaction, type Tx } from '../database/transaction.js';
import { callOutcome } from '../outbox/call-outcome.js';
import { grantCredential } from '../outbox/credential.js';
import { enqueueJobs, type Job, type JobHandler, type JobOutcome } from '../outbox/job.js';
import { NeedsAuthorization } from '../platforms/platform.errors.js';
import { ActingTokensService } from '../tokens/acting-tokens.service.js';

const keepAliveKind = 'grant-keep-alive';
const lookEveryMs = 60_000;

/** Renews grants that nobody uses, so that they do not lapse: at half the life of the refresh token, or weekly. */
@Injectable()
export class GrantKeepAlive implements JobHandler {
  readonly kind = keepAliveKind;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly tokens: ActingTokensService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.look().catch((error: unknown) => this.logger.warn({ err: error }, 'idle grants could not be looked for'));
    }, lookEveryMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Writes a job for each grant whose time has come, some at a time. Each goes to the end of the queue with it, so that those that
   * cannot be renewed keep nobody else waiting.
   */
  async look(): Promise<number> {
    const count = await inTransaction(this.dataSource, (tx) => this.#enqueueDue(tx));
    await this.#forgetUnfinished();
    return count;
  }

  async #enqueueDue(tx: Tx): Promise<number> {
    const due = await rowsOf<{ id: string; tenantId: string; connectionId: string }>(
      tx,
      `with due as materialized (
         select id from grants where state = 'active' and keep_at <= clock_timestamp()
         order by keep_at limit 500 for update skip locked
       )
       update grants g set keep_at = clock_timestamp() + interval '1 hour' from due where due.id = g.id
       returning g.id, g.tenant_id as "tenantId", g.connection_id as "connectionId"`,
    );
    const jobs = due.map(({ id, tenantId, connectionId }) => ({
      tenantId,
      connectionId,
      kind: keepAliveKind,
      key: id,
      payload: { id },
      credential: grantCredential(id),
    }));
    await enqueueJobs(jobs, tx);
    return due.length;
  }

  /** Requests that can serve nobody any more, and grants that nobody came back for. */
  async #forgetUnfinished(): Promise<void> {
    await this.dataSource.query(`delete from grant_requests where expires_at < clock_timestamp()`);
    await this.dataSource.query(
      `update grants set state = 'failed', reason = 'never-completed', updated_at = clock_timestamp()
       where state = 'pending' and created_at < clock_timestamp() - interval '1 day'`,
    );
  }

  async run(job: Job): Promise<JobOutcome> {
    try {
      await this.tokens.renewUser(job.key);
      return { kind: 'done' };
    } catch (error) {
      // It stands in the grant by now, and nobody's work hangs on this job.
      if (error instanceof NeedsAuthorization) return { kind: 'done' };
      return callOutcome(error);
    }
  }
}
