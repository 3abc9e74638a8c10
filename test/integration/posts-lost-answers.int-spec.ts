import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../simulators/common/seeded-random.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { type CuttingProxy, type SeenCall } from '../setup/cutting-proxy.js';
import { post, startWatsonPosts, startWebexPosts, type PostStage, type ShownPost } from '../setup/posts.js';

const posts = 500;
const places = 50;
/** Every tenth post of a space repeats the one before word for word. */
const wordsOf = (place: number, index: number): string =>
  `quote ${place}-${index % 10 === 9 ? index - 1 : index} is out: "90 days", net`;

/** The answer to every first try is lost, and every now and then that of a look. */
function loseAnswers(proxy: CuttingProxy, isPost: (call: SeenCall) => boolean): void {
  const random = new SeededRandom(7);
  let calls = 0;
  proxy.decide = (call) => {
    const chance = random.next();
    if (!isPost(call)) return chance < 0.02 ? 'after' : 'pass';
    calls += 1;
    if (calls > posts + posts / 10) return 'pass';
    if (chance < 0.82) return 'after';
    return chance < 0.94 ? 'half' : 'before';
  };
}

async function everyPost(stage: PostStage): Promise<readonly ShownPost[]> {
  const all: ShownPost[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { items: ShownPost[]; nextCursor: string | null } = await stage.service.get(
      `/v1/posts?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}

async function postEverywhere(stage: PostStage, spaceIds: readonly string[]): Promise<void> {
  for (let index = 0; index < posts / places; index++) {
    await Promise.all(
      spaceIds.map(async (spaceId, place) => {
        const body = { connectionId: stage.connection.id, spaceId, as: 'app', text: wordsOf(place, index) };
        expect((await post(stage.service, body)).status).toBe(202);
      }),
    );
  }
}

async function expectEachOnce(
  stage: PostStage,
  said: readonly (readonly { readonly id: string; readonly text: string }[])[],
): Promise<void> {
  const all = await everyPost(stage);
  expect(all.map(({ state }) => state).filter((state) => state !== 'sent')).toEqual([]);
  expect(all).toHaveLength(posts);
  const expected = said.map((_, place) =>
    Array.from({ length: posts / places }, (__, index) => wordsOf(place, index)).sort(),
  );
  // Neither lost nor doubled: in every space the words of its posts, each as often as it was asked for.
  expect(said.map((messages) => messages.map(({ text }) => text).sort())).toEqual(expected);
  const ids = all.map(({ externalId }) => externalId);
  expect(new Set(ids).size).toBe(posts);
  expect(new Set(ids)).toEqual(new Set(said.flat().map(({ id }) => id)));
}

/** Asks seldom, so that asking costs nothing. */
async function until(holds: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`still not so after ${timeoutMs} ms`);
    await delay(500);
  }
}

async function allSent(database: TestDatabase): Promise<void> {
  await until(
    async () => (await database.query(`select 1 from posts where state <> 'sent' limit 1`)).length === 0,
    200_000,
  );
}

async function allEchoed(database: TestDatabase): Promise<void> {
  await until(
    async () => (await database.query(`select 1 from posts where message_id is null limit 1`)).length === 0,
    60_000,
  );
}

describe('five hundred posts whose answers are lost', { timeout: 240_000 }, () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  it('are each there once at Watson Work, and known by the right id', async () => {
    const stage = await startWatsonPosts(database.url);
    const spaces = [];
    for (let place = 0; place < places; place++) spaces.push(await stage.space(`space ${place}`));
    loseAnswers(stage.proxy, ({ method, path }) => method === 'POST' && path.endsWith('/messages'));
    await postEverywhere(
      stage,
      spaces.map(({ id }) => id),
    );
    await allSent(database);
    expect(stage.proxy.cuts.after + stage.proxy.cuts.half + stage.proxy.cuts.before).toBeGreaterThanOrEqual(posts);
    await expectEachOnce(
      stage,
      spaces.map(({ space }) =>
        space.messages.map(({ id, annotations }) => ({ id, text: String(annotations[0]?.parsed?.['text']) })),
      ),
    );
    await allEchoed(database);
    await stage.end();
  });

  it('are each there once at Webex, and known by the right id', async () => {
    const stage = await startWebexPosts(database.url);
    const rooms = [];
    for (let place = 0; place < places; place++) rooms.push(await stage.room(`room ${place}`));
    loseAnswers(stage.proxy, ({ method, path }) => method === 'POST' && path.endsWith('/messages'));
    await postEverywhere(
      stage,
      rooms.map(({ id }) => id),
    );
    await allSent(database);
    expect(stage.proxy.cuts.after + stage.proxy.cuts.half + stage.proxy.cuts.before).toBeGreaterThanOrEqual(posts);
    await expectEachOnce(
      stage,
      rooms.map(({ room }) => room.messages.map(({ id, text }) => ({ id, text: text ?? '' }))),
    );
    await allEchoed(database);
    await stage.end();
  });
});
