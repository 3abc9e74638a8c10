import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { answerAs, comeBack, outcomeOf, startOidcStage, type Grant, type OidcStage } from '../setup/oidc-stage.js';
import { type Page } from '../setup/browser.js';

describe('a grant', () => {
  let database: TestDatabase;
  let stage: OidcStage;
  let stranger: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startOidcStage(database.url);
    stranger = (await stage.service.app.get(ApiKeysService).create('another tenant', 'stranger', ['admin'])).text;
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  it('is active once its user has consented, and says who that was', async () => {
    const { id, authorizeUrl } = await stage.ask();
    expect(await stage.grant(id)).toMatchObject({ state: 'pending', subject: null });
    const page = await comeBack(await answerAs('ann', authorizeUrl));
    expect([page.status, outcomeOf(page)]).toEqual([200, 'active']);
    expect(await stage.grant(id)).toMatchObject({
      state: 'active',
      subject: { externalId: 'ann', displayName: 'Ann Example', email: 'ann@example.com' },
      scopes: ['openid', 'profile', 'email'],
      reconnectUrl: null,
    });
  });

  it('is denied when its user says no, and nothing is traded', async () => {
    const { id, authorizeUrl } = await stage.ask();
    const before = stage.oidc.tokenCalls;
    const page = await comeBack(await answerAs('bob', authorizeUrl, { answer: 'no' }));
    expect([page.status, outcomeOf(page)]).toEqual([200, 'denied']);
    expect(await stage.grant(id)).toMatchObject({ state: 'denied', reason: 'access-denied', subject: null });
    expect(stage.oidc.tokenCalls).toBe(before);
  });

  it('is told of on pages that keep no secret, whatever the outcome', async () => {
    const callback = await answerAs('carl', (await stage.ask()).authorizeUrl);
    const { searchParams } = new URL(callback);
    const parts = [searchParams.get('code') ?? '', searchParams.get('state') ?? ''];
    const denied = await answerAs('carl', (await stage.ask()).authorizeUrl, { answer: 'no' });
    const invented = `${stage.service.url}/oauth/callback?code=made-up-code&state=made-up-state`;
    const scripted = `${stage.service.url}/oauth/callback?error=%3Cscript%3Ealert(1)%3C/script%3E&error_description=made-up-text`;
    const pages: Page[] = [];
    for (const address of [callback, callback, denied, invented, scripted]) pages.push(await comeBack(address));
    pages.push(await comeBack(`${stage.service.url}/oauth/reconnect/made-up-link`));
    expect(pages.map(outcomeOf)).toEqual(['active', 'expired', 'denied', 'expired', 'denied', 'link-over']);
    for (const { headers, text } of pages) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      for (const part of [...parts, 'made-up', 'alert(1)', '<script']) expect(text).not.toContain(part);
    }
  });

  it('asks for the scopes that were named, and refuses words that are no scopes', async () => {
    const ask = (scopes: readonly unknown[]): ReturnType<typeof stage.service.call<{ authorizeUrl: string }>> =>
      stage.service.call('POST', '/v1/grants', { body: { connectionId: stage.connectionId, scopes } });
    const answer = await ask(['openid', 'email']);
    expect(new URL(answer.body.authorizeUrl).searchParams.get('scope')).toBe('openid email');
    for (const scopes of [['two words'], ['"'], [''], [1]]) expect((await ask(scopes)).status).toBe(400);
  });

  it('cannot be asked for at a platform that has no users to ask, or without a client', async () => {
    const skype = await stage.service.call<{ id: string }>('POST', '/v1/connections', {
      body: { platform: 'watson-work', name: 'No secret', settings: { appId: 'x' }, secrets: {} },
    });
    const answer = await stage.service.call('POST', '/v1/grants', { body: { connectionId: skype.body.id } });
    expect(answer).toMatchObject({ status: 400, body: { type: 'urn:liaison:problem:invalid-input' } });
  });

  it("is another tenant's to see, to begin, to reconnect or to end by nobody", async () => {
    const id = await stage.grantOf('dora');
    const call = (method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> =>
      stage.service.call(method, path, { credential: stranger, ...(body === undefined ? {} : { body }) });
    expect((await call('GET', `/v1/grants/${id}`)).status).toBe(404);
    expect((await call('DELETE', `/v1/grants/${id}`)).status).toBe(404);
    expect((await call('POST', '/v1/grants', { connectionId: stage.connectionId })).status).toBe(404);
    const theirs = await stage.connect({ credential: stranger });
    expect((await call('POST', '/v1/grants', { connectionId: theirs, reconnect: id })).status).toBe(404);
    for (const query of ['', `?connectionId=${stage.connectionId}`, '?subject=dora', '?state=active']) {
      expect((await call('GET', `/v1/grants${query}`)).body).toEqual({ items: [], nextCursor: null });
    }
    expect(await stage.grant(id)).toMatchObject({ state: 'active' });
  });

  it('is found by its connection, its state and its subject', async () => {
    const id = await stage.grantOf('emil');
    const query = `connectionId=${stage.connectionId}&state=active&subject=emil`;
    const page = await stage.service.get<{ items: Grant[] }>(`/v1/grants?${query}`);
    expect(page.items.map((grant) => grant.id)).toEqual([id]);
  });
});
