import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SecretBox } from '../common/security/secret-box.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { type SealedColumn } from '../database/sealed-columns.js';
import { type Tx } from '../database/transaction.js';
import { enqueueJobs, type NewJob } from '../outbox/job.js';
import { type TokenOwner } from '../platforms/organization-tokens.js';
import { type OrganizationTokenSet } from '../platforms/platform.js';

/** Where the tokens of organisations are kept. */
export const organizationTokensColumn: SealedColumn = {
  table: 'organization_tokens',
  column: 'sealed_tokens',
  key: ['connection_id', 'organization_external_id', 'application_external_id'],
  boundBy: ['connection_id', 'tenant_id', 'organization_external_id', 'application_external_id'],
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

/** A row of an organisation that allows the app. */
export interface OrganizationTokenRow {
  readonly applicationExternalId: string;
  readonly toldId: string;
  readonly generation: string;
  readonly sealedTokens: string | null;
  /** Counts the tokens that were stored. */
  readonly version: string;
  /** By the database's clock; `ending` is good, and to be fetched anew. */
  readonly life: 'good' | 'ending' | 'over';
}

/** What is sealed, as far as anybody reads it, and for which generation it was fetched. */
interface SealedTokens {
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly generation?: string;
  /** The addresses that they are for; undefined in those that were sealed before it was written down. */
  readonly audience?: string;
}

/** Tokens, and the addresses that they came from. */
export type FetchedTokens = OrganizationTokenSet & { readonly audience: string };

/** A token this close to its end is fetched anew. */
const renewWithin = '5 minutes';

/**
 * The sealed tokens of organisations. Each grant and each revocation makes a new generation; tokens are only stored
 * under the generation they were fetched for, so a fetch that comes back late cannot undo a revocation.
 */
@Injectable()
export class OrganizationTokenTable {
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
    if (row !== undefined) await this.enqueueFetch(key, row.generation, tx);
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
    // A fetch that waits for somebody to act waits in vain; one that runs finds out by itself.
    await tx.query(
      `delete from jobs where connection_id = $1 and kind = $2 and state <> 'waiting'
         and payload ->> 'organizationExternalId' = $3 and payload ->> 'applicationExternalId' = $4`,
      [key.connectionId, organizationTokenKind, key.organizationExternalId, key.applicationExternalId],
    );
  }

  /** Whether tokens fetched for that generation would still be taken. */
  async isCurrent(key: OrganizationKey, generation: string): Promise<boolean> {
    const row = await this.#row(key);
    return row?.generation === generation;
  }

  /** What may bring new tokens, at those addresses, in place of those that are held for that generation; undefined where nothing may. */
  async refreshTokenFor(key: OrganizationKey, generation: string, audience: string): Promise<string | undefined> {
    const row = await this.#row(key);
    if (row?.generation !== generation || row.sealedTokens === null) return undefined;
    const tokens = this.#opened(row.sealedTokens, key);
    // One that was fetched for an earlier authorization would bring what that one allowed.
    return tokens.generation === generation && isFor(tokens, audience) ? tokens.refreshToken : undefined;
  }

  /** Stores tokens, unless the generation they were fetched for has passed; answers whether they were stored. */
  async store(key: OrganizationKey, generation: string, tokens: FetchedTokens): Promise<boolean> {
    const { accessToken, refreshToken, expiresAt, audience } = tokens;
    const sealing: SealedTokens = {
      accessToken,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      generation,
      audience,
    };
    const rows = await rowsOf(
      this.dataSource,
      `update organization_tokens
       set sealed_tokens = $5, fetched_at = clock_timestamp(), expires_at = $6, version = version + 1
       where connection_id = $1 and organization_external_id = $2 and application_external_id = $3
         and generation = $4 and active
       returning 1`,
      [
        key.connectionId,
        key.organizationExternalId,
        key.applicationExternalId,
        generation,
        this.box.seal(JSON.stringify(sealing), boundTo(key)),
        expiresAt ?? null,
      ],
    );
    return rows.length === 1;
  }

  /** Of those that still allow the app; the one with the newest token first. */
  rows(owner: TokenOwner, organizationExternalId: string): Promise<OrganizationTokenRow[]> {
    return rowsOf<OrganizationTokenRow>(
      this.dataSource,
      `select application_external_id as "applicationExternalId", told_id as "toldId", generation, version,
              sealed_tokens as "sealedTokens",
              case when expires_at <= clock_timestamp() then 'over'
                   when expires_at <= clock_timestamp() + interval '${renewWithin}' then 'ending' else 'good' end as life
       from organization_tokens where connection_id = $1 and organization_external_id = $2 and active
       order by fetched_at desc nulls last, application_external_id`,
      [owner.id, organizationExternalId],
    );
  }

  #row(key: OrganizationKey): Promise<Pick<OrganizationTokenRow, 'generation' | 'sealedTokens'> | undefined> {
    return firstRowOf(
      this.dataSource,
      `select generation, sealed_tokens as "sealedTokens" from organization_tokens
       where connection_id = $1 and organization_external_id = $2 and application_external_id = $3 and active`,
      [key.connectionId, key.organizationExternalId, key.applicationExternalId],
    );
  }

  /** The access token that is sealed in the row of that key; undefined where it is not for these addresses. */
  accessTokenIn(sealed: string, key: OrganizationKey, audience: string): string | undefined {
    const tokens = this.#opened(sealed, key);
    return isFor(tokens, audience) ? tokens.accessToken : undefined;
  }

  #opened(sealed: string, key: OrganizationKey): SealedTokens {
    const opened: unknown = JSON.parse(this.box.open(sealed, boundTo(key)));
    // Sealed by `store` and authenticated, so the shape is the one that went in.
    return opened as SealedTokens;
  }

  /** Writes the job that fetches tokens for that generation. */
  async enqueueFetch(key: ToldOrganization, generation: string, tx: Tx): Promise<void> {
    const { tenantId, connectionId, applicationExternalId, organizationExternalId, toldId } = key;
    const job: NewJob = {
      tenantId,
      connectionId,
      kind: organizationTokenKind,
      key: fetchKeyOf(key, generation),
      payload: { applicationExternalId, organizationExternalId, toldId, generation },
      credential: 'app',
    };
    await enqueueJobs([job], tx);
  }
}

function isFor(tokens: SealedTokens, audience: string): boolean {
  return tokens.audience === undefined || tokens.audience === audience;
}

/** The key of the job that fetches tokens for that generation. */
export function fetchKeyOf(
  { applicationExternalId, organizationExternalId }: OrganizationKey,
  generation: string,
): string {
  return `${applicationExternalId} ${organizationExternalId} ${generation}`;
}

/** Sealed tokens belong to one row: copied to another they do not open. */
function boundTo(key: OrganizationKey): string {
  const { tenantId, connectionId, organizationExternalId, applicationExternalId } = key;
  return `organization-token\n${tenantId}\n${connectionId}\n${organizationExternalId}\n${applicationExternalId}`;
}
