import { describe, expect, it } from 'vitest';
import { returnPreferredBy } from './return-preference.js';

describe('returnPreferredBy', () => {
  it.each([
    ['return=minimal', 'minimal'],
    ['return=representation', 'representation'],
    ['RETURN = Minimal', 'minimal'],
    ['return="minimal"', 'minimal'],
    ['return=minimal; foo="bar, return=representation"', 'minimal'],
    ['respond-async, wait=10, return=minimal', 'minimal'],
    ['return=minimal, return=representation', 'minimal'],
    ['return=everything', undefined],
    ['return', undefined],
    ['returns=minimal', undefined],
    ['', undefined],
  ])('finds in %j the preference %s', (header, expected) => {
    expect(returnPreferredBy(header)).toBe(expected);
  });

  it('reads several lines as one', () => {
    expect(returnPreferredBy(['handling=strict', 'return=minimal'])).toBe('minimal');
  });

  it('finds nothing where there is no header', () => {
    expect(returnPreferredBy(undefined)).toBeUndefined();
  });
});
