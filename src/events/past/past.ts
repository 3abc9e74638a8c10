import { refuseCount, type CountQuery } from '../../common/http/total.dto.js';
import { type PastQuery } from './past.dto.js';

/**
 * A look back of a tenant: what was so at the source by `asOf`, as far as we had learned it by `knownAt`. Both are times
 * for Postgres; `infinity` where there is no bound.
 */
export interface Past {
  readonly tenantId: string;
  readonly asOf: string;
  readonly knownAt: string;
}

/**
 * The look back that is asked for; undefined where things are asked for as they are now. Throws `InvalidInput` where the
 * past is to be counted: who was there then shows only when each is looked at.
 */
export function pastOf(tenantId: string, query: PastQuery & CountQuery): Past | undefined {
  if (query.asOf === undefined && query.knownAt === undefined) return undefined;
  refuseCount(query, 'asOf or knownAt');
  return { tenantId, asOf: boundOf(query.asOf), knownAt: boundOf(query.knownAt) };
}

/** Facts have whole milliseconds, so the rest of a finer time can be dropped; Postgres would round it up. */
function boundOf(instant: string | undefined): string {
  return instant === undefined ? 'infinity' : new Date(instant).toISOString();
}
