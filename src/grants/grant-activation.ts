import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Logger } from 'pino';
import { LOGGER } from '../common/observability/logger.js';
import { SecretBox, SecretBoxError } from '../common/security/secret-box.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { grantCredential } from '../outbox/credential.js';
import { enqueueJobs } from '../outbox/job.js';
import { type GrantSubject } from '../platforms/oauth-server.js';
import { GrantTable, type GrantState } from '../tokens/grant-table.js';
import { TokenRevocation } from '../tokens/token-revocation.js';
import { accessLife, refreshLife, TokenRows, type HeldTokens } from '../tokens/token-rows.js';
import { type TokenSet } from '../tokens/token-set.js';
import { grantEndJob } from './grant-end-job.js';
import { type GrantRequest } from './grant-requests.js';

/** How a user's way ended. */
export type CallbackOutcome =
  | { readonly kind: 'active'; readonly subjectName: string | null }
  | { readonly kind: 'denied' | 'failed' | 'other-person' | 'expired' };

/** What a user came back with. */
export interface Consented {
  readonly subject: GrantSubject;
  readonly tokens: TokenSet;
  /** The addresses that the tokens are for. */
  readonly audience: string;
  /** Whether the server takes tokens back. */
  readonly isRevocable: boolean;
}

interface KnownGrant {
  readonly id: string;
  readonly subject: string | null;
  readonly state: GrantState;
  readonly sealed: string | null;
}

const grantOf = `select id, subject_external_id as subject, state, sealed_tokens as sealed from grants`;

/** Makes grants active, or does not, and then keeps nothing of what a user came back with. Safe to do twice. */
@Injectable()
export class GrantActivation {
  readonly #rows: TokenRows;

  constructor(
    dataSource: DataSource,
    box: SecretBox,
    private readonly table: GrantTable,
    private readonly revocation: TokenRevocation,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#rows = new TokenRows(dataSource, box, 'grants');
  }

  activate(request: GrantRequest, consented: Consented): Promise<CallbackOutcome> {
    const { grantId: id, connectionId } = request;
    return this.table.transaction(async (tx): Promise<CallbackOutcome> => {
      // One after the other, because two of them may be the same person's; and not after the connection is removed.
      const connection = await firstRowOf<{ isRemoved: boolean }>(
        tx,
        `select deleted_at is not null as "isRemoved" from connections where id = $1 for no key update`,
        [connectionId],
      );
      const known = await firstRowOf<KnownGrant>(tx, `${grantOf} where id = $1 for update`, [id]);
      if (connection?.isRemoved !== false || known === undefined || known.state === 'revoked') {
        await this.#decline(request, consented, tx);
        return { kind: 'failed' };
      }
      if (known.subject !== null && known.subject !== consented.subject.externalId) {
        await this.#decline(request, consented, tx);
        return { kind: 'other-person' };
      }
      await this.#keep(request, known, consented, tx);
      return { kind: 'active', subjectName: consented.subject.name ?? null };
    });
  }

  /** The tokens belong to no grant, so they are taken back. */
  #decline(request: GrantRequest, { tokens, audience, ...consented }: Consented, tx: Tx): Promise<void> {
    return this.#discard(request, consented, { ...tokens, audience }, tx);
  }

  async #discard(
    { tenantId, connectionId }: GrantRequest,
    { subject, isRevocable }: Pick<Consented, 'subject' | 'isRevocable'>,
    held: HeldTokens,
    tx: Tx,
  ): Promise<void> {
    if (!isRevocable) return;
    await this.revocation.discard({ tenantId, connectionId, subjectExternalId: subject.externalId }, held, tx);
  }

  async #keep(request: GrantRequest, known: KnownGrant, consented: Consented, tx: Tx): Promise<void> {
    const { grantId: id, tenantId, connectionId } = request;
    const { subject, tokens, audience } = consented;
    const { accessToken, refreshToken } = tokens;
    const earlier = await this.#replaceEarlier(request, subject, tx);
    await tx.query(
      `update grants set
         state = 'active', reason = null, subject_external_id = $2, subject_name = $3, subject_email = $4,
         scopes = coalesce($5, scopes), sealed_tokens = $6, generation = generation + 1, renewal = renewal + 1,
         renewing_since = null, refresh_rotates = null, activated_at = clock_timestamp(), ${accessLife('$7')},
         ${refreshLife('$8')}
       where id = $1`,
      [
        id,
        subject.externalId,
        subject.name ?? null,
        subject.email ?? null,
        tokens.scopes ?? null,
        this.#rows.seal(tenantId, id, { accessToken, refreshToken, audience }),
        tokens.accessSeconds ?? null,
        tokens.refreshSeconds ?? null,
      ],
    );
    for (const { id: from, sealed } of [known, ...earlier]) {
      const held = sealed === null ? undefined : this.#open(tenantId, from, sealed);
      // Those that an attempt before this one had stored are in use.
      if (held !== undefined && held.accessToken !== accessToken) await this.#discard(request, consented, held, tx);
    }
    const ends = earlier.map((grant) => grantEndJob({ id: grant.id, tenantId, connectionId }));
    await enqueueJobs(ends, tx);
    await this.table.release(id, tx);
  }

  /** Undefined for tokens that cannot be opened any more: they can be taken back by nobody, and the new ones are good. */
  #open(tenantId: string, grantId: string, sealed: string): HeldTokens | undefined {
    try {
      return this.#rows.open(tenantId, grantId, sealed);
    } catch (error) {
      if (!(error instanceof SecretBoxError)) throw error;
      this.logger.warn({ err: error, grantId }, 'earlier tokens of a person who consents anew could not be opened');
      return undefined;
    }
  }

  /**
   * One grant per person and connection: what an earlier one waited for, and what failed under it, goes on with this one. When it
   * ended is written by its job, after the last act under it.
   */
  async #replaceEarlier(
    { grantId: id, connectionId }: GrantRequest,
    subject: GrantSubject,
    tx: Tx,
  ): Promise<readonly KnownGrant[]> {
    const earlier = await rowsOf<KnownGrant>(
      tx,
      `${grantOf} where connection_id = $1 and subject_external_id = $2 and id <> $3
         and state in ('active', 'needs-reauthorization') for update`,
      [connectionId, subject.externalId, id],
    );
    for (const { id: replaced } of earlier) {
      await tx.query(
        `update grants set state = 'revoked', reason = 'replaced', sealed_tokens = null, renewal = renewal + 1,
                renewing_since = null, updated_at = clock_timestamp()
         where id = $1`,
        [replaced],
      );
      await tx.query(
        `update jobs set payload = jsonb_set(payload, '{grantId}', to_jsonb($2::text)), credential = $3
         where payload ->> 'grantId' = $1`,
        [replaced, id, grantCredential(id)],
      );
    }
    return earlier;
  }
}
