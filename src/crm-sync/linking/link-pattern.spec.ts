import { describe, expect, it } from 'vitest';
import { LinkPattern } from './link-pattern.js';

describe('a pattern of a rule', () => {
  it('finds what its first group is around, each value once', () => {
    const pattern = LinkPattern.of('(?i)\\bCS-(\\d{4,8})\\b');
    expect(pattern.valuesIn('CS-1234 and cs-5678, CS-1234 again; CS-1')).toEqual(['1234', '5678']);
  });

  it('finds nothing in groups that took no part, in blanks and in what is too long to be a name', () => {
    expect(LinkPattern.of('a(b)?').valuesIn('a')).toEqual([]);
    expect(LinkPattern.of('^(.*)$').valuesIn('   ')).toEqual([]);
    expect(LinkPattern.of('^(.*)$').valuesIn('x'.repeat(321))).toEqual([]);
  });

  it.each(['^(a+)+$', '(x+x+)+y()', '(.*a){20}', '(a|a)*(b)', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
    'takes no longer for a text that is made against %s than it may',
    (source) => {
      // A backtracking engine would not come back from these within the life of the machine.
      const text = `${'a'.repeat(3_000)}!`;
      expect(() => LinkPattern.of(source).valuesIn(text)).not.toThrow();
      expect(() => LinkPattern.of(source).valuesIn(`${'xa'.repeat(1_500)}!`)).not.toThrow();
    },
  );

  it.each([
    ['Deal', 'must have a group'],
    ['(', 'no pattern'],
    ['(a)\\1', 'no pattern'],
    ['(?=a)(b)', 'no pattern'],
    ['((a{100}){100})', 'no pattern'],
    ['((a{100}){9}b{300})', 'repeats too much'],
  ])('is refused as %j: it %s', (source, reason) => {
    expect(() => LinkPattern.of(source)).toThrow(reason);
  });
});
