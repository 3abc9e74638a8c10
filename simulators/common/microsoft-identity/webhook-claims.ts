import { createHash } from 'node:crypto';
import { type JsonMembers } from './compact-jws.js';
import { type SigningKey } from './signing-key.js';
import { issuerV1 } from './tenant-issuers.js';

/** Skype for Business Online, whose tokens come with every webhook call of the Trusted Application API. */
export const skypeForBusinessAppId = '00000004-0000-0ff1-ce00-000000000000';

/** Seconds from `iat` to `exp` in the token that Webhooks.md of the Trusted Application API shows. */
const lifetimeSeconds = 3_900;

/** Header of a v1 token: `kid` and `x5t` are the same. */
export function v1Header(key: SigningKey): JsonMembers {
  return { typ: 'JWT', alg: 'RS256', x5t: key.kid, kid: key.kid };
}

/** The claims that Webhooks.md shows, all of them and no other: there is no `jti`, `roles` or `scp`. */
export function webhookClaims(tenant: string, audience: string, at: number): JsonMembers {
  const issuedAt = Math.floor(at / 1_000);
  const principal = principalId(tenant, skypeForBusinessAppId);
  return {
    aud: audience,
    iss: issuerV1(tenant),
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + lifetimeSeconds,
    appid: skypeForBusinessAppId,
    appidacr: '2',
    idp: issuerV1(tenant),
    oid: principal,
    sub: principal,
    tid: tenant,
    ver: '1.0',
  };
}

/** The service principal of an app in a tenant: another one in each tenant, the same one every time. */
export function principalId(tenant: string, appId: string): string {
  const hex = createHash('sha256').update(`${tenant} ${appId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
