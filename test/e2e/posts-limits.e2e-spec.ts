import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import {
  consent,
  post,
  postOf,
  settled,
  startWebexPosts,
  type ShownPost,
  type WebexPostStage,
} from '../setup/posts.js';
import { eventually } from '../setup/service.js';

const waitSeconds = 4;

describe('a platform that tells one user to wait', () => {
  let database: TestDatabase;
  let stage: WebexPostStage;

  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startWebexPosts(database.url);
    for (const person of [stage.ann, stage.bob]) {
      stage.webex.consentAs(person);
      await consent(stage.service, stage.connection.id);
    }
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  const say = async (spaceId: string, as: unknown, text: string): Promise<string> => {
    const body = { connectionId: stage.connection.id, spaceId, as, text };
    const taken = await post(stage.service, body);
    expect(taken.status).toBe(202);
    return taken.body.id;
  };
  const postsMade = (): number => stage.webex.calls.count('/v1/messages', { method: 'POST' });
  const startOf = (shown: ShownPost, index: number): number => Date.parse(shown.attempts[index]?.startedAt ?? '');

  it('has all posts of that user wait, and nobody else’s', async () => {
    const rooms = [await stage.room('first'), await stage.room('second')];
    const [first, second] = rooms.map(({ id }) => id);
    const [ann, bob] = [stage.ann, stage.bob].map(({ id }) => ({ user: id }));
    const before = postsMade();
    stage.webex.failNext({ path: '/v1/messages', method: 'POST', status: 429, retryAfterSeconds: waitSeconds });
    const limited = await say(first ?? '', ann, 'is told to wait');
    const told = await eventually(
      () => postOf(stage.service, limited),
      ({ attempts }) => attempts[0]?.outcome === 'unavailable',
    );
    await eventually(
      () => database.query(`select 1 from job_pauses`),
      (pauses) => pauses.length === 1,
    );
    const others = await Promise.all([
      say(first ?? '', bob, 'goes on'),
      say(second ?? '', bob, 'goes on too'),
      say(first ?? '', 'app', 'goes on as the app'),
    ]);
    const same = await Promise.all([say(second ?? '', ann, 'waits too'), say(first ?? '', ann, 'waits behind')]);
    for (const id of others) await settled(stage.service, id, ['sent'], waitSeconds * 1_000);
    const over = Date.parse(told.attempts[0]?.endedAt ?? '') + waitSeconds * 1_000;
    for (const id of [limited, ...same]) await settled(stage.service, id, ['sent']);
    const shown = await Promise.all([limited, ...same].map((id) => postOf(stage.service, id)));
    expect(shown.map(({ attempts }) => attempts.length)).toEqual([2, 1, 1]);
    for (const [index, one] of shown.entries()) {
      expect(startOf(one, index === 0 ? 1 : 0)).toBeGreaterThanOrEqual(over - 100);
    }
    for (const id of others) expect(startOf(await postOf(stage.service, id), 0)).toBeLessThan(over);
    expect(postsMade() - before).toBe(7);
  });
});
