import { describe, expect, it } from 'vitest';
import { timeIn } from './webex.time.js';

describe('a time of Webex', () => {
  it.each([
    ['2015-10-18T14:26:16.000Z', Date.UTC(2015, 9, 18, 14, 26, 16)],
    ['2015-10-18T14:26:16+00:00', Date.UTC(2015, 9, 18, 14, 26, 16)],
    ['2015-10-18T16:26:16.203+02:00', Date.UTC(2015, 9, 18, 14, 26, 16, 203)],
    ['2022-10-25T09:00:00Z', Date.UTC(2022, 9, 25, 9)],
  ])('%s is read', (text, ms) => {
    expect(timeIn({ created: text }, 'created')).toBe(ms);
  });

  it.each([
    '',
    '2015',
    '2015-10-18',
    '2015-10-18T14:26:16',
    'yesterday',
    '2015-13-18T14:26:16Z',
    '1969-12-31T23:59:59Z',
    5,
    null,
    {},
  ])('%j is none', (value) => {
    expect(timeIn({ created: value }, 'created', 'constructor')).toBeUndefined();
  });

  it('is that of the first member that has one', () => {
    expect(timeIn({ a: 'no', b: '2015-10-18T14:26:16Z', c: '2016-10-18T14:26:16Z' }, 'a', 'b', 'c')).toBe(
      Date.UTC(2015, 9, 18, 14, 26, 16),
    );
  });
});
