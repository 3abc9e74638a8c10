import { memberOf, textOf } from '../json/json.js';
import { type TokenClaims } from './token-verifier.js';

export type MicrosoftTokenVersion = 1 | 2;

/** The version that a token says it has; undefined for one that we do not know. */
export function microsoftTokenVersion(claims: TokenClaims): MicrosoftTokenVersion | undefined {
  const ver = memberOf(claims, 'ver');
  return ver === '1.0' ? 1 : ver === '2.0' ? 2 : undefined;
}

/**
 * The `iss` of a token by its version and tenant (Entra, "Access tokens", validate the issuer). Both forms are literal
 * names, whichever host the metadata came from.
 */
export function microsoftIssuer(claims: TokenClaims): string | undefined {
  const tenant = textOf(claims, 'tid');
  const version = microsoftTokenVersion(claims);
  if (tenant === undefined || version === undefined) return undefined;
  return version === 1 ? `https://sts.windows.net/${tenant}/` : `https://login.microsoftonline.com/${tenant}/v2.0`;
}
