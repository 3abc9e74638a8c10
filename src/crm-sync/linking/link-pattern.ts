import { LRUCache } from 'lru-cache';
import { RE2JS, RE2JSException } from 're2js';
import { lookupKey, longestKey } from './lookup.js';

/** What is read of a title or a message, in UTF-16 code units. */
const longestText = 4_000;
const mostValues = 20;
/** Of RE2's own measure of what a pattern costs for each character. */
const largestProgram = 1_000;

/**
 * A pattern in the syntax of RE2, which takes time in proportion to the text whatever the pattern is, so that nobody's title and
 * nobody's rule can keep the service busy. Its first group is what is looked for.
 */
export class LinkPattern {
  static readonly #known = new LRUCache<string, LinkPattern>({ max: 500 });

  private constructor(private readonly compiled: RE2JS) {}

  /** Throws an `Error` whose message says what is wrong with the pattern. */
  static of(pattern: string): LinkPattern {
    const known = LinkPattern.#known.get(pattern);
    if (known !== undefined) return known;
    const made = new LinkPattern(compiledOf(pattern));
    LinkPattern.#known.set(pattern, made);
    return made;
  }

  /** What the first group finds in the text, in its order, each once; too long and empty ones are left out. */
  valuesIn(text: string): readonly string[] {
    const found = new Map<string, string>();
    const matcher = this.compiled.matcher(text.slice(0, longestText));
    for (let matches = 0; matches < mostValues && matcher.find(); matches++) {
      const value = (matcher.group(1) ?? '').trim();
      const key = lookupKey(value);
      if (key !== '' && key.length <= longestKey && !found.has(key)) found.set(key, value);
    }
    return [...found.values()];
  }
}

function compiledOf(pattern: string): RE2JS {
  const compiled = compile(pattern);
  if (compiled.groupCount() < 1) throw new Error('must have a group around what is looked for, as in Deal: (.+)');
  if (compiled.programSize() > largestProgram) throw new Error('repeats too much');
  return compiled;
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof RE2JSException) throw new Error('is no pattern in the syntax of RE2', { cause: error });
    throw error;
  }
}
