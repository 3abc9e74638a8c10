import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { LOGGER } from '../common/observability/logger.js';
import { Metrics } from '../common/observability/metrics.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { inTransaction, type Tx } from '../database/transaction.js';
import { releaseJobs } from '../outbox/job-changes.js';

export type GrantState = 'pending' | 'active' | 'needs-reauthorization' | 'revoked' | 'denied' | 'failed';

/** A grant without its tokens. */
export interface GrantRow {
  readonly id: string;
  readonly tenantId: string;
  readonly connectionId: string;
  readonly state: GrantState;
  readonly reason: string | null;
  readonly subjectExternalId: string | null;
  readonly subjectName: string | null;
  readonly subjectEmail: string | null;
  readonly scopes: readonly string[];
  readonly requestedBy: string;
  readonly createdAt: Date;
  readonly activatedAt: Date | null;
  readonly renewedAt: Date | null;
  readonly refreshExpiresAt: Date | null;
  readonly revokedAt: Date | null;
}

export const grantColumns = `
  id, tenant_id as "tenantId", connection_id as "connectionId", state, reason,
  subject_external_id as "subjectExternalId", subject_name as "subjectName", subject_email as "subjectEmail", scopes,
  requested_by as "requestedBy", created_at as "createdAt", activated_at as "activatedAt", renewed_at as "renewedAt",
  refresh_expires_at as "refreshExpiresAt", revoked_at as "revokedAt"`;

/** The states of grants, and what waits for them. */
@Injectable()
export class GrantTable {
  constructor(
    private readonly dataSource: DataSource,
    private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  find(id: string): Promise<GrantRow | undefined> {
    return firstRowOf<GrantRow>(this.dataSource, `select ${grantColumns} from grants where id = $1`, [id]);
  }

  /**
   * The grant is over until its user consents again; its tokens are erased, and acts in the user's name wait. Changes
   * nothing where `claim` is not the last one, so that a late failure does not end what was consented to meanwhile.
   */
  async needsReauthorization(id: string, reason: string, claim: string): Promise<void> {
    const rows = await rowsOf(
      this.dataSource,
      `update grants set state = 'needs-reauthorization', reason = $2, sealed_tokens = null, renewing_since = null,
              expires_at = null, renew_after = null, updated_at = clock_timestamp()
       where id = $1 and state = 'active' and renewal = $3 returning 1`,
      [id, reason, claim],
    );
    if (rows.length === 0) return;
    this.metrics.grantsLost.inc({ reason });
    this.logger.warn({ grantId: id, reason }, 'a grant needs its user to consent again');
  }

  /** Lets those go on who waited for this grant. In `tx`, with what made it active. */
  async release(id: string, tx: Tx): Promise<void> {
    await releaseJobs(`j.state = 'parked' and j.payload ->> 'grantId' = $1`, [id], tx);
  }

  /** Runs `work` in one transaction. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return inTransaction(this.dataSource, work);
  }
}
