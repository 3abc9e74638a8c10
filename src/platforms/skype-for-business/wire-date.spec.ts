import { describe, expect, it } from 'vitest';
import { readWireDate } from './wire-date.js';

describe('readWireDate', () => {
  it.each([
    ['/Date(1489524122496)/', '2017-03-14T20:42:02.496Z'],
    ['\\/Date(1489524122496)\\/', '2017-03-14T20:42:02.496Z'],
    ['/Date(1489524122496-0800)/', '2017-03-14T20:42:02.496Z'],
    ['2016-12-15T20:05:08.631Z', '2016-12-15T20:05:08.631Z'],
    ['2016-12-15T20:05:08.6319999Z', '2016-12-15T20:05:08.631Z'],
    ['2016-12-15T20:05:08Z', '2016-12-15T20:05:08.000Z'],
    ['2016-12-15T20:05:08', '2016-12-15T20:05:08.000Z'],
    ['2016-12-15t20:05:08.6-08:00', '2016-12-16T04:05:08.600Z'],
  ])('reads %s', (text, iso) => {
    expect(readWireDate(text)?.toISOString()).toBe(iso);
  });

  it.each([
    undefined,
    '',
    'yesterday',
    '/Date()/',
    '/Date(1e3)/',
    '/Date(-1)/',
    '/Date(9999999999999999)/',
    '2016-13-15T20:05:08Z',
    '15.12.2016',
    'Date(1489524122496)',
  ])('is undefined for %j', (text) => {
    expect(readWireDate(text)).toBeUndefined();
  });
});
