import { type JsonValue } from '../common/json/json.js';
import { type LiaisonEvent } from '../events/event.js';
import { earlier, orderOf, supersedes } from '../events/latest.js';
import { type ColumnTypes } from '../events/projection-table.js';

/** What one report of a grant or a revocation said. */
export interface AuthorizationReport {
  readonly friendlyId: string | null;
  readonly authorizedBy: string | null;
  readonly authorizedAt: string | null;
  readonly scopes: readonly string[];
  readonly siteNames: readonly string[];
  readonly adminSiteNames: readonly string[];
  readonly details: JsonValue;
}

/** What one organisation allows one app: the last grant and the last revocation. */
export interface AuthorizationRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly connection_id: string;
  readonly platform: string;
  readonly application_external_id: string;
  readonly organization_external_id: string;
  readonly granted: AuthorizationReport | null;
  readonly granted_order: number | null;
  readonly granted_at: Date | null;
  readonly revoked: AuthorizationReport | null;
  readonly revoked_order: number | null;
  readonly revoked_at: Date | null;
  readonly sort_at: Date;
}

export const authorizationColumns: ColumnTypes<AuthorizationRow> = {
  id: 'uuid',
  tenant_id: 'text',
  connection_id: 'uuid',
  platform: 'text',
  application_external_id: 'text',
  organization_external_id: 'text',
  granted: 'jsonb',
  granted_order: 'float8',
  granted_at: 'timestamptz',
  revoked: 'jsonb',
  revoked_order: 'float8',
  revoked_at: 'timestamptz',
  sort_at: 'timestamptz',
};

/** Whether the app may act, in SQL; a revocation of the same moment counts, so that in doubt nothing is allowed. */
export const isAuthorizedSql = `granted_order is not null and (revoked_order is null or granted_order > revoked_order)`;

/** The same for a row. */
export function isAuthorized(row: Pick<AuthorizationRow, 'granted_order' | 'revoked_order'>): boolean {
  return row.granted_order !== null && (row.revoked_order === null || row.granted_order > row.revoked_order);
}

export type AuthorizationEvent = LiaisonEvent<'authorization.granted' | 'authorization.revoked'>;

/** Whether the event is about an organisation's consent. */
export function isAuthorizationEvent(event: LiaisonEvent): event is AuthorizationEvent {
  return event.type === 'authorization.granted' || event.type === 'authorization.revoked';
}

/** The authorization after the event, in whatever order events come. */
export function applyToAuthorization(row: AuthorizationRow | undefined, event: AuthorizationEvent): AuthorizationRow {
  const known = row ?? unknownAuthorization(event);
  const next = { ...known, sort_at: earlier(known.sort_at, event.occurredAt) };
  const report = reportOf(event);
  const order = orderOf(event);
  const isNews = (storedOrder: number | null, stored: AuthorizationReport | null): boolean =>
    supersedes(
      { at: order, rank: 0, text: canonicalText(report) },
      { at: storedOrder, rank: 0, text: stored === null ? '' : canonicalText(stored) },
    );
  if (event.type === 'authorization.granted') {
    if (!isNews(known.granted_order, known.granted)) return { ...next, ...earlierGrant(known, event, order) };
    return {
      ...next,
      granted: report,
      granted_order: order,
      granted_at: order === known.granted_order ? earlier(known.granted_at, event.occurredAt) : event.occurredAt,
    };
  }
  if (!isNews(known.revoked_order, known.revoked)) return { ...next, ...earlierRevocation(known, event, order) };
  return {
    ...next,
    revoked: report,
    revoked_order: order,
    revoked_at: order === known.revoked_order ? earlier(known.revoked_at, event.occurredAt) : event.occurredAt,
  };
}

function earlierGrant(row: AuthorizationRow, event: AuthorizationEvent, order: number): Partial<AuthorizationRow> {
  return order === row.granted_order ? { granted_at: earlier(row.granted_at, event.occurredAt) } : {};
}

function earlierRevocation(row: AuthorizationRow, event: AuthorizationEvent, order: number): Partial<AuthorizationRow> {
  return order === row.revoked_order ? { revoked_at: earlier(row.revoked_at, event.occurredAt) } : {};
}

function unknownAuthorization(event: AuthorizationEvent): AuthorizationRow {
  return {
    id: event.subjectId,
    tenant_id: event.tenantId,
    connection_id: event.connectionId,
    platform: event.platform,
    application_external_id: event.data.applicationExternalId,
    organization_external_id: event.data.organizationExternalId,
    granted: null,
    granted_order: null,
    granted_at: null,
    revoked: null,
    revoked_order: null,
    revoked_at: null,
    sort_at: event.occurredAt,
  };
}

function reportOf({ data }: AuthorizationEvent): AuthorizationReport {
  return {
    friendlyId: data.friendlyId ?? null,
    authorizedBy: data.authorizedBy ?? null,
    authorizedAt: data.authorizedAt ?? null,
    scopes: data.scopes ?? [],
    siteNames: data.siteNames ?? [],
    adminSiteNames: data.adminSiteNames ?? [],
    details: data.details,
  };
}

/** Postgres keeps the members of objects in an order of its own; this text does not depend on it. */
function canonicalText(report: AuthorizationReport): string {
  const { friendlyId, authorizedBy, authorizedAt, scopes, siteNames, adminSiteNames } = report;
  return JSON.stringify([friendlyId, authorizedBy, authorizedAt, scopes, siteNames, adminSiteNames]);
}
