import { LRUCache } from 'lru-cache';
import { textOf, type JsonObject } from '../json/json.js';
import { discoveredKeySet, type DiscoveryOptions } from './discovered-key-set.js';
import { type KeySource } from './key-source.js';
import { type RemoteKeySet } from './key-set.js';
import { microsoftIssuer, microsoftTokenVersion, type MicrosoftTokenVersion } from './microsoft-issuer.js';
import { TokenRejected } from './token.errors.js';
import { type TokenClaims } from './token-verifier.js';

/** Tenants whose keys are kept; Entra's page on signing key rollover suggests a bound of this size. */
const maxKeySets = 1_000;

/**
 * The key sets of Microsoft's identity platform by authority, tenant and token version, one for the whole process. A token
 * is checked by the keys of its own version, whatever the authority is configured for (Entra, "Access tokens").
 */
export class MicrosoftKeySets {
  readonly #sets = new LRUCache<string, RemoteKeySet>({ max: maxKeySets });

  constructor(private readonly options: DiscoveryOptions) {}

  /** The keys of one authority. The caller must have found the tenant in the claims on a list: each one costs a set. */
  at(authorityUrl: string): KeySource {
    const authority = authorityUrl.replace(/\/+$/, '');
    return {
      find: async (wanted) => {
        const { claims } = wanted;
        const tenant = textOf(claims, 'tid')?.toLowerCase();
        const version = microsoftTokenVersion(claims);
        if (tenant === undefined || version === undefined) throw new TokenRejected('unknown-key');
        return this.#setOf(metadataUrl(authority, tenant, version)).find({
          ...wanted,
          accepts: (entry) => signsFor(entry, claims),
        });
      },
    };
  }

  #setOf(url: string): RemoteKeySet {
    const known = this.#sets.get(url);
    if (known !== undefined) return known;
    const set = discoveredKeySet(url, this.options);
    this.#sets.set(url, set);
    return set;
  }
}

function metadataUrl(authority: string, tenant: string, version: MicrosoftTokenVersion): string {
  return `${authority}/${tenant}${version === 1 ? '' : '/v2.0'}/.well-known/openid-configuration`;
}

/**
 * Entries of v2 lists name the issuer that they sign for, as a template or literally. v1 tokens are not held to it: their
 * issuer has another form than any that a list names.
 */
function signsFor(entry: JsonObject, claims: TokenClaims): boolean {
  const issuer = textOf(entry, 'issuer');
  if (issuer === undefined || microsoftTokenVersion(claims) !== 2) return true;
  return issuer.replace('{tenantid}', textOf(claims, 'tid') ?? '') === microsoftIssuer(claims);
}
