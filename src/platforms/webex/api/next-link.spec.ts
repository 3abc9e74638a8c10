import { describe, expect, it } from 'vitest';
import { nextLink } from './next-link.js';

describe('nextLink', () => {
  it.each([
    ['<https://w.example/v1/a?max=2&before&after=x>; rel="next"', 'https://w.example/v1/a?max=2&before&after=x'],
    ['<https://w.example/p>; rel="prev", <https://w.example/n>; rel="next"', 'https://w.example/n'],
    ['<https://w.example/n>; rel=next', 'https://w.example/n'],
    ['<https://w.example/n>;REL="Next"', 'https://w.example/n'],
    ['<https://w.example/n>; rel="last next"', 'https://w.example/n'],
    ['<https://w.example/n>; title="a, b; c"; rel="next"', 'https://w.example/n'],
    ['<https://w.example/n?a=1,2;b>; rel="next"', 'https://w.example/n?a=1,2;b'],
    ['</v1/a?cursor=2>; rel="next"', '/v1/a?cursor=2'],
    ['<one>; rel="next", <two>; rel="next"', 'one'],
  ])('of %s', (header, target) => {
    expect(nextLink(header)).toBe(target);
  });

  it.each([
    undefined,
    '',
    'next',
    '<https://w.example/p>; rel="prev"',
    '<https://w.example/p>; rel="nextish"',
    '<https://w.example/p>; rel="prev"; rel="next"',
    '<https://w.example/p>',
    'https://w.example/n; rel="next"',
  ])('is undefined in %j', (header) => {
    expect(nextLink(header)).toBeUndefined();
  });

  it('takes no longer than the header is long', () => {
    const started = performance.now();
    nextLink(`<${'x>; rel="'.repeat(20_000)}`);
    nextLink('<'.repeat(200_000));
    nextLink(`<a>;${' '.repeat(200_000)}`);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
