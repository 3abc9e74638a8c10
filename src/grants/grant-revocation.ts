import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { NotFound } from '../common/errors/liaison-error.js';
import { LOGGER } from '../common/observability/logger.js';
import { SecretBox } from '../common/security/secret-box.js';
import { type ConnectionEnding } from '../connections/connection-ending.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { enqueueJobs, type Job, type JobHandler, type JobOutcome } from '../outbox/job.js';
import { actsEndWithinMs } from '../tokens/act-window.js';
import { GrantTable, grantColumns, type GrantRow } from '../tokens/grant-table.js';
import { revocationOutcome } from '../tokens/revocation-outcome.js';
import { ServerRevocation } from '../tokens/server-revocation.js';
import { TokenRevocation } from '../tokens/token-revocation.js';
import { TokenRows } from '../tokens/token-rows.js';
import { grantEndJob, grantEndKind } from './grant-end-job.js';

type EndingGrant = Pick<GrantRow, 'id' | 'connectionId' | 'reason' | 'subjectExternalId' | 'revokedAt'>;

/** Ends grants: here at once, and at the platform where that is possible. */
@Injectable()
export class GrantRevocation implements JobHandler, ConnectionEnding {
  readonly kind = grantEndKind;
  readonly #rows: TokenRows;

  constructor(
    private readonly dataSource: DataSource,
    box: SecretBox,
    private readonly table: GrantTable,
    private readonly server: ServerRevocation,
    private readonly tokens: TokenRevocation,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#rows = new TokenRows(dataSource, box, 'grants');
  }

  /**
   * From the commit of this no act in the user's name begins, and when this resolves the last one that was under way has ended,
   * also for who asks a second time. Throws `NotFound` for an unknown grant and for another tenant's.
   */
  async revoke(tenantId: string, id: string): Promise<void> {
    const grant = await this.table.transaction(async (tx) => {
      const known = await firstRowOf<GrantRow>(
        tx,
        `select ${grantColumns} from grants where id = $1 and tenant_id = $2 for update`,
        [id, tenantId],
      );
      if (known === undefined) throw new NotFound({ detail: 'There is no such grant.' });
      if (known.state === 'revoked') return known;
      await this.#end(known, 'asked', tx);
      return { ...known, reason: 'asked' };
    });
    await this.#settle(grant);
  }

  /** Ends all grants of a connection with it. */
  async endWith({ id, tenantId }: { readonly id: string; readonly tenantId: string }, tx: Tx): Promise<void> {
    const grants = await rowsOf<GrantRow>(
      tx,
      `select ${grantColumns} from grants where connection_id = $1 and tenant_id = $2
         and state in ('pending', 'active', 'needs-reauthorization') order by id for update`,
      [id, tenantId],
    );
    for (const grant of grants) await this.#end(grant, 'connection-removed', tx);
  }

  /** Writes when the grant ended, and takes its tokens back. They are erased with the last try. */
  async run(job: Job, signal: AbortSignal): Promise<JobOutcome> {
    const grant = await firstRowOf<EndingGrant & { readonly sealed: string | null }>(
      this.dataSource,
      `select ${grantColumns}, sealed_for_revocation as sealed from grants where id = $1`,
      [job.key],
    );
    if (grant === undefined) return { kind: 'done' };
    await this.#settle(grant);
    if (grant.sealed === null) return { kind: 'done' };
    try {
      await this.server.revoke(job.connectionId, this.#rows.open(job.tenantId, job.key, grant.sealed), signal);
    } catch (error) {
      const outcome = revocationOutcome(error, job);
      if (outcome !== undefined) return outcome;
      this.logger.warn({ err: error, grantId: job.key }, 'the tokens of a grant could not be taken back');
    }
    await this.dataSource.query(`update grants set sealed_for_revocation = null where id = $1`, [job.key]);
    return { kind: 'done' };
  }

  async #end(grant: GrantRow, reason: 'asked' | 'connection-removed', tx: Tx): Promise<void> {
    await tx.query(
      `update grants set state = 'revoked', reason = $2, sealed_for_revocation = sealed_tokens, sealed_tokens = null,
              renewal = renewal + 1, renewing_since = null, updated_at = clock_timestamp()
       where id = $1`,
      [grant.id, reason],
    );
    await tx.query(`delete from grant_requests where grant_id = $1`, [grant.id]);
    await enqueueJobs([grantEndJob(grant)], tx);
    await this.tokens.takeBackPutBy(grant, tx);
    // Who waits for this grant learns that it waits in vain.
    await this.table.release(grant.id, tx);
  }

  /** The instant that is recorded lies after the last act under the grant. */
  async #settle(grant: EndingGrant): Promise<void> {
    if (grant.revokedAt !== null) return;
    await this.#actsUnderWay(grant);
    await this.dataSource.query(
      `update grants set revoked_at = clock_timestamp() where id = $1 and state = 'revoked' and revoked_at is null`,
      [grant.id],
    );
  }

  /**
   * Attempts have a deadline, so this ends; one whose process died counts as ended after that time. Acts in the user's name may
   * still be under way under a grant that this one replaced. Where this one was replaced itself, acts under the next one are not
   * its own.
   */
  async #actsUnderWay({ id, connectionId, subjectExternalId, reason }: EndingGrant): Promise<void> {
    const own = reason === 'replaced' ? id : null;
    const deadline = performance.now() + actsEndWithinMs;
    while (performance.now() < deadline) {
      const row = await firstRowOf<{ running: boolean }>(
        this.dataSource,
        `select exists (
           select 1 from posts p join post_attempts a on a.post_id = p.id
           where p.connection_id = $1 and p.poster = $2 and p.state in ('sending', 'unknown')
             and p.grant_id = coalesce($3, p.grant_id)
             and a.ended_at is null and a.started_at > clock_timestamp() - interval '2 minutes'
         ) as running`,
        [connectionId, subjectExternalId, own],
      );
      if (row?.running !== true) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
