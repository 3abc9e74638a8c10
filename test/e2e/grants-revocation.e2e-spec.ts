import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NeedsAuthorization } from '../../src/platforms/platform.errors.js';
import { ACTING_TOKENS, type ActingTokens } from '../../src/tokens/acting-tokens.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { answerAs, comeBack, outcomeOf, startOidcStage, type OidcStage } from '../setup/oidc-stage.js';
import { parkJob } from '../setup/waiting-job.js';

describe('a grant that is ended', () => {
  let database: TestDatabase;
  let stage: OidcStage;
  let tokens: ActingTokens;
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

  const end = async (id: string): Promise<number> => (await stage.service.call('DELETE', `/v1/grants/${id}`)).status;
  const kept = async (id: string): Promise<object | undefined> =>
    (
      await database.query<{ tokens: string | null; forRevocation: string | null }>(
        `select sealed_tokens as tokens, sealed_for_revocation as "forRevocation" from grants where id = $1`,
        [id],
      )
    )[0];
  const nothing = { tokens: null, forRevocation: null };
  const isOver = (accessToken: string): Promise<boolean> => stage.oidc.takes(accessToken).then((taken) => !taken);

  it('has no tokens any more, here or at the server, and serves nobody', async () => {
    const id = await stage.grantOf('ann');
    const { accessToken } = await tokens.user(id);
    expect(await stage.oidc.takes(accessToken)).toBe(true);
    const started = Date.now();
    expect(await end(id)).toBe(204);
    const { state, reason, revokedAt } = await stage.grant(id);
    expect([state, reason]).toEqual(['revoked', 'asked']);
    expect(Date.parse(revokedAt ?? '')).toBeGreaterThanOrEqual(started - 1_000);
    await expect(tokens.user(id)).rejects.toThrow(NeedsAuthorization);
    await expect.poll(() => isOver(accessToken)).toBe(true);
    await expect.poll(() => kept(id)).toEqual(nothing);
    expect(stage.oidc.revokedGrants).toBe(1);
  });

  it('can be ended again without another word to the server', async () => {
    const id = await stage.grantOf('bob');
    await end(id);
    await expect.poll(() => kept(id)).toEqual(nothing);
    const [revoked, before] = [stage.oidc.revokedGrants, await stage.grant(id)];
    expect(await end(id)).toBe(204);
    expect([stage.oidc.revokedGrants, await stage.grant(id)]).toEqual([revoked, before]);
  });

  it.each([
    ['has not reached the server', 'hold the question'],
    ['has reached the server', 'hold the answer'],
  ] as const)('is not brought back by a renewal that %s, and its new tokens are dead', async (_name, fault) => {
    const login = fault.replaceAll(' ', '-');
    const id = await stage.grantOf(login);
    await tokens.userRefused(id, await tokens.user(id));
    stage.oidc.fault = fault;
    const renewing = tokens.user(id);
    renewing.catch(() => undefined);
    await expect.poll(() => stage.oidc.held.length).toBe(1);
    const revoked = stage.oidc.revokedGrants;
    expect(await end(id)).toBe(204);
    if (fault === 'hold the answer') await expect.poll(() => stage.oidc.revokedGrants).toBe(revoked + 1);
    for (const call of [...stage.oidc.held]) call.release();
    await expect(renewing).rejects.toThrow(NeedsAuthorization);
    expect(await stage.grant(id)).toMatchObject({ state: 'revoked', reason: 'asked' });
    await expect.poll(() => kept(id)).toEqual(nothing);
    await expect(tokens.user(id)).rejects.toThrow(NeedsAuthorization);
    expect(stage.oidc.isEmptyOf(login)).toBe(true);
  });

  it('is not brought back by its user, who was on the way', async () => {
    const { id, authorizeUrl } = await stage.ask();
    const callback = await answerAs('carl', authorizeUrl);
    expect(await end(id)).toBe(204);
    const before = stage.oidc.tokenCalls;
    expect(outcomeOf(await comeBack(callback))).toBe('expired');
    expect([(await stage.grant(id)).state, stage.oidc.tokenCalls]).toEqual(['revoked', before]);
  });

  it('is revoked at the server as soon as that can be reached again', async () => {
    const id = await stage.grantOf('dora');
    const { accessToken } = await tokens.user(id);
    expect(await stage.oidc.takes(accessToken)).toBe(true);
    await stage.oidc.refuse();
    expect(await end(id)).toBe(204);
    expect(await stage.grant(id)).toMatchObject({ state: 'revoked' });
    await expect(tokens.user(id)).rejects.toThrow(NeedsAuthorization);
    await stage.oidc.listen();
    await expect.poll(() => isOver(accessToken), { timeout: 10_000 }).toBe(true);
    await expect.poll(() => kept(id)).toEqual(nothing);
  });

  it('lets those go who wait for it, so that they learn that they wait in vain', async () => {
    const id = await stage.grantOf('emil');
    await database.query(`update grants set state = 'needs-reauthorization' where id = $1`, [id]);
    const job = await parkJob(database, stage.connectionId, id);
    await end(id);
    await expect.poll(job.state, { timeout: 5_000 }).toBe('waiting');
  });

  it('leaves its user free to consent anew', async () => {
    await end(await stage.grantOf('fay'));
    const next = await stage.grantOf('fay');
    expect(await stage.oidc.takes((await tokens.user(next)).accessToken)).toBe(true);
  });

  it('is ended whichever way its id is spelt', async () => {
    const id = await stage.grantOf('fay');
    const { accessToken } = await tokens.user(id);
    expect(await end(id.toUpperCase())).toBe(204);
    await expect.poll(() => kept(id), { timeout: 5_000 }).toEqual(nothing);
    expect(await isOver(accessToken)).toBe(true);
  });

  it('tells when it ended also where the process died before it could write that down', async () => {
    const id = await stage.grantOf('gus');
    await end(id);
    const forget = `update grants set revoked_at = null where id = $1`;
    await database.query(forget, [id]);
    await end(id);
    expect((await stage.grant(id)).revokedAt).not.toBeNull();
    // Nobody asks a second time: its job writes it.
    const other = await stage.grantOf('hal');
    await stage.oidc.refuse();
    await end(other);
    await database.query(forget, [other]);
    await stage.oidc.listen();
    await expect.poll(async () => (await stage.grant(other)).revokedAt, { timeout: 10_000 }).not.toBeNull();
  });

  it('is erased also where the server cannot be reached for a week', async () => {
    const id = await stage.grantOf('ida');
    await stage.oidc.refuse();
    await end(id);
    await database.query(
      `update jobs set created_at = created_at - interval '8 days', run_at = now() where kind = 'grant-revocation'`,
    );
    await expect.poll(() => kept(id), { timeout: 10_000 }).toEqual(nothing);
    await stage.oidc.listen();
  });

  it('since its connection was removed is over here and at the server', async () => {
    const connectionId = await stage.connect();
    const id = await stage.grantOf('jan', connectionId);
    const waiting = await stage.ask({ connectionId });
    expect((await stage.service.call('DELETE', `/v1/connections/${connectionId}`)).status).toBe(204);
    const removed = { state: 'revoked', reason: 'connection-removed' };
    expect([await stage.grant(id), await stage.grant(waiting.id)]).toMatchObject([removed, removed]);
    await expect.poll(() => kept(id), { timeout: 5_000 }).toEqual(nothing);
    expect(stage.oidc.isEmptyOf('jan')).toBe(true);
  });
});
