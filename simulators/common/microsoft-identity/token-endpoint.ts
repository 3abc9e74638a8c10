import { randomBytes, timingSafeEqual } from 'node:crypto';
import { type HttpAnswer, type HttpCall, mediaType } from '../http-exchange.js';
import { AadRefusal } from './aad-error.js';
import { type AccessTokens } from './access-tokens.js';
import { type AuthorizationEndpoint, type Consent } from './authorization-endpoint.js';
import {
  type SimulatedApplication,
  type SimulatedResource,
  type SimulatedTenant,
  type SimulatedUser,
  type TenantDirectory,
} from './tenant-directory.js';

/**
 * What comes with a refreshed access token: `replace` a new refresh token, `omit` none. Either way the old one goes on
 * working: the platform does not revoke refresh tokens on use.
 */
export type RefreshTokenPolicy = 'replace' | 'omit';

/** Scopes about the sign-in itself; none of them names a resource. */
const signInScopes: readonly string[] = ['openid', 'profile', 'email', 'offline_access'];
const defaultSuffix = '/.default';

/** `POST /{tenant}/oauth2/token` (v1) and `/{tenant}/oauth2/v2.0/token` (v2). */
export class TokenEndpoint {
  readonly #refreshTokens = new Map<string, Consent>();
  #requests = 0;

  constructor(
    private readonly directory: TenantDirectory,
    private readonly tokens: AccessTokens,
    private readonly codes: AuthorizationEndpoint,
    private readonly now: () => number,
    private readonly policy: RefreshTokenPolicy,
  ) {}

  get requests(): number {
    return this.#requests;
  }

  countRequest(): void {
    this.#requests += 1;
  }

  revokeRefreshTokens(user: SimulatedUser): void {
    for (const [token, consent] of this.#refreshTokens) {
      if (consent.user === user) this.#refreshTokens.delete(token);
    }
  }

  answer(call: HttpCall, tenantName: string, version: 1 | 2): HttpAnswer {
    if (mediaType(call) !== 'application/x-www-form-urlencoded') {
      throw refusal(400, 'invalid_request', 900144, "The request body must contain the parameter 'grant_type'.");
    }
    const form = new URLSearchParams(call.body.toString('utf8'));
    const grant = form.get('grant_type');
    const tenant = this.#tenantOf(tenantName);
    const client = this.#client(call, form, tenant);
    if (grant === 'client_credentials') return this.#asItself(form, client, tenant, version);
    if (grant === 'authorization_code' && version === 2) return this.#forPerson(this.codes.redeem(client, form), true);
    if (grant === 'refresh_token' && version === 2) return this.#refreshed(form, client);
    if (grant === null) {
      throw refusal(400, 'invalid_request', 900144, "The request body must contain the parameter 'grant_type'.");
    }
    throw refusal(400, 'unsupported_grant_type', 70003, `The app requested an unsupported grant type '${grant}'.`);
  }

  #asItself(
    form: URLSearchParams,
    client: SimulatedApplication,
    tenant: SimulatedTenant | undefined,
    version: 1 | 2,
  ): HttpAnswer {
    if (tenant === undefined) {
      throw refusal(400, 'invalid_request', 50059, 'No tenant-identifying information found in the request.');
    }
    const resource = version === 1 ? this.#resourceOfV1(form) : this.#resourceOfV2(form);
    const token = this.tokens.issue(resource, { client, tenant });
    const lifetime = this.tokens.lifetimeSeconds;
    if (version === 2) {
      return granted({ token_type: 'Bearer', expires_in: lifetime, ext_expires_in: lifetime, access_token: token });
    }
    const issuedAt = Math.floor(this.now() / 1_000);
    // Every number of the v1 endpoint is text.
    return granted({
      token_type: 'Bearer',
      expires_in: String(lifetime),
      ext_expires_in: String(lifetime),
      expires_on: String(issuedAt + lifetime),
      not_before: String(issuedAt),
      resource: form.get('resource'),
      access_token: token,
    });
  }

  #resourceOfV1(form: URLSearchParams): SimulatedResource {
    const name = form.get('resource');
    if (name === null) {
      throw refusal(400, 'invalid_request', 900144, "The request body must contain the parameter 'resource'.");
    }
    return this.directory.resource(name) ?? this.#unknownResource(name);
  }

  #resourceOfV2(form: URLSearchParams): SimulatedResource {
    const scope = form.get('scope');
    if (scope === null) {
      throw refusal(400, 'invalid_request', 900144, "The request body must contain the parameter 'scope'.");
    }
    if (!scope.endsWith(defaultSuffix)) {
      throw refusal(
        400,
        'invalid_scope',
        1002012,
        `The provided value for scope ${scope} is not valid. It must end with /.default.`,
      );
    }
    const name = scope.slice(0, -defaultSuffix.length);
    return this.directory.resource(name) ?? this.#unknownResource(name);
  }

  #unknownResource(name: string): never {
    throw refusal(400, 'invalid_resource', 500011, `The resource principal named ${name} was not found in the tenant.`);
  }

  #refreshed(form: URLSearchParams, client: SimulatedApplication): HttpAnswer {
    const consent = this.#refreshTokens.get(form.get('refresh_token') ?? '');
    if (consent?.client !== client) {
      throw refusal(400, 'invalid_grant', 70000, 'The provided refresh token is expired, revoked or malformed.');
    }
    return this.#forPerson(consent, this.policy === 'replace');
  }

  #forPerson(consent: Consent, withRefreshToken: boolean): HttpAnswer {
    const { client, user, scopes, nonce } = consent;
    const asked = scopes.filter((scope) => !signInScopes.includes(scope));
    const names = asked.map((scope) => scope.slice(scope.lastIndexOf('/') + 1));
    const token = this.tokens.issue(this.#resourceOfScopes(asked), {
      client,
      tenant: user.tenant,
      user,
      scopes: names,
    });
    const lifetime = this.tokens.lifetimeSeconds;
    return granted({
      token_type: 'Bearer',
      scope: scopes.filter((scope) => scope !== 'offline_access').join(' '),
      expires_in: lifetime,
      ext_expires_in: lifetime,
      access_token: token,
      ...(withRefreshToken && scopes.includes('offline_access')
        ? { refresh_token: this.#newRefreshToken(consent) }
        : {}),
      ...(scopes.includes('openid') ? { id_token: this.tokens.idToken(client, user, nonce) } : {}),
    });
  }

  /** A scope is `<resource>/<name>`; one without a resource is Microsoft Graph's. One token is for one resource. */
  #resourceOfScopes(scopes: readonly string[]): SimulatedResource {
    const named = scopes.map((scope) => {
      const cut = scope.lastIndexOf('/');
      return cut > 0 ? scope.slice(0, cut) : 'https://graph.microsoft.com';
    });
    const [first = 'https://graph.microsoft.com', ...others] = new Set(named);
    if (others.length > 0) {
      throw refusal(400, 'invalid_scope', 28000, 'Scopes of more than one resource cannot share a token.');
    }
    return this.directory.resource(first) ?? this.#unknownResource(first);
  }

  #newRefreshToken(consent: Consent): string {
    const token = `0.${randomBytes(64).toString('base64url')}`;
    this.#refreshTokens.set(token, consent);
    return token;
  }

  #tenantOf(name: string): SimulatedTenant | undefined {
    if (name === 'common' || name === 'organizations') return undefined;
    const tenant = this.directory.tenant(name);
    if (tenant === undefined) {
      const message = `Tenant '${name}' not found. Check to make sure you have the correct tenant ID.`;
      throw refusal(400, 'invalid_request', 90002, message);
    }
    return tenant;
  }

  /** By Basic, whose halves are form-encoded (RFC 6749), or in the body; an app is unknown in a tenant that did not agree. */
  #client(call: HttpCall, form: URLSearchParams, tenant: SimulatedTenant | undefined): SimulatedApplication {
    const header = call.headers.authorization;
    const [id, secret] = header === undefined ? [form.get('client_id'), form.get('client_secret')] : basic(header);
    if (id === null) {
      throw refusal(400, 'invalid_request', 900144, "The request body must contain the parameter 'client_id'.");
    }
    const client = this.directory.application(id);
    if (client === undefined || (tenant !== undefined && !client.tenants.includes(tenant))) {
      const message = `Application with identifier '${id}' was not found in the directory.`;
      throw refusal(400, 'unauthorized_client', 700016, message);
    }
    if (secret === null) {
      throw refusal(
        401,
        'invalid_client',
        7000218,
        "The request body must contain 'client_assertion' or 'client_secret'.",
      );
    }
    if (!equalText(client.secret, secret)) {
      throw refusal(401, 'invalid_client', 7000215, 'Invalid client secret provided.');
    }
    return client;
  }
}

function granted(body: Readonly<Record<string, unknown>>): HttpAnswer {
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store, no-cache',
      Pragma: 'no-cache',
    },
    body,
  };
}

function basic(header: string): readonly [string | null, string | null] {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header)?.[1];
  const decoded = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(decoded) ?? [];
  return [formDecoded(id), formDecoded(secret)];
}

function formDecoded(text: string | undefined): string | null {
  return text === undefined ? null : new URLSearchParams(`value=${text}`).get('value');
}

function equalText(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected, 'utf8'), Buffer.from(given, 'utf8')];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refusal(status: 400 | 401, error: string, code: number, message: string): AadRefusal {
  return new AadRefusal({ status, error, code, message });
}
