import { createHash } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { SimulatorClock } from '../clock.js';
import { MicrosoftIdentitySimulator } from './microsoft-identity-simulator.js';
import { type SimulatedApplication, type SimulatedTenant, type SimulatedUser } from './tenant-directory.js';

const clock = new SimulatorClock({ startAt: Date.UTC(2020, 5, 1), speed: 0 });
const identity = await MicrosoftIdentitySimulator.start({ clock });
const skype = 'https://api.skypeforbusiness.com';
const redirectUri = 'https://liaison.example/signed-in';

type Body = Readonly<Record<string, unknown>>;

describe('the token endpoints', () => {
  let tenant: SimulatedTenant;
  let app: SimulatedApplication;
  let user: SimulatedUser;

  beforeEach(() => {
    tenant = identity.registerTenant({ domains: [`${Math.random().toString(36).slice(2)}.example`] });
    app = identity.registerApplication({ tenants: [tenant], redirectUris: [redirectUri] });
    user = identity.addUser({ tenant, upn: 'mira@tenant-a.example', name: 'Mira Okafor' });
    identity.signInAs(user);
  });

  afterAll(async () => {
    await identity.stop();
  });

  async function post(
    version: 1 | 2,
    form: Readonly<Record<string, string>>,
    { at = tenant.tenantId, headers = {} }: { at?: string; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Body> {
    const path = version === 1 ? 'oauth2/token' : 'oauth2/v2.0/token';
    const body = new URLSearchParams(form);
    const response = await fetch(`${identity.url}/${at}/${path}`, { method: 'POST', body, headers });
    return { status: response.status, ...((await response.json()) as object) }; // Spread, so any object will do.
  }

  function asApp(extra: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return { grant_type: 'client_credentials', client_id: app.clientId, client_secret: app.secret, ...extra };
  }

  async function claimsOf(token: unknown): Promise<Body> {
    const keys = createRemoteJWKSet(new URL(`${identity.url}/common/discovery/keys`));
    const { payload } = await jwtVerify(String(token), keys, { currentDate: new Date(clock.now()) });
    return payload;
  }

  it('answers with texts for numbers at version 1', async () => {
    const body = await post(1, asApp({ resource: skype }));
    const issuedAt = clock.now() / 1_000;
    expect(body).toMatchObject({
      status: 200,
      token_type: 'Bearer',
      expires_in: '3599',
      expires_on: String(issuedAt + 3_599),
      not_before: String(issuedAt),
      resource: skype,
    });
    expect(await claimsOf(body['access_token'])).toMatchObject({
      aud: skype,
      iss: `https://sts.windows.net/${tenant.tenantId}/`,
      appid: app.clientId,
      tid: tenant.tenantId,
      ver: '1.0',
    });
  });

  it('answers with a number at version 2, where the resource is the scope without /.default', async () => {
    const body = await post(2, asApp({ scope: `${skype}/.default` }));
    expect(body).toMatchObject({ status: 200, expires_in: 3_599 });
    expect(body).not.toHaveProperty('resource');
    expect(await claimsOf(body['access_token'])).toMatchObject({ aud: skype, ver: '1.0' });
  });

  it('makes a token of version 2 for a resource that wants one, whose audience is the client id', async () => {
    const own = identity.registerApplication({
      tenants: [tenant],
      appIdUris: ['api://second'],
      accessTokenVersion: 2,
    });
    const body = await post(1, asApp({ resource: 'api://second' }));
    const claims = await claimsOf(body['access_token']);
    expect(claims).toMatchObject({
      aud: own.clientId,
      iss: `https://login.microsoftonline.com/${tenant.tenantId}/v2.0`,
      azp: app.clientId,
      ver: '2.0',
    });
    expect(claims).not.toHaveProperty('appid');
  });

  it('takes the credentials by Basic too, and the domain of a tenant for its id', async () => {
    const credentials = Buffer.from(`${app.clientId}:${encodeURIComponent(app.secret)}`).toString('base64');
    const body = await post(
      1,
      { grant_type: 'client_credentials', resource: skype },
      { at: tenant.domains[0] ?? '', headers: { Authorization: `Basic ${credentials}` } },
    );
    expect(body['status']).toBe(200);
  });

  it.each([
    ['a wrong secret', 401, 'invalid_client', 7000215, { client_secret: 'wrong', resource: skype }],
    ['an unknown client', 400, 'unauthorized_client', 700016, { client_id: 'unknown', resource: skype }],
    ['no resource', 400, 'invalid_request', 900144, {}],
    ['an unknown resource', 400, 'invalid_resource', 500011, { resource: `${skype}/` }],
    ['an unknown grant', 400, 'unsupported_grant_type', 70003, { grant_type: 'password', resource: skype }],
  ])('refuses %s in the words of the platform', async (_case, status, error, code, change) => {
    const body = await post(1, asApp(change));
    expect(body).toMatchObject({ status, error, error_codes: [code] });
    expect(body['error_description']).toMatch(
      new RegExp(`^AADSTS${code}: [^]+\\r\\nTrace ID: [^]+\\r\\nCorrelation ID: [^]+\\r\\nTimestamp: `),
    );
    expect(body['timestamp']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
    expect([typeof body['trace_id'], typeof body['correlation_id']]).toEqual(['string', 'string']);
  });

  it('refuses an app in a tenant that did not agree to it', async () => {
    const other = identity.registerTenant();
    expect(await post(1, asApp({ resource: skype }), { at: other.tenantId })).toMatchObject({ error_codes: [700016] });
  });

  it('refuses an app that acts as itself without naming a tenant', async () => {
    expect(await post(1, asApp({ resource: skype }), { at: 'common' })).toMatchObject({ error_codes: [50059] });
  });

  it('refuses a scope without /.default for an app that acts as itself', async () => {
    const body = await post(2, asApp({ scope: 'https://graph.microsoft.com/User.Read' }));
    expect(body).toMatchObject({ status: 400, error: 'invalid_scope', error_codes: [1002012] });
  });

  describe('on behalf of a person', () => {
    const verifier = 'a-verifier-that-is-long-enough-to-be-one-0123456789';
    const challenge = createHash('sha256').update(verifier).digest('base64url');

    async function authorize(change: Readonly<Record<string, string>> = {}): Promise<URL> {
      const query = new URLSearchParams({
        client_id: app.clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'openid offline_access User.Read',
        state: 'state 1',
        code_challenge: challenge,
        code_challenge_method: 'S256',
        ...change,
      });
      const response = await fetch(`${identity.url}/common/oauth2/v2.0/authorize?${query.toString()}`, {
        redirect: 'manual',
      });
      return new URL(response.headers.get('location') ?? `about:blank?status=${response.status}`);
    }

    function redemption(code: string, change: Readonly<Record<string, string>> = {}): Promise<Body> {
      return post(2, {
        grant_type: 'authorization_code',
        client_id: app.clientId,
        client_secret: app.secret,
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
        ...change,
      });
    }

    async function code(): Promise<string> {
      return (await authorize()).searchParams.get('code') ?? '';
    }

    function refreshed(token: unknown): Promise<Body> {
      return post(2, {
        grant_type: 'refresh_token',
        client_id: app.clientId,
        client_secret: app.secret,
        refresh_token: String(token),
      });
    }

    it('gives a token that names the person and the scopes, once for each code', async () => {
      const target = await authorize();
      expect(target.searchParams.get('state')).toBe('state 1');
      const given = target.searchParams.get('code') ?? '';
      const body = await redemption(given);
      expect(await claimsOf(body['access_token'])).toMatchObject({
        aud: 'https://graph.microsoft.com',
        oid: user.oid,
        scp: 'User.Read',
        upn: user.upn,
      });
      expect(await claimsOf(body['id_token'])).toMatchObject({ aud: app.clientId, oid: user.oid });
      expect(await redemption(given)).toMatchObject({ error: 'invalid_grant', error_codes: [54005] });
    });

    it('refuses a code with the wrong verifier and leaves it unspent', async () => {
      const given = await code();
      expect(await redemption(given, { code_verifier: 'wrong' })).toMatchObject({ error_codes: [501481] });
      expect(await redemption(given)).toMatchObject({ status: 200 });
    });

    it('refuses a code after ten minutes', async () => {
      const given = await code();
      await clock.advance(600_000);
      expect(await redemption(given)).toMatchObject({ error: 'invalid_grant', error_codes: [70008] });
    });

    it('gives a refresh token only for offline_access', async () => {
      const target = await authorize({ scope: 'User.Read' });
      expect(await redemption(target.searchParams.get('code') ?? '')).not.toHaveProperty('refresh_token');
    });

    it('gives a new refresh token on use and lets the old one go on working', async () => {
      const first = await redemption(await code());
      const second = await refreshed(first['refresh_token']);
      expect(second['refresh_token']).not.toBe(first['refresh_token']);
      expect(await refreshed(first['refresh_token'])).toMatchObject({ status: 200 });
      expect(await refreshed(second['refresh_token'])).toMatchObject({ status: 200 });
    });

    it('refuses refresh tokens that were revoked', async () => {
      const first = await redemption(await code());
      identity.revokeRefreshTokens(user);
      expect(await refreshed(first['refresh_token'])).toMatchObject({ status: 400, error: 'invalid_grant' });
    });

    it('sends the person back with access_denied when nobody consents', async () => {
      identity.signInAs(undefined);
      expect((await authorize()).searchParams.get('error')).toBe('access_denied');
    });

    it('never redirects to an address that is not registered', async () => {
      expect((await authorize({ redirect_uri: 'https://attacker.example' })).searchParams.get('status')).toBe('400');
    });
  });
});
