import { type CursorPosition } from '../common/http/page.js';
import { type OwnedQuery } from '../common/http/query.dto.js';
import { Where } from '../database/where.js';

/** The rows of a tenant that a list in the order of ids asks for, behind a position. */
export function owned(tenantId: string, query: OwnedQuery, after: CursorPosition | undefined): Where {
  return new Where()
    .and(tenantId, (place) => `tenant_id = ${place}`)
    .and(after?.[0], (place) => `id > ${place}::uuid`)
    .and(query.connectionId, (place) => `connection_id = ${place}`)
    .and(query.externalId, (place) => `external_id = ${place}`);
}
