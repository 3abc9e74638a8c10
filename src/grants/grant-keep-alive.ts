import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { LOGGER } from '../common/observability/logger.js';
import { rowsOf } from '../database/rows.js';
import { callOutcome } from '../outbox/call-outcome.js';
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

  /** Writes a job for each grant whose time has come; several processes write the same ones once. */
  async look(): Promise<number> {
    const due = await rowsOf<{ id: string; tenantId: string; connectionId: string }>(
      this.dataSource,
      `select id, tenant_id as "tenantId", connection_id as "connectionId" from grants
       where state = 'active' and renewed_at < clock_timestamp() - least(
         interval '7 days', (refresh_expires_at - renewed_at) / 2)
       order by renewed_at limit 500`,
    );
    const jobs = due.map(({ id, tenantId, connectionId }) => ({
      tenantId,
      connectionId,
      kind: keepAliveKind,
      key: id,
      payload: { id },
    }));
    await enqueueJobs(jobs, this.dataSource.manager);
    await this.#forgetUnfinished();
    return due.length;
  }

  /** Requests that can serve nobody any more, and grants that nobody came back for. */
  async #forgetUnfinished(): Promise<void> {
    await this.dataSource.query(`delete from grant_requests where expires_at < clock_timestamp() - interval '1 day'`);
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
