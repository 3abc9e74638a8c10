import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { LOGGER } from '../common/observability/logger.js';
import { SecretBox } from '../common/security/secret-box.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { type SealedColumn } from '../database/sealed-columns.js';
import { type Tx } from '../database/transaction.js';
import { enqueueJobs, type Job, type JobHandler, type JobOutcome } from '../outbox/job.js';
import { revocationOutcome } from './revocation-outcome.js';
import { ServerRevocation } from './server-revocation.js';
import { type HeldTokens } from './token-rows.js';

const tokenRevocationKind = 'token-revocation';

/** Where tokens wait to be taken back. */
export const unwantedTokensColumn: SealedColumn = {
  table: 'unwanted_tokens',
  column: 'sealed_tokens',
  key: ['id'],
  boundBy: ['tenant_id', 'id'],
  boundTo: ({ id = '', tenant_id: tenantId = '' }) => boundTo(tenantId, id),
};

function boundTo(tenantId: string, id: string): string {
  return `unwanted-tokens\n${tenantId}\n${id}`;
}

/** Whose tokens, as far as it is known: the connection's, of that person. */
export interface TokenSubject {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly subjectExternalId: string | null;
}

/**
 * Takes tokens back that we were given and do not keep. They serve nothing else, and are erased with the last try. To take back
 * one token of a person may end all that the app has of them (RFC 7009 section 2.1), so while that person has an active grant at
 * the connection, tokens are only put by; they are taken back with it.
 */
@Injectable()
export class TokenRevocation implements JobHandler {
  readonly kind = tokenRevocationKind;

  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    private readonly server: ServerRevocation,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Writes the tokens in `tx`, with what made them unwanted, and the job unless they are put by. */
  async discard(whose: TokenSubject, held: HeldTokens, tx: Tx): Promise<void> {
    const { tenantId, connectionId, subjectExternalId } = whose;
    const id = uuidV7();
    const { accessToken, refreshToken, audience } = held;
    const sealed = this.box.seal(JSON.stringify({ accessToken, refreshToken, audience }), boundTo(tenantId, id));
    // Held until the end of `tx`: whoever ends that grant meanwhile finds these.
    const active = await firstRowOf(
      tx,
      `select 1 from grants where connection_id = $1 and subject_external_id = $2 and state = 'active' for share`,
      [connectionId, subjectExternalId],
    );
    await tx.query(
      `insert into unwanted_tokens (id, tenant_id, connection_id, sealed_tokens, subject_external_id)
       values ($1, $2, $3, $4, $5)`,
      [id, tenantId, connectionId, sealed, active === undefined ? null : subjectExternalId],
    );
    if (active === undefined) await this.#enqueue([{ id, tenantId, connectionId }], tx);
  }

  /** Has taken back what was put by of that person; in `tx`, with the end of their grant. */
  async takeBackPutBy({ connectionId, subjectExternalId }: TokenSubject, tx: Tx): Promise<void> {
    if (subjectExternalId === null) return;
    const rows = await rowsOf<{ id: string; tenantId: string }>(
      tx,
      `update unwanted_tokens set subject_external_id = null where connection_id = $1 and subject_external_id = $2
       returning id, tenant_id as "tenantId"`,
      [connectionId, subjectExternalId],
    );
    await this.#enqueue(
      rows.map((row) => ({ ...row, connectionId })),
      tx,
    );
  }

  async run(job: Job, signal: AbortSignal): Promise<JobOutcome> {
    const row = await firstRowOf<{ sealed: string }>(
      this.dataSource,
      `select sealed_tokens as sealed from unwanted_tokens where id = $1 and tenant_id = $2`,
      [job.key, job.tenantId],
    );
    if (row === undefined) return { kind: 'done' };
    try {
      const opened: unknown = JSON.parse(this.box.open(row.sealed, boundTo(job.tenantId, job.key)));
      // Sealed by `discard` and authenticated, so the shape is the one that went in.
      await this.server.revoke(job.connectionId, opened as HeldTokens, signal);
    } catch (error) {
      const outcome = revocationOutcome(error, job);
      if (outcome !== undefined) return outcome;
      this.logger.warn(
        { err: error, jobId: job.id, connectionId: job.connectionId },
        'tokens that nobody wants could not be taken back',
      );
    }
    await this.dataSource.query(`delete from unwanted_tokens where id = $1`, [job.key]);
    return { kind: 'done' };
  }

  async #enqueue(
    rows: readonly { readonly id: string; readonly tenantId: string; readonly connectionId: string }[],
    tx: Tx,
  ): Promise<void> {
    const jobs = rows.map(({ id, tenantId, connectionId }) => ({
      tenantId,
      connectionId,
      kind: tokenRevocationKind,
      key: id,
      payload: { id },
    }));
    await enqueueJobs(jobs, tx);
  }
}
