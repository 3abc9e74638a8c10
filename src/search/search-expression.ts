/** One thing to look for: words that stand next to each other (mostly just one), or the beginning of a word. */
export interface SearchTerm {
  readonly kind: 'phrase' | 'prefix';
  readonly text: string;
  readonly isExcluded: boolean;
}

/** What is looked for: any of these, each of which holds when all of its terms do. */
export type SearchExpression = readonly (readonly SearchTerm[])[];

/** A sign, then what stands in quotes (which may lack the last one) or a run of anything else. */
const part = /(-?)(?:"([^"]*)"?|([^\s"]+))/gu;
/** A single letter begins too much to be of use, and costs as much as it fits. */
const shortestBeginning = 2;

/**
 * Reads what a person typed, as web search does: words must all be there, `"these words"` next to each other, `-this`
 * must not, `or` stands between alternatives and binds weaker than a space; `deal*` is the beginning of a word. There is
 * no text that it refuses; what has no such meaning is a word, and punctuation is none.
 */
export function parseSearch(text: string): SearchExpression {
  const alternatives: SearchTerm[][] = [[]];
  for (const [, sign, quoted, bare] of text.normalize('NFC').matchAll(part)) {
    if (bare?.toLowerCase() === 'or' && sign === '') alternatives.push([]);
    else alternatives.at(-1)?.push(termOf(quoted, bare ?? '', sign === '-'));
  }
  return alternatives.filter((terms) => terms.length > 0);
}

function termOf(quoted: string | undefined, bare: string, isExcluded: boolean): SearchTerm {
  if (quoted !== undefined) return { kind: 'phrase', text: quoted, isExcluded };
  const letters = bare.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  const begins = bare.endsWith('*') && letters >= shortestBeginning;
  return { kind: begins ? 'prefix' : 'phrase', text: bare.replaceAll('*', ' ').trim(), isExcluded };
}
