import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NeedsAuthorization } from '../../src/platforms/platform.errors.js';
import { ACTING_TOKENS, type ActingTokens } from '../../src/tokens/acting-tokens.js';
import { type Page } from '../setup/browser.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { answerAs, comeBack, outcomeOf, startOidcStage, type OidcStage, type Started } from '../setup/oidc-stage.js';
import { parkJob } from '../setup/waiting-job.js';

describe('a grant that has lost its tokens', () => {
  let database: TestDatabase;
  let stage: OidcStage;
  let tokens: ActingTokens;
  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startOidcStage(database.url);
    tokens = stage.service.app.get<ActingTokens>(ACTING_TOKENS);
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  const lostGrantOf = async (login: string): Promise<string> => {
    const id = await stage.grantOf(login);
    await tokens.userRefused(id, await tokens.user(id));
    stage.oidc.fault = 'lost';
    await expect(tokens.user(id)).rejects.toThrow(NeedsAuthorization);
    stage.oidc.fault = 'none';
    return id;
  };
  const linkOf = async (id: string): Promise<string> => (await stage.grant(id)).reconnectUrl ?? '';
  /** Follows a reconnect link as that person. */
  const follow = async (link: string, login: string, answer: 'yes' | 'no' = 'yes'): Promise<Page> => {
    const redirect = await fetch(link, { redirect: 'manual' });
    expect([redirect.status, redirect.headers.get('cache-control')]).toEqual([302, 'no-store']);
    expect(redirect.headers.get('referrer-policy')).toBe('no-referrer');
    return comeBack(await answerAs(login, redirect.headers.get('location') ?? '', { answer }));
  };
  const reconnect = (id: string, changes: object = {}): Promise<{ status: number; body: Started }> =>
    stage.service.call('POST', '/v1/grants', {
      body: { connectionId: stage.connectionId, reconnect: id, ...changes },
    });

  it('works again when its user follows its link', async () => {
    const id = await lostGrantOf('ann');
    expect(outcomeOf(await follow(await linkOf(id), 'ann'))).toBe('active');
    expect(await stage.grant(id)).toMatchObject({ state: 'active', reason: null, reconnectUrl: null });
    expect(await stage.oidc.takes((await tokens.user(id)).accessToken)).toBe(true);
  });

  it('works again when a caller asks for it and its user consents', async () => {
    const id = await lostGrantOf('bob');
    const answer = await reconnect(id);
    expect([answer.status, answer.body.id]).toEqual([201, id]);
    expect(outcomeOf(await comeBack(await answerAs('bob', answer.body.authorizeUrl)))).toBe('active');
  });

  it('stays as it is when another person follows its link, and is told so', async () => {
    const id = await lostGrantOf('carl');
    const before = await stage.grant(id);
    const page = await follow(await linkOf(id), 'mallory');
    expect([outcomeOf(page), page.status]).toEqual(['other-person', 409]);
    expect({ ...(await stage.grant(id)), reconnectUrl: null }).toEqual({ ...before, reconnectUrl: null });
    await expect(tokens.user(id)).rejects.toThrow(NeedsAuthorization);
  });

  it('stays as it is when its user says no, and the link can be followed once more', async () => {
    const id = await lostGrantOf('dora');
    const link = await linkOf(id);
    expect(outcomeOf(await follow(link, 'dora', 'no'))).toBe('denied');
    expect(await stage.grant(id)).toMatchObject({ state: 'needs-reauthorization', reason: 'answer-lost' });
    expect(outcomeOf(await follow(link, 'dora'))).toBe('active');
  });

  it('is replaced by another grant of its user, for which its jobs wait from then on', async () => {
    const id = await lostGrantOf('emil');
    const job = await parkJob(database, stage.connectionId, id);
    const next = await stage.grantOf('emil');
    expect(await stage.grant(id)).toMatchObject({ state: 'revoked', reason: 'replaced' });
    expect(await stage.grant(next)).toMatchObject({ state: 'active' });
    expect(await job.grantId()).toBe(next);
    await expect.poll(job.state, { timeout: 5_000 }).toBe('waiting');
    await expect(tokens.user(id)).rejects.toThrow(NeedsAuthorization);
  });

  it('is not replaced by a grant of somebody else, nor by one at another connection', async () => {
    const id = await lostGrantOf('fay');
    await stage.grantOf('gus');
    await stage.grantOf('fay', await stage.connect());
    expect(await stage.grant(id)).toMatchObject({ state: 'needs-reauthorization' });
  });

  it('is not reached by a link that was changed or belongs to a grant that was ended', async () => {
    const id = await lostGrantOf('hal');
    const link = await linkOf(id);
    const end = link.slice(-1);
    const opened = async (address: string): Promise<[number, string | undefined]> => {
      const page = await comeBack(address);
      return [page.status, outcomeOf(page)];
    };
    expect(await opened(`${link.slice(0, -1)}${end === 'A' ? 'Q' : 'A'}`)).toEqual([400, 'link-over']);
    expect(await opened(`${link}A`)).toEqual([400, 'link-over']);
    expect((await stage.service.call('DELETE', `/v1/grants/${id}`)).status).toBe(204);
    expect(await opened(link)).toEqual([400, 'link-over']);
  });

  it('cannot be connected again where it was never active or was ended', async () => {
    const { id } = await stage.ask();
    expect((await reconnect(id)).status).toBe(409);
    const active = await stage.grantOf('ida');
    await stage.service.call('DELETE', `/v1/grants/${active}`);
    expect((await reconnect(active)).status).toBe(409);
  });

  it('works again whichever way its id is spelt', async () => {
    const id = await lostGrantOf('jan');
    const { body } = await reconnect(id.toUpperCase());
    const page = await comeBack(await answerAs('jan', body.authorizeUrl));
    expect([page.status, outcomeOf(page), (await stage.grant(id)).state]).toEqual([200, 'active', 'active']);
  });

  it('is reconnected at its own connection, and at no other that a caller names', async () => {
    const id = await lostGrantOf('kim');
    const answer = await reconnect(id, { connectionId: await stage.connect() });
    expect([answer.status, answer.body]).toMatchObject([400, { errors: [{ pointer: '/connectionId' }] }]);
  });

  it('is not meant by null, which is refused by its name', async () => {
    const body = { connectionId: stage.connectionId, reconnect: null };
    const answer = await stage.service.call('POST', '/v1/grants', { body });
    expect([answer.status, answer.body]).toMatchObject([400, { errors: [{ pointer: '/reconnect' }] }]);
  });

  it('asks for the scopes that a caller names, and else for those of before', async () => {
    const id = await lostGrantOf('lea');
    const scopesOf = ({ body }: { body: Started }): string | null =>
      new URL(body.authorizeUrl).searchParams.get('scope');
    const before = (await stage.grant(id)).scopes.join(' ');
    expect(scopesOf(await reconnect(id))).toBe(before);
    expect(scopesOf(await reconnect(id, { scopes: ['openid'] }))).toBe('openid');
  });

  it('leaves ten open requests at most, however often its link is followed', async () => {
    const id = await lostGrantOf('mia');
    const link = await linkOf(id);
    for (let time = 0; time < 15; time++) await fetch(link, { redirect: 'manual' });
    await fetch(link, { method: 'HEAD', redirect: 'manual' });
    expect(await database.query(`select 1 from grant_requests where grant_id = $1`, [id])).toHaveLength(10);
    expect(outcomeOf(await follow(link, 'mia'))).toBe('active');
  });

  it('is connected again before that has happened, and what its old tokens are worth ends with it', async () => {
    const id = await stage.grantOf('nora');
    const old = await tokens.user(id);
    const { body } = await reconnect(id);
    expect(outcomeOf(await comeBack(await answerAs('nora', body.authorizeUrl)))).toBe('active');
    expect((await tokens.user(id)).accessToken).not.toBe(old.accessToken);
    expect(await stage.oidc.takes((await tokens.user(id)).accessToken)).toBe(true);
    expect((await stage.service.call('DELETE', `/v1/grants/${id}`)).status).toBe(204);
    await expect.poll(() => stage.oidc.isEmptyOf('nora'), { timeout: 5_000 }).toBe(true);
  });

  it('that replaced another one ends with what the other one held', async () => {
    const id = await stage.grantOf('olga');
    const next = await stage.grantOf('olga');
    expect(await stage.oidc.takes((await tokens.user(next)).accessToken)).toBe(true);
    await expect.poll(async () => (await stage.grant(id)).revokedAt, { timeout: 5_000 }).not.toBeNull();
    await stage.service.call('DELETE', `/v1/grants/${next}`);
    await expect.poll(() => stage.oidc.isEmptyOf('olga'), { timeout: 5_000 }).toBe(true);
    await expect.poll(() => database.query(`select 1 from unwanted_tokens`)).toEqual([]);
  });
});
