import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NeedsAuthorization, PlatformUnavailable } from '../../src/platforms/platform.errors.js';
import { ACTING_TOKENS, type ActingTokens } from '../../src/tokens/acting-tokens.js';
import { type Cut } from '../setup/cutting-proxy.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startOidcStage, type OidcStage } from '../setup/oidc-stage.js';

/** What the host may have done, and what says so: nothing that stands before it knows. */
const unknown: readonly (readonly [string, Cut])[] = [
  ['a gateway answers 502 after the host did it', { instead: 502 }],
  ['a gateway answers 504 after the host did it', { instead: 504 }],
  ['the line is reset after the host did it', 'after'],
  ['the line is reset before the host did it', 'before'],
  ['the line is cut within the answer', 'half'],
];
/** What a host that is merely down looks like. */
const down: readonly (readonly [string, Cut])[] = [
  ['answers 503', { refuse: 503 }],
  ['answers 503 with Retry-After', { refuse: 503, retryAfterSeconds: 30 }],
  ['answers 429 with Retry-After', { refuse: 429, retryAfterSeconds: 30 }],
  ['answers 500', { refuse: 500 }],
];

describe.each([true, false])('behind a gateway, a token host whose refresh tokens serve once: %s', (rotates) => {
  let database: TestDatabase;
  let stage: OidcStage;
  let tokens: ActingTokens;
  let users = 0;
  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startOidcStage(database.url, { rotates, proxied: true });
    tokens = stage.service.app.get<ActingTokens>(ACTING_TOKENS);
  });
  afterEach(() => {
    stage.proxy.decide = () => 'pass';
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  const over = (id: string): Promise<object[]> =>
    database.query(`update grants set expires_at = clock_timestamp(), renew_after = clock_timestamp() where id = $1`, [
      id,
    ]);
  /** A grant that was renewed before, unless it is said to be new, and whose token is over. */
  const grant = async ({ isNew = false } = {}): Promise<string> => {
    const id = await stage.grantOf(`user-${rotates ? 'r' : 'k'}-${++users}`);
    await over(id);
    if (!isNew) {
      await tokens.user(id);
      await over(id);
    }
    return id;
  };
  const end = async (id: string): Promise<unknown> =>
    tokens.user(id).then(
      ({ accessToken }) => accessToken,
      (error: unknown) => error,
    );
  /** As if the time were over for which a host that is down is left alone. */
  const rested = (id: string): Promise<object[]> =>
    database.query(`update grants set rests_until = null where id = $1`, [id]);
  const lostOnce = async (id: string, cut: Cut): Promise<unknown> => {
    stage.proxy.decide = () => cut;
    const ended = await end(id);
    stage.proxy.decide = () => 'pass';
    return ended;
  };

  it.each(unknown)(`${rotates ? 'ends the grant' : 'is simply asked again'} when %s`, async (_name, cut) => {
    const id = await grant();
    const before = stage.oidc.tokenCalls;
    const first = await lostOnce(id, cut);
    const heard = stage.oidc.tokenCalls - before;
    if (rotates) {
      expect(first).toBeInstanceOf(NeedsAuthorization);
      expect(await end(id)).toBeInstanceOf(NeedsAuthorization);
      expect(await stage.grant(id)).toMatchObject({ state: 'needs-reauthorization', reason: 'answer-lost' });
      expect(stage.oidc.tokenCalls - before).toBe(heard);
    } else {
      expect(first).toMatchObject({ code: 'platform-unavailable', reason: 'answer-lost' });
      expect(await stage.grant(id)).toMatchObject({ state: 'active', reason: null });
      expect(await stage.oidc.takes(String(await end(id)))).toBe(true);
    }
    expect(stage.oidc.revokedGrants).toBe(0);
  });

  it('is not asked again before it has shown what becomes of its refresh tokens', async () => {
    const id = await grant({ isNew: true });
    expect(await lostOnce(id, { instead: 502 })).toBeInstanceOf(NeedsAuthorization);
    expect(await stage.grant(id)).toMatchObject({ state: 'needs-reauthorization', reason: 'answer-lost' });
  });

  it.each(down)('costs nobody a grant when it %s, however often', async (_name, cut) => {
    const id = await grant();
    const before = stage.oidc.tokenCalls;
    stage.proxy.decide = () => cut;
    for (let round = 0; round < 5; round++) {
      expect(await end(id)).toBeInstanceOf(PlatformUnavailable);
      await rested(id);
    }
    const wait = typeof cut === 'object' && 'retryAfterSeconds' in cut ? cut.retryAfterSeconds : undefined;
    expect(await end(id)).toMatchObject({ retryAfterSeconds: wait });
    expect(stage.oidc.tokenCalls).toBe(before);
    stage.proxy.decide = () => 'pass';
    expect(await end(id)).toMatchObject({ reason: 'renewal-rests' });
    await rested(id);
    expect(await stage.grant(id)).toMatchObject({ state: 'active', reason: null });
    expect(await stage.oidc.takes(String(await end(id)))).toBe(true);
    expect(rotates ? stage.oidc.mostUsesOfOneToken : 1).toBe(1);
  });
});
