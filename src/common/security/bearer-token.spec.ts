import { describe, expect, it } from 'vitest';
import { bearerToken } from './bearer-token.js';
import { TokenRejected } from './token.errors.js';

const header = Buffer.from('{"alg":"RS256"}').toString('base64url');
const token = `${header}.e30.AAAA`;

function refusalOf(authorization: string | readonly string[] | undefined): string {
  try {
    return bearerToken(authorization);
  } catch (error) {
    if (error instanceof TokenRejected) return error.reason;
    throw error;
  }
}

describe('bearerToken', () => {
  it.each(['Bearer', 'bearer', 'BEARER'])('takes the token behind %s', (scheme) => {
    expect(bearerToken(`${scheme} ${token}`)).toBe(token);
    expect(bearerToken([`${scheme} ${token}`])).toBe(token);
  });

  it.each([
    ['no header', undefined],
    ['no value', []],
    ['an empty value', ''],
    ['another scheme', `Basic ${token}`],
    ['a scheme that begins alike', `BearerX ${token}`],
    ['the token alone', token],
    ['the scheme alone', 'Bearer'],
    ['a tab', `Bearer\t${token}`],
    ['a blank in front', ` Bearer ${token}`],
  ])('finds none in %s', (_what, authorization) => {
    expect(refusalOf(authorization)).toBe('missing');
  });

  it.each([
    ['two headers', [`Bearer ${token}`, `Bearer ${token}`]],
    ['two headers that were joined', `Bearer ${token}, Bearer ${token}`],
    ['no token', 'Bearer '],
    ['two blanks', `Bearer  ${token}`],
    ['a blank behind', `Bearer ${token} `],
    ['two tokens', `Bearer ${token} ${token}`],
    ['two parts', `Bearer ${header}.e30`],
    ['four parts', `Bearer ${token}.AAAA`],
    ['the five parts of an encrypted token', `Bearer ${header}.AA.AA.AA.AA`],
    ['no signature', `Bearer ${header}.e30.`],
    ['no payload', `Bearer ${header}..AAAA`],
    ['no header part', 'Bearer .e30.AAAA'],
    ['padding', `Bearer ${token}=`],
    ['the other alphabet', `Bearer ${header}.e30.+/+/`],
    ['spare bits that are set', `Bearer ${header}.e30.AB`],
    ['a header that is no JSON', 'Bearer AAAA.e30.AAAA'],
    ['a header with a repeated member', `Bearer ${Buffer.from('{"alg":1,"alg":2}').toString('base64url')}.e30.AAAA`],
    ['more than 16 kB', `Bearer ${header}.e30.${'A'.repeat(16_384)}`],
  ])('refuses %s', (_what, authorization) => {
    expect(refusalOf(authorization)).toBe('malformed');
  });

  it('takes a token of just 16 kB', () => {
    const signature = 'A'.repeat(16_384 - `${header}.e30.`.length);
    // One length in four is that of no bytes.
    expect(signature.length % 4).not.toBe(1);
    expect(bearerToken(`Bearer ${header}.e30.${signature}`)).toHaveLength(16_384);
  });
});
