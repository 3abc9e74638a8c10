import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { LiaisonError } from '../common/errors/liaison-error.js';
import { LOGGER } from '../common/observability/logger.js';
import { checkDurability } from './durability.js';
import { migrate } from './migrate.js';
import { dropMonthsBefore, ensurePartitions } from './partitions.js';
import { isTransient } from '../common/errors/sql-state.js';
import { TenantReads } from './tenant-reads.js';

export interface DatabasePolicy {
  readonly url: string;
  readonly dangerouslyAllowDataLoss: boolean;
  /** Months of the audit log that ended so many days ago are dropped; 0 keeps all. */
  readonly auditRetentionDays: number;
}

/** Injection token of the `DatabasePolicy`. */
export const DATABASE_POLICY = Symbol('database policy');

const firstRetryMs = 200;
const longestRetryMs = 5_000;
const partitionsMs = 6 * 3_600_000;
const dayMs = 86_400_000;

/**
 * Brings the database up: connect, check that its commits are durable, migrate, check that it keeps tenants apart, make
 * partitions. A database that is not
 * there yet is waited for, so that services may start in any order; one that is unsafe stops the start.
 */
@Injectable()
export class DatabaseLifecycle {
  #ready = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly reads: TenantReads,
    @Inject(DATABASE_POLICY) private readonly policy: DatabasePolicy,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Whether the database has been brought up once in this process. */
  get ready(): boolean {
    return this.#ready;
  }

  /**
   * Resolves when the database is ready and `afterwards`, which needs it, is done too, however long that takes; false when
   * `stop` came first. Whatever fails only for the moment is tried again. Throws `UnsafeDatabase`,
   * `TenantRoleMissing` and `TenantIsolationMissing`.
   */
  async bringUp(afterwards: () => Promise<void> = () => Promise.resolve()): Promise<boolean> {
    let waitMs = firstRetryMs;
    while (!this.#stopped) {
      try {
        if (!this.#ready) await this.#tryOnce();
        await afterwards();
        return true;
      } catch (error) {
        if ((error instanceof LiaisonError && error.kind === 'bug') || !isTransient(error)) throw error;
        this.logger.warn({ err: error, retryMs: waitMs }, 'the database is not reachable yet');
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        waitMs = Math.min(waitMs * 2, longestRetryMs);
      }
    }
    return false;
  }

  /** Ends waiting and closes the pool. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.reads.end();
  }

  async #tryOnce(): Promise<void> {
    if (!this.dataSource.isInitialized) await this.dataSource.initialize();
    const unsafe = await checkDurability(this.dataSource, this.policy.dangerouslyAllowDataLoss);
    for (const setting of unsafe)
      this.logger.error({ setting }, 'running on a server that may lose acknowledged deliveries');
    const ran = await migrate(this.policy.url);
    if (ran > 0) this.logger.info({ migrations: ran }, 'the schema was migrated');
    await this.reads.verify();
    await ensurePartitions(this.dataSource, new Date());
    this.#dropOldAudit();
    this.#timer = setInterval(() => {
      ensurePartitions(this.dataSource, new Date()).catch((error: unknown) => {
        this.logger.error({ err: error }, 'partitions could not be made ahead');
      });
      this.#dropOldAudit();
    }, partitionsMs).unref();
    this.#ready = true;
  }

  /** Nobody waits for it: what could not be dropped now is dropped in the next round. */
  #dropOldAudit(): void {
    const { auditRetentionDays } = this.policy;
    if (auditRetentionDays === 0) return;
    dropMonthsBefore(this.dataSource, 'audit_log', new Date(Date.now() - auditRetentionDays * dayMs)).then(
      (dropped) => {
        if (dropped.length > 0) this.logger.info({ partitions: dropped }, 'old months of the audit log were dropped');
      },
      (error: unknown) => this.logger.error({ err: error }, 'old months of the audit log could not be dropped'),
    );
  }
}
