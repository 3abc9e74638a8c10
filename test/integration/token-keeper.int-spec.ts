import { randomUUID } from 'node:crypto';
import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateMasterKey, parseMasterKeys, SecretBox } from '../../src/common/security/secret-box.js';
import { createDataSource } from '../../src/database/data-source.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../../src/platforms/platform.errors.js';
import { TokenKeeper, type Renewal } from '../../src/tokens/token-keeper.js';
import { TokenRows, type TokenRow } from '../../src/tokens/token-rows.js';
import { type TokenSet } from '../../src/tokens/token-set.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { FaultProxy } from '../setup/fault-proxy.js';

const hour = 3_600;

/** Rows whose next read arrives late, as over a slow line: what it says was true when it was read. */
class SlowRows extends TokenRows {
  late: Promise<void> | undefined;
  override async read(id: string): Promise<TokenRow | undefined> {
    const row = await super.read(id);
    const { late } = this;
    this.late = undefined;
    await late;
    return row;
  }
}

describe('kept tokens', () => {
  const box = new SecretBox(parseMasterKeys(generateMasterKey()));
  let database: TestDatabase;
  let proxy: FaultProxy;
  let dataSource: DataSource;
  let rows: TokenRows;
  let keeper: TokenKeeper;
  /** What was sent to the token endpoint. */
  let sent: (string | undefined)[];
  let endings: string[];
  let discarded: string[];

  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = new FaultProxy(new URL(database.url));
    dataSource = await createDataSource(await proxy.start(), { poolSize: 4 }).initialize();
    rows = new TokenRows(dataSource, box, 'grants');
  });
  beforeEach(async () => {
    await database.query(`delete from grants`);
    keeper = new TokenKeeper(rows);
    [sent, endings, discarded] = [[], [], []];
  });
  afterAll(async () => {
    await dataSource.destroy();
    await proxy.stop();
    await database.drop();
  });

  /** A row with tokens; `due` and `over` are seconds from now, and undefined is never. */
  const insert = async (held: { refreshToken?: string; due?: number; over?: number } = {}): Promise<string> => {
    const id = randomUUID();
    const sealed = rows.seal('default', id, { accessToken: 'held', refreshToken: held.refreshToken });
    await database.query(
      `insert into grants (id, tenant_id, connection_id, state, requested_by, sealed_tokens, renew_after, expires_at)
       values ($1, 'default', $1, 'active', 'test', $2, clock_timestamp() + make_interval(secs => $3::float8),
               clock_timestamp() + make_interval(secs => $4::float8))`,
      [id, sealed, held.due ?? null, held.over ?? null],
    );
    return id;
  };
  const renewalBy = (answer: () => Promise<Partial<TokenSet>>, changes: Partial<Renewal> = {}): (() => Renewal) => {
    const renewal: Renewal = {
      lostAnswerIsFinal: true,
      renew: async (held) => {
        sent.push(held?.refreshToken);
        const none = {
          refreshToken: undefined,
          accessSeconds: undefined,
          refreshSeconds: undefined,
          scopes: undefined,
        };
        return { ...none, accessToken: `new ${sent.length}`, ...(await answer()) };
      },
      end: async (reason, claim) => {
        endings.push(reason);
        await database.query(
          `update grants set state = 'needs-reauthorization', sealed_tokens = null, renewing_since = null
           where renewal = $1 and state = 'active'`,
          [claim],
        );
      },
      discard: (tokens) => {
        discarded.push(tokens.accessToken);
        return Promise.resolve();
      },
      ...changes,
    };
    return () => renewal;
  };
  const answers = (given: Partial<TokenSet> = {}): (() => Renewal) => renewalBy(() => Promise.resolve(given));
  const fails = (error: Error): (() => Renewal) => renewalBy(() => Promise.reject(error));
  const given = async (id: string, renewal: () => Renewal): Promise<string> =>
    (await keeper.token(id, renewal)).accessToken;
  const margins = async (id: string): Promise<{ early: number; life: number }> => {
    const [row] = await database.query<{ early: number; life: number }>(
      `select extract(epoch from expires_at - renew_after)::float8 as early,
              extract(epoch from expires_at - clock_timestamp())::float8 as life from grants where id = $1`,
      [id],
    );
    return row ?? { early: NaN, life: NaN };
  };

  it('are handed out as they are while they are fresh, and nobody is asked how to renew them', async () => {
    const id = await insert({ refreshToken: 'r', due: hour, over: hour });
    const unasked = (): Renewal => {
      throw new Error('nothing is to be renewed');
    };
    expect(await given(id, unasked)).toBe('held');
  });

  it('are renewed between a tenth and a fifth of their life before its end', async () => {
    for (let round = 0; round < 20; round++) {
      const id = await insert({ refreshToken: 'r', over: 0 });
      await given(id, answers({ accessSeconds: 1_000 }));
      const { early } = await margins(id);
      expect(early).toBeGreaterThanOrEqual(99.9);
      expect(early).toBeLessThanOrEqual(200.1);
    }
  });

  it('that live long are renewed ten minutes before their end', async () => {
    const id = await insert({ refreshToken: 'r', over: 0 });
    await given(id, answers({ accessSeconds: 14 * 24 * hour }));
    expect((await margins(id)).early).toBeCloseTo(600, 1);
  });

  it('without a named end are not renewed again by whoever comes next', async () => {
    const id = await insert({ refreshToken: 'r', over: 0 });
    for (let round = 0; round < 5; round++) expect(await given(id, answers())).toBe('new 1');
    expect(sent).toEqual(['r']);
  });

  it('keep a refresh token to which the server gave no successor', async () => {
    const id = await insert({ refreshToken: 'r', over: 0 });
    await given(id, answers({ accessSeconds: 0 }));
    await given(id, answers({ accessSeconds: 0, refreshToken: 's' }));
    await given(id, answers({ accessSeconds: 0 }));
    expect(sent).toEqual(['r', 'r', 's']);
  });

  it('without a refresh token are handed out to their very end, and are over then', async () => {
    const needs = fails(new NeedsAuthorization());
    const id = await insert({ due: 0, over: hour });
    for (let round = 0; round < 3; round++) expect(await given(id, needs)).toBe('held');
    expect(endings).toEqual([]);
    await database.query(`update grants set expires_at = clock_timestamp(), rests_until = null where id = $1`, [id]);
    await expect(given(id, needs)).rejects.toThrow(NeedsAuthorization);
    await expect(given(id, needs)).rejects.toThrow(NeedsAuthorization);
    expect(endings).toEqual(['no-refresh-token']);
  });

  it('that are good are handed out while they cannot be renewed, and the host is asked every half minute', async () => {
    const id = await insert({ refreshToken: 'r', due: 0, over: hour });
    for (let round = 0; round < 5; round++) expect(await given(id, fails(new PlatformUnavailable('x')))).toBe('held');
    expect(sent).toHaveLength(1);
    await database.query(`update grants set rests_until = clock_timestamp() where id = $1`, [id]);
    expect(await given(id, answers())).toBe('new 2');
  });

  it.each(['over', 'refused'])(
    'that are %s are asked for at a host that is down every five seconds, not by everybody who wants one',
    async (why) => {
      const id = await insert({ refreshToken: 'r', over: why === 'over' ? 0 : hour });
      if (why === 'refused') await keeper.refuse(id, '0');
      for (let act = 0; act < 10; act++) {
        await expect(given(id, fails(new PlatformUnavailable('x')))).rejects.toThrow(PlatformUnavailable);
      }
      expect(sent).toHaveLength(1);
      await database.query(`update grants set rests_until = clock_timestamp() where id = $1`, [id]);
      expect(await given(id, answers())).toBe('new 2');
    },
  );

  it.each([
    ['7', 7, 8],
    ['a day', 86_400, 3_601],
  ])('leave a host alone for as long as it asks, but an hour at most: %s', async (_name, retryAfterSeconds, most) => {
    const id = await insert({ refreshToken: 'r', over: 0 });
    const busy = fails(new PlatformUnavailable('rate-limited', { retryAfterSeconds }));
    await expect(given(id, busy)).rejects.toMatchObject({ reason: 'rate-limited' });
    const rests = await given(id, busy).catch((error: unknown) => error);
    expect(rests).toMatchObject({ reason: 'renewal-rests' });
    const told = rests instanceof PlatformUnavailable ? (rests.retryAfterSeconds ?? 0) : 0;
    expect(told).toBeGreaterThan(5);
    expect(told).toBeLessThan(most);
  });

  it('that were refused are not handed out again to whoever said so', async () => {
    const slow = new SlowRows(dataSource, box, 'grants');
    keeper = new TokenKeeper(slow);
    const id = await insert({ refreshToken: 'r', due: hour, over: hour });
    const refused = await keeper.token(id, answers());
    let arrive = (): void => undefined;
    slow.late = new Promise((resolve) => (arrive = resolve));
    // Somebody else of this process asks, and has read the row already.
    const another = keeper.token(id, answers());
    await expect.poll(() => slow.late === undefined).toBe(true);
    await keeper.refuse(id, refused.generation);
    const again = keeper.token(id, answers({ accessSeconds: hour }));
    arrive();
    await another;
    expect((await again).accessToken).toBe('new 1');
  });

  it('are stored although the database was away for twelve seconds when they came', { timeout: 40_000 }, async () => {
    const id = await insert({ refreshToken: 'r', over: 0 });
    const renewal = renewalBy(async () => {
      await proxy.become('refuse');
      setTimeout(() => void proxy.become('pass'), 12_000);
      return { accessSeconds: hour, refreshToken: 's' };
    });
    expect(await given(id, renewal)).toBe('new 1');
    expect([sent, endings]).toEqual([['r'], []]);
  });

  it('that came when the grant was over are given away, once', async () => {
    const id = await insert({ refreshToken: 'r', over: 0 });
    const renewal = renewalBy(async () => {
      await database.query(`update grants set state = 'revoked', renewal = renewal + 1 where id = $1`, [id]);
      return { refreshToken: 's' };
    });
    await expect(given(id, renewal)).rejects.toThrow(NeedsAuthorization);
    expect(discarded).toEqual(['new 1']);
  });

  it('that must not be used are not handed out', async () => {
    const id = await insert({ refreshToken: 'r', due: hour, over: hour });
    const check = (): Promise<void> => Promise.reject(new NeedsAuthorization());
    await expect(keeper.token(id, answers(), check)).rejects.toThrow(NeedsAuthorization);
    expect(sent).toEqual([]);
  });

  it('that are good are handed out when nobody can tell how to renew them', async () => {
    const id = await insert({ refreshToken: 'r', due: 0, over: hour });
    const untold = (): Promise<Renewal> => Promise.reject(new PlatformUnavailable('no discovery'));
    expect((await keeper.token(id, untold)).accessToken).toBe('held');
    await database.query(`update grants set expires_at = clock_timestamp() where id = $1`, [id]);
    await expect(keeper.token(id, untold)).rejects.toThrow(PlatformUnavailable);
    expect(await given(id, answers())).toBe('new 1');
  });

  it('are stored although the database was away when they came', async () => {
    const id = await insert({ refreshToken: 'r', over: 0 });
    const renewal = renewalBy(async () => {
      await proxy.become('refuse');
      setTimeout(() => void proxy.become('pass'), 1_200);
      return { accessSeconds: hour, refreshToken: 's' };
    });
    expect(await given(id, renewal)).toBe('new 1');
    expect(sent).toEqual(['r']);
    expect((await rows.read(id))?.tokens).toEqual({ accessToken: 'new 1', refreshToken: 's' });
  });

  it('that somebody began to renew and never said how it went are taken over by one of many', async () => {
    const id = await insert({ refreshToken: 'r', over: 0 });
    await database.query(
      `update grants set renewing_since = clock_timestamp() - interval '31 seconds', renewal = 7 where id = $1`,
      [id],
    );
    const keepers = Array.from({ length: 10 }, () => new TokenKeeper(rows));
    const forgiving = renewalBy(() => Promise.resolve({ accessSeconds: hour }), { lostAnswerIsFinal: false });
    const all = await Promise.all(keepers.map((one) => one.token(id, forgiving)));
    expect(new Set(all.map(({ accessToken }) => accessToken))).toEqual(new Set(['new 1']));
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['was left as it was', [undefined, undefined], false],
    ['came back unchanged', ['r', 'r'], false],
    ['was replaced once', [undefined, 's', undefined], true],
    ['was never renewed', [], true],
  ])('whose refresh token %s are over when an answer is lost: %s %s', async (_name, brought, isOver) => {
    const id = await insert({ refreshToken: 'r', over: 0 });
    for (const refreshToken of brought) await given(id, answers({ accessSeconds: 0, refreshToken }));
    const lost = given(id, fails(new OutcomeUnknown()));
    await expect(lost).rejects.toThrow(isOver ? NeedsAuthorization : PlatformUnavailable);
    expect(endings).toEqual(isOver ? ['answer-lost'] : []);
    const next = given(id, answers({ accessSeconds: hour }));
    if (isOver) await expect(next).rejects.toThrow(NeedsAuthorization);
    else expect(await next).toMatch(/^new /);
  });

  it('whose renewal died in another process are asked for again where the refresh token stays', async () => {
    const id = await insert({ refreshToken: 'r', over: 0 });
    await given(id, answers({ accessSeconds: 0 }));
    await database.query(`update grants set renewing_since = clock_timestamp() - interval '31 seconds' where id = $1`, [
      id,
    ]);
    expect(await given(id, answers({ accessSeconds: hour }))).toBe('new 2');
    expect(endings).toEqual([]);
  });

  it('that somebody else renews right now are waited for', async () => {
    const id = await insert({ refreshToken: 'r', over: 0 });
    const row = await rows.read(id);
    if (row === undefined) throw new Error('there is no row');
    const claim = await rows.claim(row);
    const waiting = given(id, answers());
    setTimeout(() => {
      const set = { refreshToken: 's', accessSeconds: hour, refreshSeconds: undefined, scopes: undefined };
      void rows.store(row, claim ?? '', { accessToken: 'theirs', ...set });
    }, 300);
    expect(await waiting).toBe('theirs');
    expect(sent).toEqual([]);
  });

  it('that were replaced while their renewal failed are those that came in their place', async () => {
    for (const error of [new OutcomeUnknown(), new NeedsAuthorization()]) {
      const id = await insert({ refreshToken: 'r', over: 0 });
      const sealed = rows.seal('default', id, { accessToken: 'consented anew', refreshToken: 'n' });
      const renewal = renewalBy(async () => {
        await database.query(
          `update grants set sealed_tokens = $2, renewal = renewal + 100, generation = generation + 1,
                  renewing_since = null, expires_at = null, renew_after = null where id = $1`,
          [id, sealed],
        );
        throw error;
      });
      expect(await given(id, renewal)).toBe('consented anew');
    }
  });
});
