import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { firstRowOf, rowsOf } from '../database/rows.js';
import {
  type KnownOrganization,
  type OrganizationToken,
  type OrganizationTokens,
  type TokenOwner,
} from '../platforms/organization-tokens.js';
import {
  fetchKeyOf,
  organizationTokenKind,
  OrganizationTokenTable,
  type OrganizationTokenRow,
  type ToldOrganization,
} from './organization-token-table.js';

/** Gives out the tokens of organisations; jobs fetch them. */
@Injectable()
export class OrganizationTokensService implements OrganizationTokens {
  constructor(
    private readonly dataSource: DataSource,
    private readonly table: OrganizationTokenTable,
  ) {}

  known(owner: TokenOwner): Promise<readonly KnownOrganization[]> {
    return rowsOf<KnownOrganization>(
      this.dataSource,
      `select organization_external_id as "organizationExternalId", bool_or(active) as active
       from organization_tokens where connection_id = $1 and tenant_id = $2 group by 1 order by 1`,
      [owner.id, owner.tenantId],
    );
  }

  async find(owner: TokenOwner, organizationExternalId: string): Promise<OrganizationToken> {
    const [row] = await this.table.rows(owner, organizationExternalId);
    if (row === undefined) return { kind: 'none' };
    const key = keyOf(owner, organizationExternalId, row);
    if (row.sealedTokens === null || row.life === 'over') return this.#fetching(key, row.generation);
    const accessToken = this.table.accessTokenIn(row.sealedTokens, key, owner.audience);
    if (accessToken === undefined) return this.#fetching(key, row.generation);
    if (row.life === 'ending') await this.table.enqueueFetch(key, row.generation, this.dataSource.manager);
    return { kind: 'held', accessToken, version: row.version };
  }

  async refused(owner: TokenOwner, organizationExternalId: string, version: string): Promise<void> {
    await this.dataSource.query(
      `update organization_tokens set expires_at = clock_timestamp()
       where connection_id = $1 and organization_external_id = $2 and active and version = $3`,
      [owner.id, organizationExternalId, version],
    );
    await this.find(owner, organizationExternalId);
  }

  async renew(owner: TokenOwner, organizationExternalId: string): Promise<boolean> {
    const rows = await this.table.rows(owner, organizationExternalId);
    for (const row of rows) {
      const key = keyOf(owner, organizationExternalId, row);
      await this.table.enqueueFetch(key, row.generation, this.dataSource.manager);
    }
    return rows.length > 0;
  }

  /** Has a token fetched, unless that is under way, and says whether it waits for somebody to act. */
  async #fetching(key: ToldOrganization, generation: string): Promise<OrganizationToken> {
    const job = await firstRowOf<{ state: string }>(
      this.dataSource,
      `select state from jobs where connection_id = $1 and kind = $2 and key = $3`,
      [key.connectionId, organizationTokenKind, fetchKeyOf(key, generation)],
    );
    if (job?.state === 'parked') return { kind: 'none' };
    if (job?.state !== 'waiting') await this.table.enqueueFetch(key, generation, this.dataSource.manager);
    return { kind: 'coming' };
  }
}

function keyOf(
  { id, tenantId }: TokenOwner,
  organizationExternalId: string,
  { applicationExternalId, toldId }: OrganizationTokenRow,
): ToldOrganization {
  return { connectionId: id, tenantId, organizationExternalId, applicationExternalId, toldId };
}
