import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WatsonWorkOptions } from './watson-work-simulator.js';
import { startScene, type WatsonScene } from './watson-scene.js';

const redirectUri = 'https://app.example/callback';

describe('the OAuth endpoints', () => {
  let scene: WatsonScene;

  beforeEach(async () => {
    scene = await startScene();
  });

  afterEach(async () => {
    await scene.end();
  });

  async function restart(options: WatsonWorkOptions): Promise<void> {
    await scene.end();
    scene = await startScene(options);
  }

  function basic(): Record<string, string> {
    const pair = `${scene.app.appId}:${scene.app.appSecret}`;
    return { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  }

  async function token(
    form: Record<string, string>,
    headers: Record<string, string> = basic(),
  ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
    const response = await fetch(`${scene.watson.url}/oauth/token`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(form),
    });
    const body: unknown = await response.json();
    return { status: response.status, body: typeof body === 'object' && body !== null ? { ...body } : {} };
  }

  async function authorize(change: Record<string, string> = {}): Promise<Response> {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: scene.app.appId,
      redirect_uri: redirectUri,
      state: 'xyz',
      ...change,
    });
    return fetch(`${scene.watson.url}/oauth/authorize?${query.toString()}`, { redirect: 'manual' });
  }

  async function code(): Promise<string> {
    scene.watson.consentAs(scene.ann);
    const location = (await authorize()).headers.get('location') ?? '';
    return new URL(location).searchParams.get('code') ?? '';
  }

  it('give an app a token for its Basic credentials', async () => {
    const { status, body } = await token({ grant_type: 'client_credentials' });
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/) as unknown,
      token_type: 'bearer',
      expires_in: 3_599,
      scope: scene.app.permissions.join(' '),
      id: scene.app.appId,
      jti: expect.any(String) as unknown,
    });
  });

  it('give an app a token for credentials in the form', async () => {
    const { appId, appSecret } = scene.app;
    const form = { grant_type: 'client_credentials', client_id: appId, client_secret: appSecret };
    expect(await token(form, {})).toMatchObject({ status: 200 });
  });

  it('name the scope of 2017 plainly', async () => {
    await restart({ quirks: { era: '2017' }, tokenLifetimeSeconds: 43_199 });
    const { body } = await token({ grant_type: 'client_credentials' });
    expect(body).toMatchObject({ scope: 'app', permissions: ['app'], expires_in: 43_199 });
  });

  it('refuse a wrong secret with the error entity', async () => {
    const wrong = { grant_type: 'client_credentials', client_id: scene.app.appId, client_secret: 'wrong' };
    expect(await token(wrong, {})).toEqual({
      status: 401,
      body: {
        error: 'unauthorized',
        error_description: 'Bad credentials',
        timestamp: '2018-10-03T12:00:00.000+0000',
        status: '401',
        message: 'Bad credentials',
        path: '/oauth/token',
      },
    });
  });

  it('refuse the old secret once it was regenerated', async () => {
    const old = basic();
    scene.app.regenerateSecret();
    expect(await token({ grant_type: 'client_credentials' }, old)).toMatchObject({ status: 401 });
  });

  it.each([[{}], [{ grant_type: 'password' }]])('refuse the grant %j', async (form) => {
    expect(await token(form)).toMatchObject({ status: 400 });
  });

  it('exchange a code once, for the redirect URI it was given to', async () => {
    const given = await code();
    const form = { grant_type: 'authorization_code', code: given, redirect_uri: redirectUri };
    const { status, body } = await token(form);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: scene.ann.id, displayName: 'Ann Ångström', token_type: 'bearer' });
    expect(body).toHaveProperty('refresh_token');
    expect(await token(form)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const other = { ...form, code: await code(), redirect_uri: 'https://app.example/other' };
    expect(await token(other)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('send the browser back with code and state, or with a refusal alone', async () => {
    scene.watson.consentAs(scene.ann);
    const agreed = await authorize();
    expect(agreed.status).toBe(302);
    expect(agreed.headers.get('location')).toMatch(/^https:\/\/app\.example\/callback\?code=[\w-]+&state=xyz$/);
    expect(agreed.headers.get('set-cookie')).not.toBeNull();
    scene.watson.consentAs(undefined);
    expect((await authorize()).headers.get('location')).toBe(`${redirectUri}?error=access_denied`);
  });

  it.each([
    [{ state: '' }],
    [{ response_type: 'token' }],
    [{ redirect_uri: 'https://evil.example/' }],
    [{ client_id: 'nobody' }],
    [{ scope: 'everything' }],
  ])('do not redirect for %j', async (change) => {
    expect((await authorize(change)).status).toBe(400);
  });

  async function refreshTwice(): Promise<readonly unknown[]> {
    const granted = await token({ grant_type: 'authorization_code', code: await code(), redirect_uri: redirectUri });
    const form = { grant_type: 'refresh_token', refresh_token: String(granted.body['refresh_token']) };
    const first = await token(form);
    const again = await token(form);
    return [first.status, first.body['refresh_token'] !== undefined, again.status];
  }

  it('kill a refresh token which was rotated', async () => {
    expect(await refreshTwice()).toEqual([200, true, 400]);
  });

  it('can keep the refresh token, or answer none', async () => {
    await restart({ refreshTokens: 'keep' });
    expect(await refreshTwice()).toEqual([200, true, 200]);
    await restart({ refreshTokens: 'omit' });
    expect(await refreshTwice()).toEqual([200, false, 200]);
  });

  it('answer planned failures before anything else', async () => {
    scene.watson.failNext({ path: '/oauth', status: 500 });
    expect(await token({ grant_type: 'client_credentials' })).toMatchObject({ status: 500 });
    expect(await token({ grant_type: 'client_credentials' })).toMatchObject({ status: 200 });
  });
});
