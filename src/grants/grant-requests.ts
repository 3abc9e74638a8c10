import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { randomSecret } from '../common/security/random.js';
import { SecretBox } from '../common/security/secret-box.js';
import { sha256 } from '../common/security/sha256.js';
import { firstRowOf } from '../database/rows.js';
import { type SealedColumn } from '../database/sealed-columns.js';
import { type Tx } from '../database/transaction.js';

/** What a user is sent away with; it comes back in the callback. */
export interface GrantRequest {
  readonly grantId: string;
  readonly tenantId: string;
  readonly connectionId: string;
  readonly requestedBy: string;
  readonly redirectUri: string;
  /** The addresses that the user is sent to; null for a request that an older version made. */
  readonly audience: string | null;
  readonly verifier: string;
}

const minutes = 10;
/** Requests of one grant that may be open at once; a newer one ends the oldest. */
const openAtOnce = 10;

/** Where the verifiers of requests under way are kept. */
export const verifierColumn: SealedColumn = {
  table: 'grant_requests',
  column: 'sealed_verifier',
  key: ['state_hash'],
  boundBy: ['grant_id'],
  boundTo: ({ grant_id: grantId = '' }) => boundTo(grantId),
};

/**
 * Authorization requests under way. The state is random, serves once and for ten minutes, and only its hash is stored;
 * behind it stands for whom, by whom and at which connection the request was made (RFC 9700 section 4.7).
 */
@Injectable()
export class GrantRequests {
  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
  ) {}

  /** Answers the state to send. */
  async open(request: Omit<GrantRequest, 'verifier'>, tx: Tx): Promise<{ state: string; verifier: string }> {
    const [state, verifier] = [randomSecret(), randomSecret(48)];
    // Whoever has a link that leads here could otherwise fill the table.
    await tx.query(
      `delete from grant_requests where state_hash in (
         select state_hash from grant_requests where grant_id = $1 order by expires_at desc offset ${openAtOnce - 1})`,
      [request.grantId],
    );
    await tx.query(
      `insert into grant_requests (state_hash, grant_id, tenant_id, connection_id, requested_by, redirect_uri,
                                   sealed_verifier, audience, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + make_interval(mins => ${minutes}))`,
      [
        sha256(state),
        request.grantId,
        request.tenantId,
        request.connectionId,
        request.requestedBy,
        request.redirectUri,
        this.box.seal(verifier, boundTo(request.grantId)),
        request.audience,
      ],
    );
    return { state, verifier };
  }

  /** The request of that state; undefined for one that is unknown, used or too old. A second call finds it used. */
  async take(state: string): Promise<GrantRequest | undefined> {
    const row = await firstRowOf<Omit<GrantRequest, 'verifier'> & { readonly sealedVerifier: string }>(
      this.dataSource,
      `update grant_requests set used_at = clock_timestamp()
       where state_hash = $1 and used_at is null and expires_at > clock_timestamp()
       returning grant_id as "grantId", tenant_id as "tenantId", connection_id as "connectionId",
                 requested_by as "requestedBy", redirect_uri as "redirectUri", audience,
                 sealed_verifier as "sealedVerifier"`,
      [sha256(state)],
    );
    if (row === undefined) return undefined;
    const { sealedVerifier, ...request } = row;
    return { ...request, verifier: this.box.open(sealedVerifier, boundTo(request.grantId)) };
  }
}

function boundTo(grantId: string): string {
  return `grant-request\n${grantId}`;
}
