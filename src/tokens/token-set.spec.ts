import { describe, expect, it } from 'vitest';
import { readTokenSet } from './token-set.js';

describe('the tokens in an answer', () => {
  it('are read with their lives and scopes', () => {
    const answer = {
      access_token: 'a',
      refresh_token: 'r',
      expires_in: 3_599,
      refresh_token_expires_in: 7_775_999,
      scope: 'one  two',
    };
    expect(readTokenSet(answer)).toEqual({
      accessToken: 'a',
      refreshToken: 'r',
      accessSeconds: 3_599,
      refreshSeconds: 7_775_999,
      scopes: ['one', 'two'],
    });
  });

  it.each([
    [3_599, 3_599],
    ['3599', 3_599],
    [0, 0],
    ['0', 0],
    [12.5, 12.5],
    [1e300, 200 * 365 * 24 * 3_600],
    ['9'.repeat(400), undefined],
    [-1, undefined],
    ['-1', undefined],
    ['12.5', undefined],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
    [true, undefined],
    [{ seconds: 5 }, undefined],
  ])('with expires_in %j live for %j seconds', (given, expected) => {
    expect(readTokenSet({ access_token: 'a', expires_in: given })?.accessSeconds).toBe(expected);
  });

  it('leave open what the server did not say', () => {
    expect(readTokenSet({ access_token: 'a' })).toEqual({
      accessToken: 'a',
      refreshToken: undefined,
      accessSeconds: undefined,
      refreshSeconds: undefined,
      scopes: undefined,
    });
  });

  it('keep the old refresh token where an empty one came', () => {
    expect(readTokenSet({ access_token: 'a', refresh_token: '' })?.refreshToken).toBeUndefined();
  });

  it.each([[{}], [{ access_token: '' }], [{ access_token: 5 }], [[]], ['a'], [null]])('are none in %j', (answer) => {
    expect(readTokenSet(answer)).toBeUndefined();
  });
});
