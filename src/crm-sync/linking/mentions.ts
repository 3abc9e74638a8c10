import { setImmediate as turn } from 'node:timers/promises';
import { type LinkRule } from './link-rule.js';
import { LinkPattern } from './link-pattern.js';
import { lookupKey } from './lookup.js';
import { type SpaceReading } from './space-reading.js';

/** What a rule's pattern found in a space. */
export interface Mention {
  readonly ruleId: string;
  /** `title`, or the id of a message. */
  readonly source: string;
  readonly value: string;
}

export const titleSource = 'title';
const longestScanMs = 2_000;
/** A space that mentions more records than that is about none of them. */
const mostValuesOfRule = 50;

/**
 * Everything that the rules find in a space, the newest message first. Others have their turn in between, and a rule whose pattern
 * takes more than two seconds for a space has found what it has found by then.
 */
export async function mentionsIn(space: SpaceReading, rules: readonly LinkRule[]): Promise<readonly Mention[]> {
  const found: Mention[] = [];
  for (const { id: ruleId, signals } of rules) {
    if (signals.title !== undefined && space.title !== null) {
      const values = LinkPattern.of(signals.title.pattern).valuesIn(space.title);
      found.push(...values.map((value) => ({ ruleId, source: titleSource, value })));
    }
    if (signals.text === undefined) continue;
    const pattern = LinkPattern.of(signals.text.pattern);
    const keys = new Set<string>();
    const began = performance.now();
    for (const { id, content } of space.messages) {
      if (keys.size >= mostValuesOfRule || performance.now() - began > longestScanMs) break;
      for (const value of pattern.valuesIn(content)) {
        keys.add(lookupKey(value));
        found.push({ ruleId, source: id, value });
      }
      await turn();
    }
  }
  return found;
}
