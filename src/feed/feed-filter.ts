import { type FeedRow } from './feed-event.js';

/** Which events of a tenant somebody follows; what is not named does not matter. */
export interface FeedFilter {
  readonly types?: readonly string[];
  readonly connectionId?: string;
  readonly spaceId?: string;
}

/** The filter in a query; ids are compared as Postgres writes them. */
export function filterOf(query: { type?: readonly string[]; connectionId?: string; spaceId?: string }): FeedFilter {
  const { type, connectionId, spaceId } = query;
  return {
    ...(type === undefined ? {} : { types: type }),
    ...(connectionId === undefined ? {} : { connectionId: connectionId.toLowerCase() }),
    ...(spaceId === undefined ? {} : { spaceId: spaceId.toLowerCase() }),
  };
}

/** Whether the filter lets an event of its tenant through; `FeedPages` says the same in SQL. */
export function letsThrough({ types, connectionId, spaceId }: FeedFilter, row: FeedRow): boolean {
  return (
    (spaceId === undefined || row.spaceId === spaceId) &&
    (connectionId === undefined || row.connectionId === connectionId) &&
    (types === undefined || types.includes(row.type))
  );
}
