import { randomUUID, verify } from 'node:crypto';
import { type SimulatorClock } from '../clock.js';
import { jsonObject } from '../http-exchange.js';
import { compactJws, type JsonMembers } from './compact-jws.js';
import { type KeyRing } from './key-ring.js';
import { issuerV1, issuerV2 } from './tenant-issuers.js';
import {
  type SimulatedApplication,
  type SimulatedResource,
  type SimulatedTenant,
  type SimulatedUser,
} from './tenant-directory.js';
import { principalId, v1Header } from './webhook-claims.js';

export interface TokenSubject {
  readonly client: SimulatedApplication;
  readonly tenant: SimulatedTenant;
  /** The person on whose behalf the client acts, and with which scopes; missing when it acts as itself. */
  readonly user?: SimulatedUser;
  readonly scopes?: readonly string[];
}

/** Makes access and id tokens, and judges those that come back to a resource of Microsoft's own. */
export class AccessTokens {
  constructor(
    private readonly keys: KeyRing,
    private readonly clock: SimulatorClock,
    readonly lifetimeSeconds: number,
  ) {}

  /** A token in the version that the resource asked for: v1 names the client in `appid`, v2 in `azp`. */
  issue(resource: SimulatedResource, subject: TokenSubject): string {
    const { client, tenant, user, scopes } = subject;
    const { kid } = this.keys.current;
    const oid = user?.oid ?? principalId(tenant.tenantId, client.clientId);
    const common = {
      aud: resource.audience,
      ...this.#times(),
      oid,
      sub: oid,
      tid: tenant.tenantId,
      ...(user === undefined ? {} : { name: user.name, scp: (scopes ?? []).join(' ') }),
    };
    const issuer = (resource.accessTokenVersion === 1 ? issuerV1 : issuerV2)(tenant.tenantId);
    if (resource.accessTokenVersion === 2) {
      const own = { iss: issuer, azp: client.clientId, azpacr: '1', ver: '2.0', uti: randomUUID() };
      return this.#signed({ typ: 'JWT', alg: 'RS256', kid }, { ...common, ...own });
    }
    const own = { iss: issuer, appid: client.clientId, appidacr: '1', idp: issuer, ver: '1.0', uti: randomUUID() };
    const upn = user === undefined ? {} : { upn: user.upn, unique_name: user.upn };
    return this.#signed(v1Header(this.keys.current), { ...common, ...own, ...upn });
  }

  idToken(client: SimulatedApplication, user: SimulatedUser, nonce: string | undefined): string {
    const { tenantId } = user.tenant;
    return this.#signed(
      { typ: 'JWT', alg: 'RS256', kid: this.keys.current.kid },
      {
        aud: client.clientId,
        iss: issuerV2(tenantId),
        ...this.#times(),
        name: user.name,
        nonce,
        oid: user.oid,
        preferred_username: user.upn,
        sub: principalId(client.clientId, user.oid),
        tid: tenantId,
        ver: '2.0',
      },
    );
  }

  /** The claims of a token that one of the listed keys signed and whose time is now; undefined for any other text. */
  claims(token: string): JsonMembers | undefined {
    const [header, payload, signature, ...more] = token.split('.');
    if (header === undefined || payload === undefined || signature === undefined || more.length > 0) return undefined;
    const kid = jsonObject(Buffer.from(header, 'base64url').toString('utf8'))?.['kid'];
    const key = this.keys.listed.find((candidate) => candidate.kid === kid);
    if (key === undefined) return undefined;
    const input = Buffer.from(`${header}.${payload}`, 'ascii');
    if (!verify('sha256', input, key.publicKey, Buffer.from(signature, 'base64url'))) return undefined;
    const claims = jsonObject(Buffer.from(payload, 'base64url').toString('utf8'));
    const now = this.clock.now() / 1_000;
    return claims !== undefined && Number(claims['exp']) > now && Number(claims['nbf']) <= now ? claims : undefined;
  }

  #times(): JsonMembers {
    const issuedAt = Math.floor(this.clock.now() / 1_000);
    return { iat: issuedAt, nbf: issuedAt, exp: issuedAt + this.lifetimeSeconds };
  }

  #signed(header: JsonMembers, claims: JsonMembers): string {
    return compactJws(header, claims, this.keys.current.privateKey);
  }
}
