import { describe, expect, it } from 'vitest';
import { retryAfterSeconds } from './retry-after.js';

const now = Date.parse('2015-10-21T07:28:00Z');

describe('retryAfterSeconds', () => {
  it.each([
    ['3600', 3_600],
    ['1', 1],
    [' 20 ', 20],
    ['0', 1],
    ['86400', 3_600],
    ['9'.repeat(400), 3_600],
    // The example of RFC 9110 section 10.2.3 is a time like these.
    ['Wed, 21 Oct 2015 07:28:30 GMT', 30],
    ['Wed, 21 Oct 2015 07:27:00 GMT', 1],
    ['Fri, 31 Dec 1999 23:59:59 GMT', 1],
    ['Wed, 21 Oct 2099 07:28:00 GMT', 3_600],
  ])('reads %s as %i', (header, seconds) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds);
  });

  it.each([undefined, '', 'soon', '-1', '1.5', '1e3', '0x10', '2015-10-21T07:28:30Z', 'Wed, 99 Oct 2015 07:28:30 GMT'])(
    'reads nothing in %j',
    (header) => {
      expect(retryAfterSeconds(header, now)).toBeUndefined();
    },
  );
});
