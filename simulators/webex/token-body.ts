import { type TokenPair } from './grants.js';

/** What a token endpoint answers; a refresh may leave the refresh token out. */
export function tokenBody(
  pair: Pick<TokenPair, 'accessToken' | 'expiresIn'> & Partial<TokenPair>,
): Readonly<Record<string, unknown>> {
  return {
    access_token: pair.accessToken,
    expires_in: pair.expiresIn,
    ...(pair.refreshToken === undefined
      ? {}
      : { refresh_token: pair.refreshToken, refresh_token_expires_in: pair.refreshTokenExpiresIn }),
    token_type: 'Bearer',
  };
}
