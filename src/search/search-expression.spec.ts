import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSearch, type SearchExpression } from './search-expression.js';

/** The expression as a person might say it: `+` both, `|` either, `!` not, `"…"` next to each other, `…*` begins. */
function said(expression: SearchExpression): string {
  return expression
    .map((terms) =>
      terms
        .map(({ kind, text, isExcluded }) => `${isExcluded ? '!' : ''}${kind === 'prefix' ? `${text}*` : `"${text}"`}`)
        .join(' + '),
    )
    .join(' | ');
}

describe('parseSearch', () => {
  it.each([
    ['deal', '"deal"'],
    ['deal room', '"deal" + "room"'],
    ['"deal room" big', '"deal room" + "big"'],
    ['deal -room', '"deal" + !"room"'],
    ['deal -"big room"', '"deal" + !"big room"'],
    ['deal or room', '"deal" | "room"'],
    ['deal OR big room', '"deal" | "big" + "room"'],
    ['deal*', 'deal*'],
    ['-deal*', '!deal*'],
    ['deal**', 'deal*'],
    ['de*al', '"de al"'],
    ['d*', '"d"'],
    ['*', '""'],
    ['"deal*"', '"deal*"'],
    ['"or"', '"or"'],
    ['-or', '!"or"'],
    ['or deal or', '"deal"'],
    ['deal"big room"', '"deal" + "big room"'],
    ['"never closed', '"never closed"'],
    ['follow-up', '"follow-up"'],
    ['- deal', '"-" + "deal"'],
    ['', ''],
    ['   ', ''],
    ["o'clock & <-> !x:*", `"o'clock" + "&" + "<->" + "!x:"`],
  ])('reads %j as %s', (text, expected) => {
    expect(said(parseSearch(text))).toBe(expected);
  });

  it('reads the same letters as the same, however their accents are encoded', () => {
    expect(parseSearch('cafe\u0301')).toEqual(parseSearch('café'));
  });

  it('reads any text, and leaves no alternative empty', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseSearch(text).every((terms) => terms.length > 0)).toBe(true);
      }),
    );
  });
});
