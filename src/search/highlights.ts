import { type TenantReads } from '../database/tenant-reads.js';
import { configurationSql } from './search-languages.js';
import { type LanguageQuery } from './search-queries.js';

/** A passage of a text, and where in it the words stand that were looked for, in UTF-16 code units. */
export interface Passage {
  readonly text: string;
  readonly marks: readonly { readonly start: number; readonly end: number }[];
}

/** Passages are looked for in this much of each text: taking a text apart costs as much as indexing it. */
const lookedThrough = 20_000;

// Between Postgres and us words are marked by control characters, which no text keeps: nothing that somebody wrote can be
// taken for a mark, and no markup ever leaves here.
const [start, stop, end] = ['\u0002', '\u0003', '\u0004'];
// eslint-disable-next-line no-control-regex -- exactly these three are the marks
const markLike = /[\u0002-\u0004]/g;
const options = `StartSel=${start}, StopSel=${stop}, FragmentDelimiter=${end}, MaxFragments=3, MinWords=8, MaxWords=30, ShortWord=0`;

/**
 * For each text the passages, at most three, in which it has what the query asks for; none where it has nothing. Passages
 * are plain text: as it was written, but that the parser of Postgres leaves out tags.
 */
export async function highlights(
  reads: TenantReads,
  tenantId: string,
  { language, query }: LanguageQuery,
  texts: readonly string[],
): Promise<readonly (readonly Passage[])[]> {
  if (texts.length === 0) return [];
  const rows = await reads.rows<{ headline: string }>(
    tenantId,
    `with used as materialized (select ${configurationSql('$1::text')} as configuration)
     select ts_headline(used.configuration, looked.text, $2::tsquery, $3) as headline
     from used, unnest($4::text[]) with ordinality as looked (text, nr) order by looked.nr`,
    [language, query, options, texts.map((text) => text.slice(0, lookedThrough).toWellFormed().replace(markLike, ' '))],
  );
  return rows.map(({ headline }) =>
    headline
      .split(end)
      .map(passageOf)
      .filter((passage) => passage.marks.length > 0),
  );
}

function passageOf(marked: string): Passage {
  let text = '';
  const marks: { start: number; end: number }[] = [];
  for (const part of marked.split(start)) {
    const stopAt = part.indexOf(stop);
    if (stopAt >= 0) marks.push({ start: text.length, end: text.length + stopAt });
    text += part.replace(stop, '');
  }
  return { text, marks };
}
