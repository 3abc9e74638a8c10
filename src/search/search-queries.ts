import { type TenantReads } from '../database/tenant-reads.js';
import { parseSearch } from './search-expression.js';
import { configurationSql, defaultLanguage } from './search-languages.js';
import { tsquerySql } from './tsquery.js';

/** A `tsquery`, as text, for what is indexed in this language. */
export interface LanguageQuery {
  readonly language: string;
  readonly query: string;
  /** Whether a text without any word fits. */
  readonly fitsEmpty: boolean;
}

/**
 * What the text asks for, in each language that messages of the tenant may be indexed in: the one that the tenant chose
 * comes first, the others only while messages are being indexed again. Empty where the text has no word to look for.
 */
export async function searchQueries(reads: TenantReads, tenantId: string, text: string): Promise<LanguageQuery[]> {
  const parameters: unknown[] = [tenantId];
  const query = tsquerySql(parseSearch(text), 'used.configuration', (value) => `$${parameters.push(value)}::text`);
  const rows = await reads.rows<LanguageQuery>(
    tenantId,
    `with languages as (
       select language, nr from unnest(coalesce(
         (select array_prepend(language, array_remove(in_use, language)) from search_languages where tenant_id = $1),
         array['${defaultLanguage}'])) with ordinality as chosen (language, nr)
     ),
     used as materialized (
       select language, nr, ${configurationSql('languages.language')} as configuration from languages
     )
     select language, query::text as query, ''::tsvector @@ query as "fitsEmpty"
     from (select language, nr, ${query} as query from used) built order by nr`,
    parameters,
  );
  return rows.filter((row) => row.query !== '');
}
