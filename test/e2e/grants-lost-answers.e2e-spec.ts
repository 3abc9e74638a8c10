import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NeedsAuthorization, PlatformUnavailable } from '../../src/platforms/platform.errors.js';
import { ACTING_TOKENS, type ActingTokens } from '../../src/tokens/acting-tokens.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { answerAs, comeBack, outcomeOf, startOidcStage, type OidcStage } from '../setup/oidc-stage.js';
import { parkJob } from '../setup/waiting-job.js';

describe('a renewal', () => {
  let database: TestDatabase;
  let stage: OidcStage;
  let tokens: ActingTokens;
  let users = 0;
  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startOidcStage(database.url);
    tokens = stage.service.app.get<ActingTokens>(ACTING_TOKENS);
  });
  afterEach(() => {
    stage.oidc.fault = 'none';
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  const newGrant = (): Promise<string> => stage.grantOf(`user-${++users}`);
  const over = (id: string): Promise<object[]> =>
    database.query(`update grants set expires_at = clock_timestamp(), renew_after = clock_timestamp() where id = $1`, [
      id,
    ]);
  /** Good, and to be renewed. */
  const due = (id: string): Promise<object[]> =>
    database.query(`update grants set renew_after = clock_timestamp() where id = $1`, [id]);
  const ends = async (id: string, callers: number): Promise<unknown[]> => {
    const all = await Promise.allSettled(Array.from({ length: callers }, () => tokens.user(id)));
    return all.map((end): unknown => (end.status === 'fulfilled' ? end.value.accessToken : end.reason));
  };
  const held = async (id: string): Promise<boolean> =>
    (await database.query(`select 1 from grants where id = $1 and sealed_tokens is not null`, [id])).length === 1;

  it.each([
    ['is lost on the way', 'lost'],
    ['cannot be read', 'broken'],
    ['never comes', 'silent'],
  ] as const)('whose answer %s ends the grant, and the server is not asked again', async (_name, fault) => {
    const id = await newGrant();
    await over(id);
    const before = stage.oidc.tokenCalls;
    stage.oidc.fault = fault;
    expect((await ends(id, 25)).every((end) => end instanceof NeedsAuthorization)).toBe(true);
    stage.oidc.fault = 'none';
    expect(await stage.grant(id)).toMatchObject({ state: 'needs-reauthorization', reason: 'answer-lost' });
    expect(await held(id)).toBe(false);
    expect((await ends(id, 25)).every((end) => end instanceof NeedsAuthorization)).toBe(true);
    expect(stage.oidc.tokenCalls - before).toBe(1);
  });

  it('whose answer was lost keeps jobs waiting until the user consents again', async () => {
    const id = await newGrant();
    await over(id);
    stage.oidc.fault = 'lost';
    await ends(id, 1);
    stage.oidc.fault = 'none';
    const job = await parkJob(database, stage.connectionId, id);
    // Longer than the outbox takes to look whether parked jobs may go on.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await job.state()).toBe('parked');
    const { reconnectUrl } = await stage.grant(id);
    const redirect = await fetch(reconnectUrl ?? '', { redirect: 'manual' });
    const page = await comeBack(await answerAs(`user-${users}`, redirect.headers.get('location') ?? ''));
    expect(outcomeOf(page)).toBe('active');
    await expect.poll(job.state, { timeout: 5_000 }).toBe('waiting');
    const [token] = await ends(id, 1);
    expect(await stage.oidc.takes(String(token))).toBe(true);
  });

  it.each([
    ['answers 503', 'unavailable'],
    ['answers 429', 'busy'],
    ['is not there', 'gone'],
  ] as const)('at a token host that %s costs nobody a token that is good', async (_name, fault) => {
    const id = await newGrant();
    const [known] = await ends(id, 1);
    await due(id);
    if (fault === 'gone') await stage.oidc.refuse();
    else stage.oidc.fault = fault;
    expect(await ends(id, 25)).toEqual(Array.from({ length: 25 }, () => known));
    expect(await stage.grant(id)).toMatchObject({ state: 'active', reason: null });
    if (fault === 'gone') await stage.oidc.listen();
  });

  it.each([
    ['answers 503', 'unavailable'],
    ['answers 429', 'busy'],
    ['is not there', 'gone'],
  ] as const)('at a token host that %s fails for now, and goes on when that is over', async (_name, fault) => {
    const id = await newGrant();
    await over(id);
    if (fault === 'gone') await stage.oidc.refuse();
    else stage.oidc.fault = fault;
    expect((await ends(id, 5)).every((end) => end instanceof PlatformUnavailable)).toBe(true);
    if (fault === 'gone') await stage.oidc.listen();
    stage.oidc.fault = 'none';
    expect(await stage.grant(id)).toMatchObject({ state: 'active', reason: null });
    // As if the seconds were over for which a host that is down is left alone.
    await database.query(`update grants set rests_until = null where id = $1`, [id]);
    const [token] = await ends(id, 1);
    expect(await stage.oidc.takes(String(token))).toBe(true);
  });

  it('that the server refuses ends the grant after one question', async () => {
    const id = await newGrant();
    const [token] = await ends(id, 1);
    // The user withdraws at the server.
    stage.oidc.withdrawAll();
    expect(await stage.oidc.takes(String(token))).toBe(false);
    await tokens.userRefused(id, await tokens.user(id));
    const before = stage.oidc.tokenCalls;
    expect((await ends(id, 25)).every((end) => end instanceof NeedsAuthorization)).toBe(true);
    expect((await ends(id, 25)).every((end) => end instanceof NeedsAuthorization)).toBe(true);
    expect(stage.oidc.tokenCalls - before).toBe(1);
    expect(await stage.grant(id)).toMatchObject({ state: 'needs-reauthorization', reason: 'refused' });
  });

  it('that fails because the server does not take our secret costs no grant, and works once the secret is right', async () => {
    const id = await newGrant();
    await over(id);
    const enter = async (clientSecret: string): Promise<void> => {
      await stage.service.call('PATCH', `/v1/connections/${stage.connectionId}`, {
        body: { secrets: { clientSecret } },
      });
    };
    await enter('a wrong one');
    expect((await ends(id, 5)).every((end) => end instanceof PlatformUnavailable)).toBe(true);
    expect(await stage.grant(id)).toMatchObject({ state: 'active', reason: null });
    await enter(stage.oidc.client.secret);
    await expect.poll(async () => (await ends(id, 1))[0], { timeout: 5_000 }).toEqual(expect.any(String));
  });

  it('after a refused token happens once, however many were refused', async () => {
    const id = await newGrant();
    const before = stage.oidc.tokenCalls;
    const first = await tokens.user(id);
    await Promise.all(Array.from({ length: 25 }, () => tokens.userRefused(id, first)));
    const second = await tokens.user(id);
    // A late one, who was refused with the first token.
    await tokens.userRefused(id, first);
    expect((await tokens.user(id)).accessToken).toBe(second.accessToken);
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(stage.oidc.tokenCalls - before).toBe(1);
  });

  it('that fails late does not end what the user has consented to meanwhile', async () => {
    const id = await newGrant();
    await over(id);
    stage.oidc.fault = 'hold the answer';
    const late = ends(id, 1);
    await expect.poll(() => stage.oidc.held.length).toBe(1);
    stage.oidc.fault = 'none';
    const body = { connectionId: stage.connectionId, reconnect: id };
    const answer = await stage.service.call<{ authorizeUrl: string }>('POST', '/v1/grants', { body });
    const page = await comeBack(await answerAs(`user-${users}`, answer.body.authorizeUrl));
    expect(outcomeOf(page)).toBe('active');
    for (const call of [...stage.oidc.held]) call.cut();
    const [token] = await late;
    expect(await stage.grant(id)).toMatchObject({ state: 'active', reason: null });
    expect(token).toBe((await tokens.user(id)).accessToken);
  });
});

describe('a renewal whose answer is lost at a server that forgives', () => {
  let database: TestDatabase;
  let stage: OidcStage;
  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startOidcStage(database.url, { rotates: false, forgiving: true });
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  it('is tried again by whoever comes next, and nobody has to consent again', async () => {
    const tokens = stage.service.app.get<ActingTokens>(ACTING_TOKENS);
    const id = await stage.grantOf('ann');
    await database.query(`update grants set expires_at = clock_timestamp(), renew_after = clock_timestamp()`);
    stage.oidc.fault = 'lost';
    await expect(tokens.user(id)).rejects.toThrow(PlatformUnavailable);
    expect(await stage.grant(id)).toMatchObject({ state: 'active' });
    stage.oidc.fault = 'none';
    const { accessToken } = await tokens.user(id);
    expect(await stage.oidc.takes(accessToken)).toBe(true);
    expect(stage.oidc.revokedGrants).toBe(0);
  });
});
