import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalText, withExactNumbers } from './salesforce.numbers.js';

describe('withExactNumbers', () => {
  it.each([
    ['{"Amount":12345.67}', '{"Amount":12345.67}'],
    ['{"Amount":1.25E7}', '{"Amount":1.25E7}'],
    ['{"Amount":123456789012345678.01}', '{"Amount":"123456789012345678.01"}'],
    ['{"Amount":1.234567890123456789E17}', '{"Amount":"1.234567890123456789E17"}'],
    ['[9007199254740993,-0.1,0]', '["9007199254740993",-0.1,0]'],
    ['{"a\\"9007199254740993":"9007199254740993\\\\"}', '{"a\\"9007199254740993":"9007199254740993\\\\"}'],
  ])('makes of %s %s', (json, expected) => {
    expect(withExactNumbers(json)).toBe(expected);
  });

  it('leaves JSON without long numbers as it is', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        // fast-check writes numbers as JavaScript does, so none of them is rounded.
        expect(withExactNumbers(json)).toBe(json);
      }),
    );
  });
});

describe('decimalText', () => {
  it.each([
    ['12345.67', '12345.67'],
    ['15000.0', '15000'],
    ['1.25E7', '12500000'],
    ['1.5e-3', '0.0015'],
    ['-0.50', '-0.5'],
    ['0', '0'],
    ['123456789012345678.01', '123456789012345678.01'],
    ['1e+21', '1000000000000000000000'],
    ['null', undefined],
    ['1e9999', undefined],
    ['', undefined],
  ])('writes %j as %j', (number, expected) => {
    expect(decimalText(number)).toBe(expected);
  });

  it('says the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(Number(decimalText(String(number)))).toBe(number + 0);
      }),
    );
  });
});
