import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type SimulatorClock } from '../common/clock.js';
import { type HttpAnswer, type HttpCall, mediaType } from '../common/http-exchange.js';
import { type ClientApp } from './client-app.js';
import { errorAnswer } from './error-answer.js';
import { Grant, type Grants } from './grants.js';
import { type Quirks } from './quirks.js';
import { SimulatedIntegration } from './simulated-integration.js';
import { type SimulatedPerson } from './simulated-person.js';
import { tokenBody } from './token-body.js';
import { type World } from './world.js';

/** Not documented. */
const codeLifetimeMs = 5 * 60 * 1_000;
const verifierForm = /^[A-Za-z0-9\-._~]{43,128}$/;

interface Challenge {
  readonly method: 'S256' | 'plain';
  readonly value: string;
}

interface Code {
  readonly grant: Grant;
  readonly redirectUri: string;
  readonly challenge: Challenge | undefined;
  readonly expiresAt: number;
}

type OauthError = 'invalid_request' | 'invalid_client' | 'invalid_grant' | 'unsupported_grant_type';

/** `/v1/authorize` and `/v1/access_token` (Login with Webex, 2026). PKCE is checked beside the client secret. */
export class OauthEndpoint {
  readonly #codes = new Map<string, Code>();
  #consenting: SimulatedPerson | undefined;

  constructor(
    private readonly world: World,
    private readonly grants: Grants,
    private readonly clock: SimulatorClock,
    private readonly quirks: Quirks,
  ) {}

  /** Who sits before the browser and agrees to everything; undefined refuses. */
  consentAs(person: SimulatedPerson | undefined): void {
    this.#consenting = person;
  }

  /** Sends the browser back; only to a registered address, or not at all. */
  authorize({ query }: HttpCall, trackingId: string): HttpAnswer {
    const app = this.world.appByClientId(query.get('client_id') ?? '');
    const redirectUri = query.get('redirect_uri');
    if (!(app instanceof SimulatedIntegration)) return errorAnswer(400, 'No such client.', trackingId);
    if (redirectUri === null || !app.redirectUris.includes(redirectUri)) {
      return errorAnswer(400, 'The redirect_uri is not the registered one.', trackingId);
    }
    const scopes = (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
    if (query.get('response_type') !== 'code') return returned(redirectUri, query, ['error', 'server_error']);
    if (scopes.length === 0 || !scopes.every((scope) => app.scopes.includes(scope))) {
      return returned(redirectUri, query, ['error', 'invalid_scope']);
    }
    if (this.#consenting === undefined) return returned(redirectUri, query, ['error', 'access_denied']);
    const code = randomBytes(32).toString('hex');
    this.#codes.set(code, {
      grant: new Grant(app, this.#consenting, scopes, this.clock.now()),
      redirectUri,
      challenge: challengeIn(query),
      expiresAt: this.clock.now() + codeLifetimeMs,
    });
    return returned(redirectUri, query, ['code', code]);
  }

  token(call: HttpCall, trackingId: string): HttpAnswer {
    const refuse = (error: OauthError, description: string, status: 400 | 401 = 400): HttpAnswer =>
      this.quirks.tokenErrors === 'oauth'
        ? { status, body: { error, error_description: description } }
        : errorAnswer(status, description, trackingId);
    if (mediaType(call) !== 'application/x-www-form-urlencoded') {
      return refuse('invalid_request', 'The body is not a form.');
    }
    const form = new URLSearchParams(call.body.toString('utf8'));
    const app = this.#authenticated(call, form);
    if (app === undefined) return refuse('invalid_client', 'The client is unknown or its secret is wrong.', 401);
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return this.#forCode(form, app) ?? refuse('invalid_grant', 'The authorization code is not valid.');
      case 'refresh_token':
        return (
          this.#forRefresh(form, app) ??
          refuse('invalid_grant', 'The refresh token is not valid or has expired.', this.quirks.deadRefreshStatus)
        );
      default:
        return refuse('unsupported_grant_type', 'The grant_type is not supported.');
    }
  }

  /** A code serves once, even when the exchange fails. */
  #forCode(form: URLSearchParams, app: ClientApp): HttpAnswer | undefined {
    const text = form.get('code') ?? '';
    const code = this.#codes.get(text);
    this.#codes.delete(text);
    const honoured =
      code?.grant.app === app &&
      code.redirectUri === form.get('redirect_uri') &&
      code.expiresAt > this.clock.now() &&
      isAnswered(code.challenge, form.get('code_verifier'));
    return honoured ? granted(tokenBody(this.grants.issuePair(code.grant))) : undefined;
  }

  /** Earlier access tokens stay in force until they expire. */
  #forRefresh(form: URLSearchParams, app: ClientApp): HttpAnswer | undefined {
    const old = form.get('refresh_token') ?? '';
    const grant = this.grants.ofRefresh(old);
    if (grant?.app !== app) return undefined;
    const accessToken = this.grants.issueAccess(grant);
    const { accessSeconds: expiresIn, refreshSeconds: refreshTokenExpiresIn } = app.lifetimes;
    switch (this.quirks.refreshTokens) {
      case 'omit':
        return granted(tokenBody({ accessToken, expiresIn }));
      case 'keep':
        this.grants.prolong(old, grant);
        return granted(tokenBody({ accessToken, expiresIn, refreshToken: old, refreshTokenExpiresIn }));
      case 'rotate': {
        this.grants.dropRefresh(old);
        const refreshToken = this.grants.issueRefresh(grant);
        return granted(tokenBody({ accessToken, expiresIn, refreshToken, refreshTokenExpiresIn }));
      }
    }
  }

  /** By Basic, or by `client_id` and `client_secret` in the form. */
  #authenticated(call: HttpCall, form: URLSearchParams): ClientApp | undefined {
    const header = call.headers.authorization;
    const [id, secret] = header === undefined ? [form.get('client_id'), form.get('client_secret')] : basic(header);
    const app = this.world.appByClientId(id ?? '');
    return app !== undefined && equalText(app.clientSecret, secret ?? '') ? app : undefined;
  }
}

function returned(redirectUri: string, query: URLSearchParams, [name, value]: readonly [string, string]): HttpAnswer {
  const target = new URL(redirectUri);
  target.searchParams.set(name, value);
  const state = query.get('state');
  if (state !== null) target.searchParams.set('state', state);
  return { status: 302, headers: { Location: target.href } };
}

function granted(body: Readonly<Record<string, unknown>>): HttpAnswer {
  return { status: 200, headers: { 'Cache-Control': 'no-store' }, body };
}

function challengeIn(query: URLSearchParams): Challenge | undefined {
  const value = query.get('code_challenge');
  if (value === null) return undefined;
  return { value, method: query.get('code_challenge_method') === 'S256' ? 'S256' : 'plain' };
}

function isAnswered(challenge: Challenge | undefined, verifier: string | null): boolean {
  if (challenge === undefined) return true;
  if (verifier === null || !verifierForm.test(verifier)) return false;
  const hashed = createHash('sha256').update(verifier).digest('base64url');
  return equalText(challenge.value, challenge.method === 'S256' ? hashed : verifier);
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
