import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { ACTING_TOKENS, type ActingTokens } from '../../src/tokens/acting-tokens.js';
import { Browser } from '../setup/browser.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { answerAs, comeBack, outcomeOf, startOidcStage, type OidcStage, type Started } from '../setup/oidc-stage.js';
import { startTestService } from '../setup/service.js';

describe('tokens that a callback brought and nobody wants', () => {
  const masterKeys = generateMasterKey();
  let database: TestDatabase;
  let stage: OidcStage;
  let tokens: ActingTokens;
  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startOidcStage(database.url, { environment: { LIAISON_MASTER_KEYS: masterKeys } });
    tokens = stage.service.app.get<ActingTokens>(ACTING_TOKENS);
  });
  afterEach(async () => {
    stage.oidc.fault = 'none';
    await database.query(`delete from job_pauses`);
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  /** That person comes back from the way on which somebody else's grant was to be connected again. */
  const reconnectAs = async (login: string, id: string, browser = new Browser()): Promise<string | undefined> => {
    const body = { connectionId: stage.connectionId, reconnect: id };
    const { authorizeUrl } = (await stage.service.call<Started>('POST', '/v1/grants', { body })).body;
    return outcomeOf(await comeBack(await answerAs(login, authorizeUrl, { browser })));
  };
  const kept = (): Promise<{ sealed: string }[]> =>
    database.query<{ sealed: string }>(`select sealed_tokens as sealed from unwanted_tokens`);
  const jobs = (): Promise<object[]> => database.query(`select state from jobs where kind = 'token-revocation'`);

  it('since they are another person’s are dead at the server, and the grant is as it was', async () => {
    const id = await stage.grantOf('ann');
    const before = await stage.grant(id);
    const { accessToken } = await tokens.user(id);
    expect(await reconnectAs('mallory', id)).toBe('other-person');
    await expect.poll(() => stage.oidc.isEmptyOf('mallory'), { timeout: 5_000 }).toBe(true);
    await expect.poll(kept).toEqual([]);
    await expect.poll(jobs).toEqual([]);
    expect(await stage.grant(id)).toEqual(before);
    expect(await stage.oidc.takes(accessToken)).toBe(true);
  });

  it('are taken back by another process, as soon as the server can be reached', async () => {
    const id = await stage.grantOf('bob');
    await database.query(
      `insert into job_pauses (connection_id, until, reason) values ($1, clock_timestamp() + interval '1 hour', 'test')`,
      [stage.connectionId],
    );
    const issued = new Set(stage.oidc.issued);
    expect(await reconnectAs('oscar', id)).toBe('other-person');
    const [waiting] = await kept();
    const news = [...stage.oidc.issued].filter((text) => !issued.has(text));
    expect(news.length).toBeGreaterThan(1);
    expect(news.filter((text) => waiting?.sealed.includes(text) === true)).toEqual([]);
    expect(stage.oidc.isEmptyOf('oscar')).toBe(false);
    await stage.oidc.refuse();
    await database.query(`delete from job_pauses`);
    const other = await startTestService(database.url, {
      LIAISON_MASTER_KEYS: masterKeys,
      LIAISON_OUTBOUND_ALLOW: stage.oidc.host,
    });
    await other.ready;
    await expect
      .poll(() => database.query(`select 1 from jobs where kind = 'token-revocation' and attempts > 0`))
      .toHaveLength(1);
    await stage.oidc.listen();
    await expect.poll(() => stage.oidc.isEmptyOf('oscar'), { timeout: 10_000 }).toBe(true);
    await expect.poll(kept).toEqual([]);
    await other.stop();
  });

  it('are put by where the person has a grant of their own, which would end with them, and end with it', async () => {
    const browser = new Browser();
    const { id: own, authorizeUrl } = await stage.ask();
    await comeBack(await answerAs('carl', authorizeUrl, { browser }));
    const { accessToken } = await tokens.user(own);
    const revoked = stage.oidc.revokedGrants;
    expect(await reconnectAs('carl', await stage.grantOf('dora'), browser)).toBe('other-person');
    expect([(await kept()).length, await jobs()]).toEqual([1, []]);
    expect([stage.oidc.revokedGrants, await stage.oidc.takes(accessToken)]).toEqual([revoked, true]);
    expect(await stage.grant(own)).toMatchObject({ state: 'active' });
    await stage.service.call('DELETE', `/v1/grants/${own}`);
    await expect.poll(() => stage.oidc.isEmptyOf('carl'), { timeout: 5_000 }).toBe(true);
    await expect.poll(kept).toEqual([]);
  });

  it('since their grant was ended meanwhile are dead at the server', async () => {
    const { id, authorizeUrl } = await stage.ask();
    const callback = await answerAs('emil', authorizeUrl);
    stage.oidc.fault = 'hold the answer';
    const coming = comeBack(callback);
    await expect.poll(() => stage.oidc.held.length).toBe(1);
    expect((await stage.service.call('DELETE', `/v1/grants/${id}`)).status).toBe(204);
    for (const call of [...stage.oidc.held]) call.release();
    expect(outcomeOf(await coming)).toBe('failed');
    await expect.poll(() => stage.oidc.isEmptyOf('emil'), { timeout: 5_000 }).toBe(true);
    await expect.poll(kept).toEqual([]);
  });
});
