import { configurationSql, defaultLanguage } from '../../search/search-languages.js';
import { isVisibleAnnotationSql } from '../annotation.state.js';
import { pathSeparator, textPlacesSql } from './annotation-text.js';

/** A tsvector may have 1 MB; this much text always fits, and nobody looks for a message by its hundred-thousandth letter. */
const indexedCharacters = 100_000;
const concludedCharacters = 10_000;

/** Weights of the words: D is what somebody wrote, C what a service concluded. In the order that ts_rank_cd wants. */
export const wordWeights = '{1, 0.3, 0, 0}';

const secondsPerWeek = 604_800;

/*
 * A GIN index finds the messages with a word in no order at all, and knows nothing else about them. So that a search can
 * ask for those of one tenant, space, connection or author, and of one week after the other, the index holds marks of
 * these too, as numbers: Postgres intersects the lists and reads only the rows of what is left. Marks narrow a search and
 * the columns decide, so it does not matter should two things once have the same mark.
 */
const uuidMark = (id: string): string => `uuid_hash_extended(${id}, 0)`;
const textMark = (text: string): string => `hashtextextended(${text}, 0)`;

/** SQL for the marks of a row `m`. */
const marksSql = `array[
  ${textMark('m.tenant_id')}, ${uuidMark('m.space_id')}, ${uuidMark('m.connection_id')},
  ${textMark(`coalesce(m.author_external_id, '')`)}, ${weekOfSql('m.sort_at')}]`;

/** SQL for the number of the week that a time is in, counted from the epoch. */
export function weekOfSql(time: string): string {
  return `floor(date_part('epoch', ${time}) / ${secondsPerWeek})::integer`;
}

/** The moment at which a week begins. */
export function beginningOfWeek(week: number): Date {
  return new Date(week * secondsPerWeek * 1_000);
}

/** SQL for conditions that narrow rows `s` of the index to one thing, and to some weeks. */
export const narrowedSql = {
  toTenant: (id: string): string => `s.marks @> array[${textMark(`${id}::text`)}]`,
  toSpace: (id: string): string => `s.marks @> array[${uuidMark(`${id}::uuid`)}]`,
  toConnection: (id: string): string => `s.marks @> array[${uuidMark(`${id}::uuid`)}]`,
  toAuthor: (id: string): string => `s.marks @> array[${textMark(`${id}::text`)}]`,
  toWeeks: (weeks: string): string => `s.marks && ${weeks}::bigint[]`,
};

/**
 * CTEs that end in `worded`: for each message in the CTE `touched` (id, tenant_id), everything that the index holds about it.
 * `words` is null for a message without a word: one that is deleted, or has no text.
 *
 * Words are made from what is stored now, so a deletion, an edit or a removed annotation takes them away, in whatever
 * order events come. What a service concluded adds only words that the message does not have: most of it repeats them,
 * and a row that stays as it is costs neither a version of it nor a change of the index.
 */
export const wordedSql = `
  tenants as materialized (
    select touching.tenant_id, coalesce(l.language, '${defaultLanguage}') as language, ${configurationSql('l.language')} as config
    from (select distinct tenant_id from touched) touching
    left join search_languages l on l.tenant_id = touching.tenant_id
  ),
  said as materialized (
    select m.id, m.tenant_id, m.connection_id, m.space_id, m.sort_at, m.author_external_id, m.content,
           m.edited_at, m.deleted_at
    from touched join messages m on m.id = touched.id where m.deleted_at is null
  ),
  annotated as materialized (
    select m.id, string_agg(part.value #>> '{}', ' ' order by a.sort_at, a.id, place.nr, part.nr)
             filter (where place.is_written) as written,
           string_agg(translate(part.value #>> '{}', '${pathSeparator}', ' '), ' '
             order by a.sort_at, a.id, place.nr, part.nr) filter (where not place.is_written) as concluded
    from said m join annotations a on a.message_id = m.id
    join ${textPlacesSql} on place.type = lower(a.type)
    cross join lateral jsonb_path_query(a.payload, place.path, silent => true) with ordinality as part (value, nr)
    where jsonb_typeof(part.value) = 'string' and ${isVisibleAnnotationSql}
    group by m.id
  ),
  texts as (
    select said.id, tenants.language, tenants.config,
           left(concat_ws(' ', nullif(said.content, ''), annotated.written), ${indexedCharacters}) as written,
           left(annotated.concluded, ${concludedCharacters}) as concluded
    from said join tenants on tenants.tenant_id = said.tenant_id left join annotated on annotated.id = said.id
  ),
  vectors as (
    select id, language, case when concluded is null then to_tsvector(config, written)
      else to_tsvector(config, written) || ts_delete(
        setweight(to_tsvector(config, concluded), 'C'), tsvector_to_array(to_tsvector(config, written))) end as words
    from texts where written <> '' or concluded is not null
  ),
  worded as materialized (
    select touched.id, m.tenant_id, m.connection_id, m.space_id, m.sort_at, m.author_external_id, vectors.language,
           nullif(vectors.words, '') as words,
           ${marksSql} as marks
    from touched left join (vectors join said m on m.id = vectors.id) on m.id = touched.id
  )`;

/** CTEs that store what `worded` says, in rows that are not so yet. */
export const storedSql = `
  stored as (
    insert into message_search as s
      (message_id, tenant_id, connection_id, space_id, sort_at, author_external_id, language, words, marks)
    select id, tenant_id, connection_id, space_id, sort_at, author_external_id, language, words, marks
    from worded where words is not null order by sort_at
    on conflict (message_id) do update set
      sort_at = excluded.sort_at, author_external_id = excluded.author_external_id,
      language = excluded.language, words = excluded.words, marks = excluded.marks
    where (s.sort_at, s.author_external_id, s.language, s.words)
      is distinct from (excluded.sort_at, excluded.author_external_id, excluded.language, excluded.words)
  ),
  emptied as (
    delete from message_search s using worded where s.message_id = worded.id and worded.words is null
  )`;
