import { Inject, Injectable } from '@nestjs/common';
import { NotFound } from '../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { TenantReads } from '../database/tenant-reads.js';
import { Where } from '../database/where.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import {
  toAuthorizationDto,
  type AuthorizationDto,
  type AuthorizationsQuery,
  type WithTokens,
} from './authorization.dto.js';
import { isAuthorizedSql, type AuthorizationRow } from './authorization.state.js';

const cursorKind = 'authorizations';

/** The report that the API shows, in SQL. */
const report = `case when ${isAuthorizedSql} then granted else coalesce(revoked, granted) end`;

@Injectable()
export class AuthorizationsQueries {
  constructor(
    private readonly reads: TenantReads,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
  ) {}

  /** Newest first. */
  async page(tenantId: string, query: AuthorizationsQuery): Promise<Page<AuthorizationDto>> {
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(query.connectionId, (place) => `connection_id = ${place}`)
      .and(query.applicationId, (place) => `application_external_id = ${place}`)
      .and(query.organizationId, (place) => `organization_external_id = ${place}`)
      .and(query.authorizedBy, (place) => `${report} ->> 'authorizedBy' = ${place}`)
      .and(query.friendlyId, (place) => `${report} ->> 'friendlyId' = ${place}`)
      .and(query.scope, (place) => `jsonb_exists(${report} -> 'scopes', ${place})`)
      .and(query.siteName, (place) => `jsonb_exists(${report} -> 'siteNames', ${place})`)
      .and(query.adminSiteName, (place) => `jsonb_exists(${report} -> 'adminSiteNames', ${place})`)
      .and(query.since, (place) => `granted_at >= ${place}`)
      .and(query.until, (place) => `granted_at < ${place}`);
    if (query.state !== undefined)
      where.always(query.state === 'active' ? `(${isAuthorizedSql})` : `not (${isAuthorizedSql})`);
    if (query.cursor !== undefined) {
      const [at, id] = decodeCursor(cursorKind, ['time', 'id'], query.cursor);
      where.always(`(sort_at, id) < (${where.place(at)}::timestamptz, ${where.place(id)}::uuid)`);
    }
    const rows = await this.#select(tenantId, where, query.limit + 1);
    const withTokens = await this.#withTokens(tenantId, rows);
    return toPage(
      withTokens,
      query.limit,
      (row) => encodeCursor(cursorKind, [row.sort_at.toISOString(), row.id]),
      toAuthorizationDto,
    );
  }

  /** Throws `NotFound` for an unknown authorization and for another tenant's. */
  async get(tenantId: string, id: string): Promise<AuthorizationDto> {
    const where = new Where().and(tenantId, (place) => `tenant_id = ${place}`).and(id, (place) => `id = ${place}`);
    const [row] = await this.#withTokens(tenantId, await this.#select(tenantId, where, 1));
    if (row === undefined) throw new NotFound({ detail: 'There is no such authorization.' });
    return toAuthorizationDto(row);
  }

  #select(tenantId: string, where: Where, limit: number): Promise<AuthorizationRow[]> {
    return this.reads.rows<AuthorizationRow>(
      tenantId,
      `select * from authorizations where ${where.sql} order by sort_at desc, id desc limit ${where.place(limit)}`,
      where.parameters,
    );
  }

  /** Tokens are kept under the canonical spelling of an organisation's id, which SQL does not know. */
  async #withTokens(tenantId: string, rows: readonly AuthorizationRow[]): Promise<WithTokens[]> {
    if (rows.length === 0) return [];
    const tokens = await this.reads.rows<{ key: string; held: boolean; expires_at: Date | null }>(
      tenantId,
      `select connection_id || ' ' || application_external_id || ' ' || organization_external_id as key,
              sealed_tokens is not null as held, expires_at
       from organization_tokens where connection_id = any($1::uuid[])`,
      [[...new Set(rows.map((row) => row.connection_id))]],
    );
    const byKey = new Map(tokens.map((token) => [token.key, token]));
    return rows.map((row) => {
      const access = this.platforms.find((platform) => platform.id === row.platform)?.organizations;
      const organization = access?.canonicalId(row.organization_external_id) ?? row.organization_external_id;
      const token = byKey.get(`${row.connection_id} ${row.application_external_id} ${organization}`);
      return { ...row, tokens_held: token?.held ?? null, tokens_expire_at: token?.expires_at ?? null };
    });
  }
}
