import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiAnswer, ApiClient, postForm } from './api-client.js';
import { redirectUri, startScene, type WebexScene } from './webex-scene.js';

const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'; // RFC 7636, appendix B

describe('OAuth', () => {
  let scene: WebexScene;

  beforeEach(async () => {
    scene = await startScene();
  });

  afterEach(async () => {
    await scene.end();
  });

  const authorize = async (change: Readonly<Record<string, string>> = {}): Promise<URL | number> => {
    const query = new URLSearchParams({
      client_id: scene.integration.clientId,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'spark:all spark:calls_read',
      state: 'st/ate',
      ...change,
    });
    const answer = await new ApiClient(scene.webex.url, undefined).get(`/authorize?${query.toString()}`);
    const location = answer.headers.get('location');
    return location === null ? answer.status : new URL(location);
  };

  const exchange = (form: Readonly<Record<string, string>>): Promise<ApiAnswer> =>
    postForm(`${scene.webex.url}/v1/access_token`, {
      client_id: scene.integration.clientId,
      client_secret: scene.integration.clientSecret,
      ...form,
    });

  const refresh = (refreshToken: unknown): Promise<ApiAnswer> =>
    exchange({ grant_type: 'refresh_token', refresh_token: String(refreshToken) });

  async function codeFor(change: Readonly<Record<string, string>> = {}): Promise<string> {
    scene.webex.consentAs(scene.bob);
    const returned = await authorize(change);
    return returned instanceof URL ? (returned.searchParams.get('code') ?? '') : '';
  }

  const callWith = async (token: unknown): Promise<number> =>
    (await new ApiClient(scene.webex.url, String(token)).get('/people/me')).status;

  it('exchanges a code for tokens that act as whoever agreed', async () => {
    const answer = await exchange({
      grant_type: 'authorization_code',
      code: await codeFor(),
      redirect_uri: redirectUri,
    });
    expect(answer.body).toEqual({
      access_token: answer.body['access_token'],
      expires_in: 1_209_599,
      refresh_token: answer.body['refresh_token'],
      refresh_token_expires_in: 7_775_999,
      token_type: 'Bearer',
    });
    const me = await new ApiClient(scene.webex.url, String(answer.body['access_token'])).get('/people/me');
    expect(me.body['id']).toBe(scene.bob.id);
  });

  it('brings the state back, with a code or a refusal', async () => {
    const refused = await authorize();
    expect(String(refused)).toBe(`${redirectUri}?error=access_denied&state=st%2Fate`);
    scene.webex.consentAs(scene.bob);
    const agreed = await authorize();
    expect(agreed instanceof URL && agreed.searchParams.get('state')).toBe('st/ate');
    expect(String(await authorize({ scope: 'spark-admin:people_read' }))).toContain('error=invalid_scope');
  });

  it('sends nobody to an address that is not registered', async () => {
    expect(await authorize({ redirect_uri: 'https://evil.example/' })).toBe(400);
    expect(await authorize({ client_id: 'C0' })).toBe(400);
  });

  it('takes a code once, from its client, with its address, for five minutes', async () => {
    const code = await codeFor();
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
    expect((await exchange({ ...form, redirect_uri: 'https://other.example/' })).status).toBe(400);
    expect((await exchange(form)).status).toBe(400);
    const late = await codeFor();
    await scene.clock.advance(5 * 60_000);
    expect((await exchange({ ...form, code: late })).status).toBe(400);
  });

  it('checks the proof key when one was announced', async () => {
    const form = { grant_type: 'authorization_code', redirect_uri: redirectUri };
    const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
    const statuses = [
      await exchange({ ...form, code: await codeFor(pkce), code_verifier: verifier }),
      await exchange({ ...form, code: await codeFor(pkce), code_verifier: `${verifier}x` }),
      await exchange({ ...form, code: await codeFor(pkce), code_verifier: 'short' }),
      await exchange({ ...form, code: await codeFor(pkce) }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([200, 400, 400, 400]);
    expect(createHash('sha256').update(verifier).digest('base64url')).toBe(challenge);
  });

  it('takes client id and secret by Basic too, and no others', async () => {
    const { clientId: id, clientSecret: secret } = scene.integration;
    const address = `${scene.webex.url}/v1/access_token`;
    const form = { grant_type: 'authorization_code', redirect_uri: redirectUri };
    expect((await postForm(address, { ...form, code: await codeFor() }, { id, secret })).status).toBe(200);
    expect((await postForm(address, { ...form, code: await codeFor() }, { id, secret: 'wrong' })).status).toBe(401);
    expect((await postForm(address, { ...form, code: await codeFor() })).status).toBe(401);
  });

  it('honours an access token for two weeks, and a refresh token for ninety days after its last use', async () => {
    const { accessToken, refreshToken } = scene.webex.integrationTokens(scene.integration, scene.bob);
    await scene.clock.advance(1_209_598_000);
    expect(await callWith(accessToken)).toBe(200);
    await scene.clock.advance(1_000);
    expect(await callWith(accessToken)).toBe(401);
    const refreshed = await refresh(refreshToken);
    expect(refreshed.body).toMatchObject({ refresh_token: refreshToken, expires_in: 1_209_599 });
    expect(await callWith(refreshed.body['access_token'])).toBe(200);
    await scene.clock.advance(7_775_998_000);
    expect((await refresh(refreshToken)).status).toBe(200);
    await scene.clock.advance(7_775_999_000);
    expect((await refresh(refreshToken)).status).toBe(400);
  });

  it('rotates the refresh token when told to, and the old one dies', async () => {
    await scene.end();
    scene = await startScene({ quirks: { refreshTokens: 'rotate', tokenErrors: 'oauth' } });
    const { refreshToken } = scene.webex.integrationTokens(scene.integration, scene.bob);
    const refreshed = await refresh(refreshToken);
    expect(refreshed.body['refresh_token']).not.toBe(refreshToken);
    expect((await refresh(refreshed.body['refresh_token'])).status).toBe(200);
    const again = await refresh(refreshToken);
    expect([again.status, again.body['error']]).toEqual([400, 'invalid_grant']);
  });

  it('answers no refresh token when told to, and the old one stays in force', async () => {
    await scene.end();
    scene = await startScene({ quirks: { refreshTokens: 'omit' } });
    const { refreshToken } = scene.webex.integrationTokens(scene.integration, scene.bob);
    expect((await refresh(refreshToken)).body).not.toHaveProperty('refresh_token');
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  it('answers a dead refresh token 401 in the body of the API when told to', async () => {
    await scene.end();
    scene = await startScene({ quirks: { deadRefreshStatus: 401 } });
    const answer = await refresh('dead');
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ errors: [{}], trackingId: answer.headers.get('trackingid') });
  });

  it('lets all tokens but those of bots expire at once', async () => {
    const { accessToken, refreshToken } = scene.webex.integrationTokens(scene.integration, scene.bob);
    const personal = scene.webex.personalToken(scene.bob);
    scene.webex.expireTokens();
    expect([await callWith(accessToken), await callWith(personal)]).toEqual([401, 401]);
    expect(await callWith(scene.webex.botToken(scene.bot))).toBe(200);
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  it('kills the old token of a bot with a new one', async () => {
    const old = scene.webex.botToken(scene.bot);
    const renewed = scene.webex.regenerateBotToken(scene.bot);
    expect([await callWith(old), await callWith(renewed)]).toEqual([401, 200]);
    expect(scene.webex.botToken(scene.bot)).toBe(renewed);
  });

  it('tells when the token of a call expires', async () => {
    const answer = await scene.as(scene.bob).get('/authorizations/tokenExpiry');
    expect(answer.body).toEqual({ exp: scene.clock.now() + 1_209_599_000 });
  });

  it('lets administrators list and end authorizations, with all their tokens', async () => {
    const { accessToken, refreshToken } = scene.webex.integrationTokens(scene.integration, scene.bob);
    const ann = scene.as(scene.ann);
    const listed = await ann.get(`/authorizations?personId=${scene.bob.id}`);
    expect(listed.items).toEqual([
      {
        id: listed.items[0]?.['id'],
        applicationId: scene.integration.applicationId,
        applicationName: 'Liaison',
        personId: scene.bob.id,
        clientId: scene.integration.clientId,
        created: '2026-01-05T09:00:00+00:00',
        type: 'refresh',
      },
    ]);
    expect((await scene.as(scene.bob).delete(`/authorizations/${String(listed.items[0]?.['id'])}`)).status).toBe(403);
    expect((await ann.delete(`/authorizations/${String(listed.items[0]?.['id'])}`)).status).toBe(204);
    expect([await callWith(accessToken), (await refresh(refreshToken)).status]).toEqual([401, 400]);
  });

  it('lets administrators end everything of a client in their organization', async () => {
    const { accessToken } = scene.webex.integrationTokens(scene.integration, scene.bob);
    const query = `clientId=${scene.integration.clientId}&orgId=${scene.ann.org.id}`;
    expect((await scene.as(scene.ann).delete(`/authorizations?${query}`)).status).toBe(204);
    expect(await callWith(accessToken)).toBe(401);
  });
});
