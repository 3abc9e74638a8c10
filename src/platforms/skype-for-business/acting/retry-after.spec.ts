import { describe, expect, it } from 'vitest';
import { retryAfterSeconds } from './retry-after.js';

const now = Date.parse('2018-10-03T12:00:00Z');

describe('retryAfterSeconds', () => {
  it.each([
    ['30', 30],
    ['0', 0],
    ['999999999', 86_400],
    ['Wed, 03 Oct 2018 12:01:30 GMT', 90],
    ['Wed, 03 Oct 2018 11:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('reads %j as %s', (header, seconds) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds);
  });
});
