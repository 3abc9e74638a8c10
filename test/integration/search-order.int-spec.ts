import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MessageSearchFinder } from '../../src/messages/search/message-search.finder.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { indexAll } from '../setup/facts.js';
import { storeManyMessages, type ManyMessages } from '../setup/many-messages.js';
import { startTestService, type TestService } from '../setup/service.js';

interface Asked {
  readonly q: string;
  readonly order: 'asc' | 'desc';
  readonly spaceId?: string | undefined;
  readonly connectionId?: string | undefined;
  readonly authorId?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

// Beyond what is walked through (1,000), sorted at once (2,000) and ranked (1,000).
const stored = 9_000;
const words = ['everywhere', 'half', 'seldom', 'rare', 'past', 'dense', 'nowhere', 'half -past', '-dense', 'sel*', 'rare or dense', '"half seldom"']; // prettier-ignore

let database: TestDatabase;
let service: TestService;
let many: ManyMessages;
let search: MessageSearchFinder;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
  await service.ready;
  many = await storeManyMessages(database, stored);
  await storeManyMessages(database, 300, 'another');
  await indexAll(service);
  search = service.app.get(MessageSearchFinder);
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});

/** What a reader of every message would find. */
async function expected(asked: Asked): Promise<string[]> {
  const query = asked.q.includes('*') ? `to_tsquery('simple', 'sel:*')` : `websearch_to_tsquery('simple', $1)`;
  const rows = await database.query<{ id: string }>(
    `select id from messages where tenant_id = 'default' and to_tsvector('simple', content) @@ ${query} and $1 <> ''
       and ($2::uuid is null or space_id = $2) and ($3::uuid is null or connection_id = $3)
       and ($4::text is null or author_external_id = $4)
       and ($5::timestamptz is null or sort_at >= $5) and ($6::timestamptz is null or sort_at < $6)
     order by sort_at ${asked.order}, id ${asked.order}`,
    [asked.q, asked.spaceId, asked.connectionId, asked.authorId, asked.since, asked.until],
  );
  return rows.map(({ id }) => id);
}

async function walk(asked: Asked, sort: 'time' | 'relevance', limit: number): Promise<string[]> {
  const { q, ...filter } = asked;
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await search.page('default', q, {
      ...{ sort, limit, order: asked.order, ...given },
      ...(cursor === null ? {} : { cursor }),
    });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    ids.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

describe('a search', () => {
  it.each(words)('by time finds every message with %j, newest and oldest first', async (q) => {
    for (const order of ['desc', 'asc'] as const) {
      expect(await walk({ q, order }, 'time', 2_500)).toEqual(await expected({ q, order }));
    }
  });

  it('by time shows each match once and in order, with any filter and page', { timeout: 60_000 }, async () => {
    const maybe = <T>(of: readonly T[]): fc.Arbitrary<T | undefined> => fc.constantFrom(undefined, ...of);
    const times = [
      '2015-06-01T00:00:00Z',
      '2016-01-10T09:00:00+01:00',
      '2020-01-01T00:00:00Z',
      '2026-01-05T10:00:00.123Z',
    ];
    const asked = fc.record({
      q: fc.constantFrom(...words),
      order: fc.constantFrom('asc' as const, 'desc' as const),
      spaceId: maybe(many.spaceIds),
      connectionId: maybe(many.connectionIds),
      authorId: maybe(['user 0', 'user 6', 'nobody']),
      since: maybe(times),
      until: maybe(times),
    });
    await fc.assert(
      fc.asyncProperty(asked, fc.integer({ min: 60, max: 1_500 }), async (one, limit) => {
        expect(await walk(one, 'time', limit)).toEqual(await expected(one));
      }),
      { numRuns: 40 },
    );
  });

  it.each(['half', 'seldom', 'rare', 'dense', '-dense'])(
    'by relevance shows each of the 1,000 newest messages with %j once, the best first',
    async (q) => {
      const newest = (await expected({ q, order: 'desc' })).slice(0, 1_000);
      const shown = await walk({ q, order: 'desc' }, 'relevance', 170);
      expect(shown.toSorted()).toEqual(newest.toSorted());
      const [wanted] = await database.query<{ query: string }>(
        `select websearch_to_tsquery('simple', $1)::text as query`,
        [q],
      );
      const ranks = await database.query<{ rank: number }>(
        `select ts_rank_cd('{1, 0.3, 0, 0}', words, $1::tsquery, 1) as rank
         from unnest($2::uuid[]) with ordinality shown (id, nr) join message_search on message_id = shown.id order by nr`,
        [wanted?.query, shown],
      );
      expect(ranks.map(({ rank }) => rank)).toEqual(ranks.map(({ rank }) => rank).toSorted((a, b) => b - a));
      expect(new Set(ranks.map(({ rank }) => rank)).size).toBeGreaterThan(q === '-dense' ? 0 : 1);
    },
  );

  it('by relevance shows the same ones once while others come in', async () => {
    const asked = { sort: 'relevance', order: 'desc', limit: 300 } as const;
    const before = await walk({ q: 'dense', order: 'desc' }, 'relevance', 1_000);
    const first = await search.page('default', 'dense', asked);
    await database.query(
      `insert into message_search (message_id, tenant_id, connection_id, space_id, sort_at, language, words, marks)
       select gen_random_uuid(), tenant_id, connection_id, space_id, sort_at + interval '1 hour', language, words, marks
       from message_search where message_id = any($1::uuid[])`,
      [before.slice(0, 400)],
    );
    const rest: string[] = [];
    for (let cursor = first.nextCursor; cursor !== null;) {
      const page = await search.page('default', 'dense', { ...asked, cursor });
      rest.push(...page.items);
      cursor = page.nextCursor;
    }
    const shown = [...first.items, ...rest];
    expect(new Set(shown).size).toBe(shown.length);
    expect(before.filter((id) => !shown.includes(id))).toEqual([]);
    await database.query(`delete from message_search where message_id not in (select id from messages)`);
  });

  it('in one space by relevance ranks those of the space', async () => {
    const spaceId = many.spaceIds[1];
    const shown = await walk({ q: 'seldom', order: 'desc', spaceId }, 'relevance', 20);
    expect(shown.toSorted()).toEqual((await expected({ q: 'seldom', order: 'desc', spaceId })).toSorted());
  });

  it('of another tenant finds its own', async () => {
    const page = await search.page('another', 'everywhere', { sort: 'time', order: 'desc', limit: 1_000 });
    expect(page.items).toHaveLength(300);
  });

  it.each([
    ['relevance without words', 'sort=relevance', '/q'],
    ['highlights without words', 'highlight=true', '/q'],
    ['the least relevant first', 'q=half&sort=relevance&order=asc', '/order'],
  ])('refuses %s', async (_what, query, pointer) => {
    const answer = await service.call<{ errors: readonly { pointer: string }[] }>('GET', `/v1/messages?${query}`);
    expect([answer.status, answer.body.errors.map((error) => error.pointer)]).toEqual([400, [pointer]]);
  });

  it('refuses a cursor that was made up', async () => {
    const page = await search.page('default', 'half', { sort: 'relevance', order: 'desc', limit: 1 });
    const made = (values: readonly string[]): string => Buffer.from(JSON.stringify(values)).toString('base64url');
    for (const cursor of [
      `${page.nextCursor ?? ''}x`,
      made(['relevance']),
      made(['relevance', '1', 'x', 'y', 'z', 'a']),
    ]) {
      const answer = await service.call('GET', `/v1/messages?q=half&sort=relevance&cursor=${cursor}`);
      expect([cursor, answer.status]).toEqual([cursor, 400]);
    }
  });
});
