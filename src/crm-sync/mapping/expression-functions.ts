import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';

/** A pattern with more steps than this is refused when it is saved: the time that a text takes grows with it. */
const mostSteps = 250;
const longestPattern = 200;

const patterns = new LRUCache<string, RE2JS>({ max: 500 });

/**
 * The compiled pattern, by RE2's rules: the time that it takes grows with the text alone, whatever the pattern, so none can hang.
 * Throws RE2's own error for one that is none, and `RangeError` for one that is too large.
 */
export function patternOf(source: string): RE2JS {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  if (source.length > longestPattern) throw new RangeError(`a pattern has at most ${longestPattern} characters`);
  const made = RE2JS.compile(source);
  if (made.programSize() > mostSteps) throw new RangeError('the pattern is too large');
  patterns.set(source, made);
  return made;
}

/** Functions over texts and patterns. Patterns are literals, checked when a mapping is saved. */
export const patternFunctions = {
  /** Whether the pattern fits somewhere in the text. */
  matches: (text: string, pattern: string): boolean => patternOf(pattern).matcher(text).find(),
  /** What the pattern's first group fits, or all of it where it has none; empty where it fits nowhere. */
  extract: (text: string, pattern: string): string => {
    const compiled = patternOf(pattern);
    const matcher = compiled.matcher(text);
    return matcher.find() ? (matcher.group(compiled.groupCount() > 0 ? 1 : 0) ?? '') : '';
  },
};

/** The first line with something on it, without the space around it. */
export function firstLine(text: string): string {
  return /\S[^\n\r\u2028\u2029]*/.exec(text)?.[0].trimEnd() ?? '';
}
