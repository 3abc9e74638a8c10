import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SecretBox } from '../common/security/secret-box.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { type SealedColumn } from '../database/sealed-columns.js';
import { type Tx } from '../database/transaction.js';
import { enqueueJobs } from '../outbox/job.js';
import { type OrganizationTokens, type TokenOwner } from '../platforms/organization-tokens.js';
import { type OrganizationTokenSet } from '../platforms/platform.js';

/** Where the tokens of organisations are kept. */
export const organizationTokensColumn: SealedColumn = {
  table: 'organization_tokens',
  column: 'sealed_tokens',
  key: ['connection_id', 'tenant_id', 'organization_external_id', 'application_external_id'],
  boundTo: (key) =>
    boundTo({
      connectionId: key['connection_id'] ?? '',
      tenantId: key['tenant_id'] ?? '',
      organizationExternalId: key['organization_external_id'] ?? '',
      applicationExternalId: key['application_external_id'] ?? '',
    }),
};

/** The kind of job that fetches the tokens of an organisation. */
export const organizationTokenKind = 'organization-token';

/** The tokens of one organisation for one app. */
export interface OrganizationKey {
  readonly connectionId: string;
  readonly tenantId: string;
  readonly applicationExternalId: string;
  /** In the platform's canonical form. */
  readonly organizationExternalId: string;
}

/** The same, with the organisation's id as the platform spelt it, which is how it wants to be asked. */
export type ToldOrganization = OrganizationKey & { readonly toldId: string };

interface TokenRow {
  readonly applicationExternalId: string;
  readonly toldId: string;
  readonly generation: string;
  readonly sealedTokens: string | null;
  readonly expiresAt: Date | null;
}

/** A token this close to its end is fetched anew. */
const renewWithinMs = 5 * 60_000;

/**
 * The sealed tokens of organisations. Each grant and each revocation makes a new generation; tokens are only stored
 * under the generation they were fetched for, so a fetch that comes back late cannot undo a revocation.
 */
@Injectable()
export class OrganizationTokenTable implements OrganizationTokens {
  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
  ) {}

  /** A new generation that may hold tokens; writes the job that fetches them. In `tx`, with the fact. */
  async open(key: ToldOrganization, tx: Tx): Promise<void> {
    const row = await firstRowOf<{ generation: string }>(
      tx,
      `insert into organization_tokens (connection_id, tenant_id, organization_external_id, application_external_id,
                                        told_id, generation, active)
       values ($1, $2, $3, $4, $5, 1, true)
       on conflict (connection_id, organization_external_id, application_external_id)
       do update set generation = organization_tokens.generation + 1, active = true, told_id = excluded.told_id
       returning generation`,
      [key.connectionId, key.tenantId, key.organizationExternalId, key.applicationExternalId, key.toldId],
    );
    if (row !== undefined) await this.#enqueueFetch(key, row.generation, tx);
  }

  /** Erases the tokens and makes a generation that holds none. In `tx`, with the fact. */
  async close(key: ToldOrganization, tx: Tx): Promise<void> {
    await tx.query(
      `insert into organization_tokens (connection_id, tenant_id, organization_external_id, application_external_id,
                                        told_id, generation, active)
       values ($1, $2, $3, $4, $5, 1, false)
       on conflict (connection_id, organization_external_id, application_external_id)
       do update set generation = organization_tokens.generation + 1, active = false, sealed_tokens = null,
                     fetched_at = null, expires_at = null`,
      [key.connectionId, key.tenantId, key.organizationExternalId, key.applicationExternalId, key.toldId],
    );
  }

  /** Whether tokens fetched for that generation would still be taken. */
  async isCurrent(key: OrganizationKey, generation: string): Promise<boolean> {
    const row = await this.#row(key);
    return row?.generation === generation;
  }

  /** Stores tokens, unless the generation they were fetched for has passed; answers whether they were stored. */
  async store(key: OrganizationKey, generation: string, tokens: OrganizationTokenSet): Promise<boolean> {
    const sealed = this.box.seal(JSON.stringify(tokens), boundTo(key));
    const rows = await rowsOf(
      this.dataSource,
      `update organization_tokens
       set sealed_tokens = $5, fetched_at = clock_timestamp(), expires_at = $6
       where connection_id = $1 and organization_external_id = $2 and application_external_id = $3
         and generation = $4 and active
       returning 1`,
      [
        key.connectionId,
        key.organizationExternalId,
        key.applicationExternalId,
        generation,
        sealed,
        tokens.expiresAt ?? null,
      ],
    );
    return rows.length === 1;
  }

  async find(owner: TokenOwner, organizationExternalId: string): Promise<string | undefined> {
    const row = await firstRowOf<TokenRow>(
      this.dataSource,
      `select application_external_id as "applicationExternalId", told_id as "toldId", generation, sealed_tokens as "sealedTokens",
              expires_at as "expiresAt"
       from organization_tokens
       where connection_id = $1 and organization_external_id = $2 and active and sealed_tokens is not null
       order by fetched_at desc limit 1`,
      [owner.id, organizationExternalId],
    );
    if (row === undefined || row.sealedTokens === null) return undefined;
    const key = {
      connectionId: owner.id,
      tenantId: owner.tenantId,
      organizationExternalId,
      applicationExternalId: row.applicationExternalId,
      toldId: row.toldId,
    };
    const leftMs = row.expiresAt === null ? Number.POSITIVE_INFINITY : row.expiresAt.getTime() - Date.now();
    if (leftMs < renewWithinMs) await this.#enqueueFetch(key, row.generation, this.dataSource.manager);
    if (leftMs <= 0) return undefined;
    const opened: unknown = JSON.parse(this.box.open(row.sealedTokens, boundTo(key)));
    // Sealed by `store` and authenticated, so the shape is the one that went in.
    return (opened as OrganizationTokenSet).accessToken;
  }

  async renew(owner: TokenOwner, organizationExternalId: string): Promise<boolean> {
    const rows = await rowsOf<TokenRow>(
      this.dataSource,
      `select application_external_id as "applicationExternalId", told_id as "toldId", generation from organization_tokens
       where connection_id = $1 and organization_external_id = $2 and active`,
      [owner.id, organizationExternalId],
    );
    for (const { applicationExternalId, toldId, generation } of rows) {
      const ids = { connectionId: owner.id, tenantId: owner.tenantId, organizationExternalId };
      const key = { ...ids, applicationExternalId, toldId };
      await this.#enqueueFetch(key, generation, this.dataSource.manager);
    }
    return rows.length > 0;
  }

  #row(key: OrganizationKey): Promise<{ readonly generation: string } | undefined> {
    return firstRowOf<{ generation: string }>(
      this.dataSource,
      `select generation from organization_tokens
       where connection_id = $1 and organization_external_id = $2 and application_external_id = $3 and active`,
      [key.connectionId, key.organizationExternalId, key.applicationExternalId],
    );
  }

  async #enqueueFetch(key: ToldOrganization, generation: string, tx: Tx): Promise<void> {
    const { tenantId, connectionId, applicationExternalId, organizationExternalId, toldId } = key;
    const job = {
      tenantId,
      connectionId,
      kind: organizationTokenKind,
      key: `${applicationExternalId} ${organizationExternalId} ${generation}`,
      payload: { applicationExternalId, organizationExternalId, toldId, generation },
    };
    await enqueueJobs([job], tx);
  }
}

/** Sealed tokens belong to one row: copied to another they do not open. */
function boundTo(key: OrganizationKey): string {
  const { tenantId, connectionId, organizationExternalId, applicationExternalId } = key;
  return `organization-token\n${tenantId}\n${connectionId}\n${organizationExternalId}\n${applicationExternalId}`;
}
