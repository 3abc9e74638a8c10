import { type HttpAnswer } from '../http-exchange.js';
import { AadRefusal } from './aad-error.js';
import { type KeyRing } from './key-ring.js';
import { consumersTenant, issuerV1, issuerV2, tenantTemplate } from './tenant-issuers.js';
import { type TenantDirectory } from './tenant-directory.js';

const tenantIndependent: readonly string[] = ['common', 'organizations'];

/** Metadata and key lists of both token versions, for one tenant or for all. */
export class DiscoveryEndpoint {
  #keyFetches = 0;
  #metadataFetches = 0;

  constructor(
    private readonly directory: TenantDirectory,
    private readonly keys: KeyRing,
    private readonly baseUrl: () => string,
  ) {}

  get keyFetches(): number {
    return this.#keyFetches;
  }

  get metadataFetches(): number {
    return this.#metadataFetches;
  }

  countKeyFetch(): void {
    this.#keyFetches += 1;
  }

  countMetadataFetch(): void {
    this.#metadataFetches += 1;
  }

  /** The issuer is a template with `{tenantid}` unless a tenant is named; a client's `appid` goes on to the key list. */
  metadata(tenantName: string, version: 1 | 2, appId: string | null): HttpAnswer {
    const tenant = this.#tenantOf(tenantName);
    const base = `${this.baseUrl()}/${tenantName}`;
    const oauth = version === 1 ? `${base}/oauth2` : `${base}/oauth2/v2.0`;
    const keys = version === 1 ? `${base}/discovery/keys` : `${base}/discovery/v2.0/keys`;
    return cached({
      token_endpoint: `${oauth}/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      jwks_uri: appId === null ? keys : `${keys}?appid=${encodeURIComponent(appId)}`,
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code', 'id_token', 'code id_token'],
      scopes_supported: version === 1 ? ['openid'] : ['openid', 'profile', 'email', 'offline_access'],
      issuer: (version === 1 ? issuerV1 : issuerV2)(tenant ?? tenantTemplate),
      authorization_endpoint: `${oauth}/authorize`,
      end_session_endpoint: `${oauth}/logout`,
      cloud_instance_name: 'microsoftonline.com',
    });
  }

  /** The list starts with another key each time, since its order means nothing. Only version 2 names issuers. */
  keyList(tenantName: string, version: 1 | 2): HttpAnswer {
    const tenant = this.#tenantOf(tenantName);
    const issuer = version === 2 ? { issuer: issuerV2(tenant ?? tenantTemplate) } : {};
    const entries = this.keys.listed.map((key) => ({ ...key.listing, ...issuer }));
    const personal = { ...this.keys.consumers.listing, issuer: issuerV2(consumersTenant) };
    const all = version === 2 && tenantName === 'common' ? [...entries, personal] : entries;
    const start = this.#keyFetches % all.length;
    return cached({ keys: [...all.slice(start), ...all.slice(0, start)] });
  }

  #tenantOf(name: string): string | undefined {
    if (tenantIndependent.includes(name)) return undefined;
    const tenant = this.directory.tenant(name);
    if (tenant === undefined) {
      const message = `Tenant '${name}' not found. Check to make sure you have the correct tenant ID.`;
      throw new AadRefusal({ status: 400, error: 'invalid_tenant', code: 90002, message });
    }
    return tenant.tenantId;
  }
}

function cached(body: Readonly<Record<string, unknown>>): HttpAnswer {
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'max-age=86400, private',
      'Access-Control-Allow-Origin': '*',
    },
    body,
  };
}
