import { randomBytes, timingSafeEqual } from 'node:crypto';
import { type AccessTokens, type Grant, jwtLookingText } from './access-tokens.js';
import { type SimulatedPerson } from './actor.js';
import { type SimulatorClock } from '../common/clock.js';
import { type HttpAnswer, type HttpCall, mediaType } from '../common/http-exchange.js';
import { platformDate } from './platform-date.js';
import { type Quirks } from './quirks.js';
import { type Permission, type SimulatedApp } from './registered-app.js';
import { type World } from './world.js';

const codeLifetimeMs = 10 * 60 * 1_000;

/**
 * What a refresh does to the refresh token, which no source documents: `rotate` answers a new one and kills the old,
 * `keep` answers the same one, `omit` answers none and leaves the old one in force.
 */
export type RefreshTokenPolicy = 'rotate' | 'keep' | 'omit';

export interface OauthOptions {
  readonly refreshTokens?: RefreshTokenPolicy;
}

interface Code {
  readonly grant: Grant;
  readonly redirectUri: string;
  readonly expiresAt: number;
}

/** The authorization and token endpoints of Watson Work Services. */
export class OauthEndpoint {
  readonly #codes = new Map<string, Code>();
  readonly #refreshTokens = new Map<string, Grant>();
  #consenting: SimulatedPerson | undefined;

  constructor(
    private readonly world: World,
    private readonly tokens: AccessTokens,
    private readonly clock: SimulatorClock,
    private readonly quirks: Quirks,
    private readonly refreshTokenPolicy: RefreshTokenPolicy,
  ) {}

  /** Who sits before the browser and agrees to everything; undefined refuses. */
  consentAs(person: SimulatedPerson | undefined): void {
    this.#consenting = person;
  }

  authorize(call: HttpCall): HttpAnswer {
    const { query } = call;
    const redirectUri = query.get('redirect_uri');
    const app = this.world.app(query.get('client_id') ?? '');
    const state = query.get('state');
    if (app === undefined) return this.#error(call, 400, 'invalid_client', 'No such client.');
    if (redirectUri === null || !app.redirectUris.includes(redirectUri)) {
      return this.#error(call, 400, 'invalid_grant', 'The redirect_uri is not registered.');
    }
    if (query.get('response_type') !== 'code') {
      return this.#error(call, 400, 'unsupported_response_type', 'Only the response type "code" is known.');
    }
    if (state === null || state === '') return this.#error(call, 400, 'invalid_request', 'The state is missing.');
    const permissions = scopesWithin(query.get('scope'), app.scopes);
    if (permissions === undefined) return this.#error(call, 400, 'invalid_scope', 'Not a scope of the app.');
    const target = new URL(redirectUri);
    if (this.#consenting === undefined) {
      // The reference does not say that the state comes back with a refusal.
      target.searchParams.set('error', 'access_denied');
    } else {
      const code = randomBytes(16).toString('base64url');
      const grant = { actor: this.#consenting, app, permissions };
      this.#codes.set(code, { grant, redirectUri, expiresAt: this.clock.now() + codeLifetimeMs });
      target.searchParams.set('code', code);
      target.searchParams.set('state', state);
    }
    const cookie = `JSESSIONID=${randomBytes(16).toString('hex')}; Path=/; HttpOnly`;
    return { status: 302, headers: { Location: target.href, 'Set-Cookie': cookie } };
  }

  token(call: HttpCall): HttpAnswer {
    if (mediaType(call) !== 'application/x-www-form-urlencoded') {
      return this.#error(call, 400, 'invalid_request', 'The body is not a form.');
    }
    const form = new URLSearchParams(call.body.toString('utf8'));
    const app = this.#authenticated(call, form);
    if (app === undefined) return this.#error(call, 401, 'unauthorized', 'Bad credentials');
    switch (form.get('grant_type')) {
      case 'client_credentials':
        return this.#forApp(app);
      case 'authorization_code':
        return this.#forCode(call, form, app);
      case 'refresh_token':
        return this.#forRefresh(call, form, app);
      case null:
        return this.#error(call, 400, 'invalid_request', 'Missing grant type');
      default:
        return this.#error(call, 400, 'unsupported_grant_type', 'Unsupported grant type');
    }
  }

  /** No public source shows how a grant ends; here all refresh tokens of a person stop working. */
  revokeRefreshTokens(person: SimulatedPerson): void {
    for (const [token, grant] of this.#refreshTokens) {
      if (grant.actor.id === person.id) this.#refreshTokens.delete(token);
    }
  }

  #forApp(app: SimulatedApp): HttpAnswer {
    const { permissions } = app;
    const { token, expiresIn, jti } = this.tokens.issue({ actor: app, app, permissions });
    return {
      status: 200,
      body: {
        access_token: token,
        token_type: 'bearer',
        expires_in: expiresIn,
        ...(this.quirks.era === '2017' ? { scope: 'app', permissions: ['app'] } : { scope: permissions.join(' ') }),
        id: app.appId,
        jti,
      },
    };
  }

  #forCode(call: HttpCall, form: URLSearchParams, app: SimulatedApp): HttpAnswer {
    const text = form.get('code') ?? '';
    const code = this.#codes.get(text);
    this.#codes.delete(text);
    const refused =
      code?.grant.app !== app || code.redirectUri !== form.get('redirect_uri') || code.expiresAt <= this.clock.now();
    if (refused) return this.#error(call, 400, 'invalid_grant', 'Invalid authorization code');
    return this.#forPerson(code.grant, this.#newRefreshToken(code.grant));
  }

  #forRefresh(call: HttpCall, form: URLSearchParams, app: SimulatedApp): HttpAnswer {
    const old = form.get('refresh_token') ?? '';
    const grant = this.#refreshTokens.get(old);
    if (grant?.app !== app) return this.#error(call, 400, 'invalid_grant', 'Invalid refresh token');
    const permissions = scopesWithin(form.get('scope'), grant.permissions);
    if (permissions === undefined) return this.#error(call, 400, 'invalid_scope', 'Not a scope of the grant.');
    const narrowed = { ...grant, permissions };
    switch (this.refreshTokenPolicy) {
      case 'omit':
        return this.#forPerson(narrowed, undefined);
      case 'keep':
        return this.#forPerson(narrowed, old);
      case 'rotate':
        this.#refreshTokens.delete(old);
        return this.#forPerson(narrowed, this.#newRefreshToken(grant));
    }
  }

  #forPerson(grant: Grant, refreshToken: string | undefined): HttpAnswer {
    const { token, expiresIn, jti } = this.tokens.issue(grant);
    return {
      status: 200,
      body: {
        access_token: token,
        token_type: 'bearer',
        ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
        expires_in: expiresIn,
        scope: grant.permissions.join(' '),
        id: grant.actor.id,
        displayName: grant.actor.displayName,
        providerId: 'BLUE_ID_AUTH_PROVIDER',
        permissions: ['user'],
        jti,
      },
    };
  }

  #newRefreshToken(grant: Grant): string {
    const token = jwtLookingText(Math.floor(this.clock.now() / 1_000) + 30 * 86_400);
    this.#refreshTokens.set(token, grant);
    return token;
  }

  /** By Basic, which wins, or by `client_id` and `client_secret` in the form. */
  #authenticated(call: HttpCall, form: URLSearchParams): SimulatedApp | undefined {
    const header = call.headers.authorization;
    const [id, secret] = header === undefined ? [form.get('client_id'), form.get('client_secret')] : basic(header);
    const app = this.world.app(id ?? '');
    return app !== undefined && equalText(app.appSecret, secret ?? '') ? app : undefined;
  }

  /** Here the reference asks for `error` first and types the status as text. */
  #error(call: HttpCall, status: 400 | 401, error: string, description: string): HttpAnswer {
    return {
      status,
      body: {
        error,
        error_description: description,
        timestamp: platformDate(this.clock.now()),
        status: String(status),
        message: description,
        path: call.path,
      },
    };
  }
}

/** The scopes asked for when the grantor has them all; without a request, everything it has. */
function scopesWithin(asked: string | null, granted: readonly Permission[]): readonly Permission[] | undefined {
  const names = (asked ?? '').split(' ').filter((name) => name !== '');
  if (names.length === 0) return granted;
  const known = granted.filter((permission) => names.includes(permission));
  return known.length === new Set(names).size ? known : undefined;
}

function basic(header: string): [string | null, string | null] {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header)?.[1];
  const decoded = encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
  const parts = decoded === undefined ? null : /^([^:]*):(.*)$/s.exec(decoded);
  return parts === null ? [null, null] : [parts[1] ?? null, parts[2] ?? null];
}

function equalText(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected, 'utf8'), Buffer.from(given, 'utf8')];
  return a.length === b.length && timingSafeEqual(a, b);
}
