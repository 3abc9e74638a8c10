import { type Where } from '../../database/where.js';
import { type LanguageQuery } from '../../search/search-queries.js';
import { narrowedSql } from './message-words.js';

/** Where a message stands in time; ids tell those of one moment apart. */
export interface Place {
  readonly id: string;
  readonly sortAt: Date;
}

/** What is looked for, and among which messages. */
export interface WantedMessages {
  readonly tenantId: string;
  /** The `tsquery`, as text, for each language that messages of the tenant may be indexed in. */
  readonly queries: readonly LanguageQuery[];
  readonly order: 'asc' | 'desc';
  readonly connectionId?: string | undefined;
  readonly spaceId?: string | undefined;
  readonly authorId?: string | undefined;
  readonly externalId?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** The earliest place that counts. */
  readonly notBefore?: Place | undefined;
}

/** Narrows rows `m` of messages to those between the bounds and beyond `from`, by what their indexes hold. */
export function addScope(where: Where, wanted: WantedMessages, from: Place | undefined): Where {
  where
    .and(wanted.tenantId, (place) => `m.tenant_id = ${place}`)
    .and(wanted.spaceId, (place) => `m.space_id = ${place}`)
    .and(wanted.externalId, (place) => `m.external_id = ${place}`);
  return addTimes(where, wanted, from, 'm.sort_at', 'm.id');
}

/** Narrows rows `s` of the index to those that fit. */
export function addFits(where: Where, wanted: WantedMessages): Where {
  return where
    .always(fitsSql(where, wanted.queries))
    .and(wanted.tenantId, (place) => `s.tenant_id = ${place}`)
    .and(wanted.spaceId, (place) => `s.space_id = ${place}`)
    .and(wanted.connectionId, (place) => `s.connection_id = ${place}`)
    .and(wanted.authorId, (place) => `s.author_external_id = ${place}`);
}

/** The same, so that the index finds them: those between the bounds and beyond `from`. */
export function addIndexed(where: Where, wanted: WantedMessages, from: Place | undefined): Where {
  addFits(where, wanted)
    .and(wanted.spaceId === undefined ? wanted.tenantId : undefined, narrowedSql.toTenant)
    .and(wanted.spaceId, narrowedSql.toSpace)
    .and(wanted.connectionId, narrowedSql.toConnection)
    .and(wanted.authorId, narrowedSql.toAuthor);
  return addTimes(where, wanted, from, 's.sort_at', 's.message_id');
}

function addTimes(where: Where, wanted: WantedMessages, from: Place | undefined, sortAt: string, id: string): Where {
  const placeSql = ({ sortAt: at, id: of }: Place): string =>
    `(${where.place(at)}::timestamptz, ${where.place(of)}::uuid)`;
  where
    .and(wanted.since, (place) => `${sortAt} >= ${place}::timestamptz`)
    .and(wanted.until, (place) => `${sortAt} < ${place}::timestamptz`);
  if (wanted.notBefore !== undefined) where.always(`(${sortAt}, ${id}) >= ${placeSql(wanted.notBefore)}`);
  if (from !== undefined) where.always(`(${sortAt}, ${id}) ${wanted.order === 'asc' ? '>' : '<'} ${placeSql(from)}`);
  return where;
}

/**
 * While messages are indexed in another language, each counts by the query of the language that it is indexed in. What
 * only says which words must not be there fits almost everything, so the index has nothing to find by it.
 */
function fitsSql(where: Where, queries: readonly LanguageQuery[]): string {
  const any = `s.words @@ (${queries.map(({ query }) => `${where.place(query)}::tsquery`).join(' || ')})`;
  const indexed = queries.some(({ fitsEmpty }) => fitsEmpty) ? `(${any}) is true` : any;
  return queries.length === 1 ? indexed : `${indexed} and (s.words @@ ${ownQuerySql(where, queries)}) is true`;
}

/** The query for row `s` of the index: the one of the language that it is indexed in. */
export function ownQuerySql(where: Where, queries: readonly LanguageQuery[]): string {
  const whens = queries.map(
    ({ language, query }) => `when ${where.place(language)} then ${where.place(query)}::tsquery`,
  );
  return `(case s.language ${whens.join(' ')} end)`;
}
