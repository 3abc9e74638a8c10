import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NotFound } from '../common/errors/liaison-error.js';
import { OUTBOUND, type HttpCaller } from '../common/outbound/http-caller.js';
import { SecretBox } from '../common/security/secret-box.js';
import { accountOf } from '../connections/connection-account.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { firstRowOf } from '../database/rows.js';
import { callOutcome } from '../outbox/call-outcome.js';
import { enqueueJobs, type Job, type JobHandler, type JobOutcome } from '../outbox/job.js';
import { NeedsAuthorization } from '../platforms/platform.errors.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import { GrantTable } from '../tokens/grant-table.js';
import { OAuthClient } from '../tokens/oauth-client.js';
import { TokenRows } from '../tokens/token-rows.js';

const revocationKind = 'grant-revocation';
/** Longer than a call to a platform may take. */
const waitForActsMs = 20_000;

/** Ends grants: here at once, and at the platform where that is possible. */
@Injectable()
export class GrantRevocation implements JobHandler {
  readonly kind = revocationKind;
  readonly #rows: TokenRows;

  constructor(
    private readonly dataSource: DataSource,
    box: SecretBox,
    private readonly table: GrantTable,
    private readonly directory: ConnectionDirectory,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(OUTBOUND) private readonly http: HttpCaller,
  ) {
    this.#rows = new TokenRows(dataSource, box, 'grants');
  }

  /**
   * From the commit of this no act in the user's name begins. The instant that is recorded lies after the last one that
   * was under way has ended. Throws `NotFound` for an unknown grant and for another tenant's.
   */
  async revoke(tenantId: string, id: string): Promise<void> {
    const connectionId = await this.table.transaction(async (tx) => {
      const grant = await firstRowOf<{ state: string; connectionId: string }>(
        tx,
        `select state, connection_id as "connectionId" from grants where id = $1 and tenant_id = $2 for update`,
        [id, tenantId],
      );
      if (grant === undefined) throw new NotFound({ detail: 'There is no such grant.' });
      if (grant.state === 'revoked') return undefined;
      await tx.query(
        `update grants set state = 'revoked', reason = 'asked', sealed_for_revocation = sealed_tokens, sealed_tokens = null,
                renewal = renewal + 1, renewing_since = null, updated_at = clock_timestamp()
         where id = $1`,
        [id],
      );
      await tx.query(`delete from grant_requests where grant_id = $1`, [id]);
      const job = { tenantId, connectionId: grant.connectionId, kind: revocationKind, key: id, payload: { id } };
      await enqueueJobs([job], tx);
      // Who waits for this grant learns that it waits in vain.
      await this.table.release(id, tx);
      return grant.connectionId;
    });
    if (connectionId === undefined) return;
    await this.#actsUnderWay(id);
    await this.dataSource.query(
      `update grants set revoked_at = clock_timestamp() where id = $1 and state = 'revoked' and revoked_at is null`,
      [id],
    );
  }

  async run(job: Job, signal: AbortSignal): Promise<JobOutcome> {
    const id = job.key;
    const grant = await firstRowOf<{ sealed: string | null }>(
      this.dataSource,
      `select sealed_for_revocation as sealed from grants where id = $1`,
      [id],
    );
    if (grant === undefined || grant.sealed === null) return { kind: 'done' };
    const connection = this.directory.get(job.connectionId);
    const grants = this.platforms.find((platform) => platform.id === connection?.platform)?.userGrants;
    try {
      if (connection !== undefined && grants !== undefined) {
        const http: HttpCaller = { request: (call) => this.http.request({ ...call, signal }) };
        const server = await grants.server(accountOf(connection), http);
        const held = this.#rows.open(job.tenantId, id, grant.sealed);
        // The refresh token ends what hangs on it (RFC 7009 section 2.1).
        if (server.revocationEndpoint !== undefined) {
          await new OAuthClient(server, http).revoke(held.refreshToken ?? held.accessToken);
        }
      }
    } catch (error) {
      // The server takes neither the token nor us: nobody can do more, and what is kept for nothing is erased.
      if (!(error instanceof NeedsAuthorization)) return callOutcome(error);
    }
    await this.dataSource.query(`update grants set sealed_for_revocation = null where id = $1`, [id]);
    return { kind: 'done' };
  }

  /** Attempts have a deadline, so this ends; one whose process died counts as ended after that time. */
  async #actsUnderWay(id: string): Promise<void> {
    const deadline = performance.now() + waitForActsMs;
    while (performance.now() < deadline) {
      const row = await firstRowOf<{ running: boolean }>(
        this.dataSource,
        `select exists (
           select 1 from post_attempts a join posts p on p.id = a.post_id
           where p.grant_id = $1 and a.ended_at is null and a.started_at > clock_timestamp() - interval '2 minutes'
         ) as running`,
        [id],
      );
      if (row?.running !== true) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
