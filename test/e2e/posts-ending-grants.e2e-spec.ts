import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { consent, post, settled, startWatsonPosts, type WatsonPostStage } from '../setup/posts.js';
import { eventually } from '../setup/service.js';

/** A promise that a test resolves. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe('posts in a name whose grant ends or is replaced', () => {
  let database: TestDatabase;
  let stage: WatsonPostStage;

  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startWatsonPosts(database.url);
  });
  afterEach(() => {
    stage.proxy.decide = () => 'pass';
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  const asAnn = (spaceId: string, text: string): object => ({
    connectionId: stage.connection.id,
    spaceId,
    as: { user: stage.ann.id },
    text,
  });
  const revoke = (id: string): Promise<number> =>
    stage.service.call('DELETE', `/v1/grants/${id}`).then(({ status }) => status);
  /** Keeps every message back until the gate opens; tells when the first call has come. */
  const holdMessages = (): { came: Promise<void>; open(): void } => {
    const [came, go] = [gate(), gate()];
    stage.proxy.decide = ({ method, path }) => {
      if (method !== 'POST' || !path.endsWith('/messages')) return 'pass';
      came.open();
      return { before: go.opened };
    };
    return { came: came.opened, open: () => go.open() };
  };

  it('have ended before any answer to a request to revoke, also to the second one', async () => {
    const grantId = await consent(stage.service, stage.connection.id);
    const { id, space } = await stage.space('Revoked twice');
    const held = holdMessages();
    await post(stage.service, asAnn(id, 'under way'));
    await held.came;
    const first = revoke(grantId);
    await eventually(
      () => stage.service.get<{ state: string }>(`/v1/grants/${grantId}`),
      ({ state }) => state === 'revoked',
    );
    const second = revoke(grantId).then(() => space.messages.length);
    setTimeout(() => held.open(), 1_500);
    await first;
    // After the answer nothing is done in the user's name: what was under way is there by then.
    expect(await second).toBe(1);
  });

  it('have ended before the answer to a request to revoke the grant that came in place of theirs', async () => {
    await consent(stage.service, stage.connection.id);
    const { id, space } = await stage.space('Replaced and revoked');
    const held = holdMessages();
    await post(stage.service, asAnn(id, 'under the first grant'));
    await held.came;
    const next = await consent(stage.service, stage.connection.id);
    const revoked = revoke(next).then(() => space.messages.length);
    setTimeout(() => held.open(), 1_500);
    expect(await revoked).toBe(1);
  });

  it('are never done under a grant after the instant at which it says that it ended', async () => {
    const grantId = await consent(stage.service, stage.connection.id);
    const { id } = await stage.space('Replaced');
    const held = holdMessages();
    const taken = await post(stage.service, asAnn(id, 'under the first grant'));
    await held.came;
    const next = await consent(stage.service, stage.connection.id);
    const shown = (): Promise<{ revokedAt: string | null }> => stage.service.get(`/v1/grants/${grantId}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await shown()).revokedAt).toBeNull();
    held.open();
    const sent = await settled(stage.service, taken.body.id);
    expect(sent.grantId).toBe(grantId);
    const { revokedAt } = await eventually(shown, (grant) => grant.revokedAt !== null);
    expect(Date.parse(revokedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(sent.attempts[0]?.endedAt ?? '') - 100);
    await revoke(next);
  });
});
