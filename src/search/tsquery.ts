import { type SearchExpression, type SearchTerm } from './search-expression.js';

/**
 * SQL for the `tsquery` of an expression in the text search configuration that the SQL `config` gives. Every text is a
 * parameter (`place` adds one and answers its place) that a function of Postgres takes apart, so no text can become SQL or
 * break the syntax of a query. Terms without a word in them (punctuation, stop words) are left out, as the operators of
 * `tsquery` do; with no word at all the query is empty and fits nothing.
 */
export function tsquerySql(expression: SearchExpression, config: string, place: (value: string) => string): string {
  const alternatives = expression.map((terms) => terms.map((term) => termSql(term, config, place)).join(' && '));
  return alternatives.length === 0 ? `''::tsquery` : alternatives.map((terms) => `(${terms})`).join(' || ');
}

function termSql(term: SearchTerm, config: string, place: (value: string) => string): string {
  // Texts are indexed as they were sent, whichever way their accents are encoded.
  const spellings = [...new Set([term.text, term.text.normalize('NFD')])];
  const found = spellings.map((text) =>
    term.kind === 'phrase'
      ? `phraseto_tsquery(${config}, ${place(text)})`
      : // The stem of the beginning of a word is not always the beginning of its stem, and a stop word may begin others.
        `(to_tsquery('simple', ${place(prefix(text))}) || to_tsquery(${config}, ${place(prefix(text))}))`,
  );
  const any = found.length === 1 ? found.join() : `(${found.join(' || ')})`;
  return term.isExcluded ? `(!! ${any})` : any;
}

/** Quoted as the manual says ("Parsing Queries"): inside of quotes nothing but these two has a meaning. */
function prefix(text: string): string {
  return `'${text.replace(/['\\]/g, '$&$&')}':*`;
}
