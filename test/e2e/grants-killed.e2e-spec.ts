import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { NeedsAuthorization } from '../../src/platforms/platform.errors.js';
import { ACTING_TOKENS, type ActingTokens } from '../../src/tokens/acting-tokens.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { FaultProxy } from '../setup/fault-proxy.js';
import { startOidcStage, type OidcStage } from '../setup/oidc-stage.js';
import { TokenProcess } from '../setup/token-process.js';

/** Where in a renewal the process is killed. */
const windows = ['before the question', 'before the answer', 'before the store', 'after the store'] as const;

describe.each([
  ['that rotates refresh tokens', true],
  ['that forgives', false],
] as const)('a process that is killed while it renews a token at a server %s', (_name, rotates) => {
  let database: TestDatabase;
  let proxy: FaultProxy;
  let stage: OidcStage;
  let tokens: ActingTokens;
  let environment: Readonly<Record<string, string>>;
  const processes: TokenProcess[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = new FaultProxy(new URL(database.url));
    const keys = { LIAISON_MASTER_KEYS: generateMasterKey() };
    stage = await startOidcStage(database.url, { environment: keys, rotates, forgiving: !rotates });
    tokens = stage.service.app.get<ActingTokens>(ACTING_TOKENS);
    environment = {
      ...keys,
      DATABASE_URL: await proxy.start(),
      LIAISON_OUTBOUND_ALLOW: stage.oidc.host,
      LIAISON_LOG_LEVEL: 'silent',
      LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'true',
    };
  });
  afterEach(async () => {
    stage.oidc.fault = 'none';
    for (const call of [...stage.oidc.held]) call.cut();
    await proxy.become('pass');
    await Promise.all(processes.splice(0).map((one) => one.kill()));
  });
  afterAll(async () => {
    await stage.end();
    await proxy.stop();
    await database.drop();
  });

  const generation = async (id: string): Promise<number> => {
    const rows = await database.query<{ generation: string }>(`select generation from grants where id = $1`, [id]);
    return Number(rows[0]?.generation);
  };
  const isClaimed = async (id: string): Promise<boolean> =>
    (await database.query(`select 1 from grants where id = $1 and renewing_since is not null`, [id])).length === 1;
  const standsStill = (): Promise<void> => expect.poll(() => stage.oidc.held.length, { timeout: 10_000 }).toBe(1);

  /** Has a process renew the token of that grant and kills it there. */
  const killAt = async (window: (typeof windows)[number], id: string): Promise<void> => {
    const child = await TokenProcess.start(environment);
    processes.push(child);
    const before = await generation(id);
    stage.oidc.fault = window === 'before the question' ? 'hold the question' : 'hold the answer';
    const asked = child.ask({ grantId: id, callers: 3 });
    asked.catch(() => undefined);
    await standsStill();
    expect(await isClaimed(id)).toBe(true);
    if (window === 'before the store') {
      // The answer comes, and what the process then sends to its database goes nowhere.
      await proxy.become('hang');
      const sent = proxy.sent;
      for (const call of [...stage.oidc.held]) call.release();
      await expect.poll(() => proxy.sent - sent, { timeout: 10_000 }).toBeGreaterThan(400);
    }
    if (window === 'after the store') {
      for (const call of [...stage.oidc.held]) call.release();
      await expect.poll(() => generation(id), { timeout: 10_000 }).toBe(before + 1);
    }
    await child.kill();
    for (const call of [...stage.oidc.held]) call.cut();
    stage.oidc.fault = 'none';
    await proxy.become('pass');
    expect(await generation(id)).toBe(window === 'after the store' ? before + 1 : before);
  };

  it.each(windows)(
    '%s leaves the grant with good tokens or in need of its user, after one question',
    async (window) => {
      const login = `user-${windows.indexOf(window)}`;
      const id = await stage.grantOf(login);
      await database.query(`update grants set expires_at = clock_timestamp(), renew_after = clock_timestamp()`);
      const uses = new Map(stage.oidc.uses);
      await killAt(window, id);
      const wasStored = window === 'after the store';
      expect(await isClaimed(id)).toBe(!wasStored);
      // A claim counts as abandoned after half a minute.
      await database.query(`update grants set renewing_since = renewing_since - interval '31 seconds'`);
      const ends = await Promise.allSettled(Array.from({ length: 10 }, () => tokens.user(id)));
      const { state, reason } = await stage.grant(id);
      const asked = stage.oidc.tokenCalls;
      if (wasStored || !rotates) {
        expect([state, reason]).toEqual(['active', null]);
        const given = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.accessToken] : []));
        expect([given.length, new Set(given).size]).toEqual([10, 1]);
        expect(await stage.oidc.takes(given[0] ?? '')).toBe(true);
      } else {
        expect([state, reason]).toEqual(['needs-reauthorization', 'answer-lost']);
        expect(ends.every((end) => end.status === 'rejected' && end.reason instanceof NeedsAuthorization)).toBe(true);
      }
      // It stays at that, and the server never saw a token twice.
      await Promise.allSettled(Array.from({ length: 10 }, () => tokens.user(id)));
      expect(stage.oidc.tokenCalls).toBe(asked);
      const usedNow = [...stage.oidc.uses].map(([token, count]) => count - (uses.get(token) ?? 0));
      expect(Math.max(0, ...usedNow)).toBeLessThanOrEqual(rotates ? 1 : 2);
      expect(stage.oidc.revokedGrants).toBe(0);
      if (state === 'needs-reauthorization') {
        await stage.grantOf(login);
        expect(await stage.grant(id)).toMatchObject({ state: 'revoked', reason: 'replaced' });
      }
    },
  );
});
