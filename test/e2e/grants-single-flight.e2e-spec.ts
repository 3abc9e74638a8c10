import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startOidcStage, type OidcStage } from '../setup/oidc-stage.js';
import { TokenProcess } from '../setup/token-process.js';

const [processCount, callers, rounds] = [4, 25, 100];

describe('a token that has ended, wanted by 25 callers in each of 4 processes', () => {
  let database: TestDatabase;
  let stage: OidcStage;
  let grantId: string;
  let processes: TokenProcess[];
  beforeAll(async () => {
    database = await createTestDatabase();
    const keys = { LIAISON_MASTER_KEYS: generateMasterKey() };
    stage = await startOidcStage(database.url, { environment: keys });
    grantId = await stage.grantOf('ann');
    const environment = {
      ...keys,
      DATABASE_URL: database.url,
      LIAISON_OUTBOUND_ALLOW: stage.oidc.host,
      LIAISON_LOG_LEVEL: 'error',
      LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'true',
    };
    processes = await Promise.all(Array.from({ length: processCount }, () => TokenProcess.start(environment)));
  });
  afterAll(async () => {
    await Promise.all(processes.map((one) => one.kill()));
    await stage.end();
    await database.drop();
  });

  const perRound = async (begin: () => Promise<unknown>): Promise<{ refreshes: number; tokens: number }[]> => {
    const seen: { refreshes: number; tokens: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      await begin();
      const before = stage.oidc.tokenCalls;
      const answers = await Promise.all(processes.map((one) => one.ask({ grantId, callers })));
      expect(answers.flatMap(({ refusals }) => refusals)).toEqual([]);
      const tokens = answers.flatMap((answer) => answer.tokens);
      expect(tokens).toHaveLength(processCount * callers);
      seen.push({ refreshes: stage.oidc.tokenCalls - before, tokens: new Set(tokens).size });
    }
    return seen;
  };

  it('is renewed once in each of 100 rounds, all get the same one, and no grant is revoked', async () => {
    const seen = await perRound(() =>
      database.query(`update grants set expires_at = clock_timestamp(), renew_after = clock_timestamp()`),
    );
    expect(seen).toEqual(Array.from({ length: rounds }, () => ({ refreshes: 1, tokens: 1 })));
    expect(stage.oidc.handled).toEqual({ authorization_code: 1, refresh_token: rounds, refused: 0 });
    expect([stage.oidc.mostUsesOfOneToken, stage.oidc.revokedGrants]).toEqual([1, 0]);
    expect(await stage.grant(grantId)).toMatchObject({ state: 'active' });
  }, 120_000);

  it('that is still good is renewed once and nobody waits for that', async () => {
    stage.oidc.fault = 'hold the answer';
    await database.query(`update grants set renew_after = clock_timestamp()`);
    const before = stage.oidc.tokenCalls;
    const renewing = processes[0]?.ask({ grantId, callers: 1 });
    await expect.poll(() => stage.oidc.held.length).toBe(1);
    const others = await Promise.all(processes.slice(1).map((one) => one.ask({ grantId, callers })));
    expect(others.flatMap(({ tokens }) => tokens)).toHaveLength((processCount - 1) * callers);
    stage.oidc.fault = 'none';
    for (const call of [...stage.oidc.held]) call.release();
    expect(await renewing).toMatchObject({ refusals: [] });
    expect(stage.oidc.tokenCalls - before).toBe(1);
  });
});
