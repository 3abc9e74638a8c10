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
  const reconnect = (id: string): Promise<{ status: number; body: Started }> =>
    stage.service.call('POST', '/v1/grants', { body: { connectionId: stage.connectionId, reconnect: id } });

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
    await expect.poll(job.state, { timeout: 5_000 }).toBe('failed');
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
    expect(await opened(`${link.slice(0, -1)}${end === 'A' ? 'Q' : 'A'}`)).toEqual([400, 'expired']);
    expect(await opened(`${link}A`)).toEqual([400, 'expired']);
    expect((await stage.service.call('DELETE', `/v1/grants/${id}`)).status).toBe(204);
    expect(await opened(link)).toEqual([400, 'expired']);
  });

  it('cannot be connected again where it was never active or was ended', async () => {
    const { id } = await stage.ask();
    expect((await reconnect(id)).status).toBe(409);
    const active = await stage.grantOf('ida');
    await stage.service.call('DELETE', `/v1/grants/${active}`);
    expect((await reconnect(active)).status).toBe(409);
  });
});
