import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Page } from '../../src/common/http/page.js';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { LookBack1763800000008 } from '../../src/database/migrations/1763800000008-look-back.js';
import { inTransaction } from '../../src/database/transaction.js';
import { EventLog } from '../../src/events/event-log.js';
import { type LiaisonEvent } from '../../src/events/event.js';
import { Rebuild } from '../../src/lanes/rebuild.js';
import { MessagesQueries } from '../../src/messages/messages.queries.js';
import { SpacesQueries } from '../../src/spaces/spaces.queries.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { NaiveLists } from '../setup/naive-lists.js';
import { eventsOf, histories } from '../setup/random-histories.js';
import { startTestService, type TestService } from '../setup/service.js';

const seed = Number(process.env['LOOK_BACK_SEED'] ?? Date.now() % 1_000_000);
/** How many pairs of times are read; each from one of the histories. */
const pairs = Number(process.env['LOOK_BACK_PAIRS'] ?? 1_000);
const historyCount = 100;
const tenantId = 'default';

const start = Date.UTC(2018, 1, 27);
const now = new Date();
/** Before the facts, while they happen, long after, and in months that have partitions of their own. */
const learnedAt = [
  ...[-3_600_000, 0, 1, 2, 3, 70_000, 86_400_000].map((ms) => new Date(start + ms)),
  ...[-1, 0, 1].map((months) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 15))),
];
const asOf = [-1, 0, 1, 2, 3, 4, 5].map((ms) => new Date(start + ms));
const knownAt = [new Date(start - 7_200_000), ...learnedAt, new Date(start + 30_000)];
const optional = <T>(...values: readonly T[]): fc.Arbitrary<T | undefined> => fc.constantFrom(undefined, ...values);

const instant = fc.constantFrom(...asOf.map((time) => time.toISOString()));
const reading = fc.record({
  history: fc.nat(historyCount - 1),
  asOf: optional(...asOf),
  knownAt: optional(...knownAt),
  order: fc.constantFrom('asc' as const, 'desc' as const),
  limit: fc.integer({ min: 1, max: 4 }),
  includeFormer: fc.boolean(),
  filters: fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.record({ authorId: fc.constantFrom('ann', 'ben') }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('generic', 'file', '👍') }) },
    { weight: 1, arbitrary: fc.record({ since: instant, until: instant }, { requiredKeys: [] }) },
  ),
});

interface Filters {
  readonly authorId?: string;
  readonly type?: string;
  readonly since?: string;
  readonly until?: string;
}
type Reading = Omit<typeof reading extends fc.Arbitrary<infer T> ? T : never, 'filters'> & {
  readonly filters: Filters;
};

describe('a look back', () => {
  let database: TestDatabase;
  let service: TestService;
  let spaces: SpacesQueries;
  let messages: MessagesQueries;
  const connections: {
    readonly id: string;
    readonly events: readonly LiaisonEvent[];
    /** Its lists as they are now. */
    readonly present: NaiveLists;
  }[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
    await service.ready;
    spaces = service.app.get(SpacesQueries);
    messages = service.app.get(MessagesQueries);
    for (const arrivals of fc.sample(histories(learnedAt, { minLength: 20, maxLength: 50 }), {
      numRuns: historyCount,
      seed,
    })) {
      const id = uuidV7();
      const events = eventsOf(arrivals, id, connections.length * 1_000);
      connections.push({ id, events, present: new NaiveLists(events) });
      const turns = new Map(events.map((event, index) => [event, arrivals[index]?.turn ?? 0]));
      const shuffled = events.toSorted((a, b) => (turns.get(a) ?? 0) - (turns.get(b) ?? 0));
      // Two transactions, so that rows are also folded onto stored ones.
      for (const part of [shuffled.slice(0, 10), shuffled.slice(10)]) {
        await inTransaction(service.app.get(DataSource), (tx) => service.app.get(EventLog).append(part, tx));
      }
    }
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  /** All items of a list, walked page by page; nothing may come twice, nor a page be longer than asked for. */
  async function walk<T>(
    limit: number,
    read: (page: { limit: number; cursor?: string }) => Promise<Page<T>>,
  ): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | undefined;
    for (;;) {
      const page = await read({ limit, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      items.push(...page.items);
      if (page.nextCursor === null) return items;
      cursor = page.nextCursor;
    }
  }

  /** What a single reading gives, and undefined where it says that there is nothing. */
  async function found<T>(reading: Promise<T>): Promise<T | undefined> {
    try {
      return await reading;
    } catch (error) {
      expect(error).toMatchObject({ code: 'not-found' });
      return undefined;
    }
  }

  async function compare({ history, asOf, knownAt, order, limit, includeFormer, filters }: Reading): Promise<void> {
    const connection = connections[history];
    if (connection === undefined) throw new Error('there is no such history');
    const expected = new NaiveLists(connection.events, { asOf, knownAt });
    const past = {
      connectionId: connection.id,
      ...(asOf === undefined ? {} : { asOf: asOf.toISOString() }),
      ...(knownAt === undefined ? {} : { knownAt: knownAt.toISOString() }),
    };
    const { type, ...common } = filters;
    const [annotationType, reaction] = type === '👍' ? [{}, { type }] : [type === undefined ? {} : { type }, {}];

    const knownSpaces = expected.spaces();
    expect(await walk(limit, (page) => spaces.page(tenantId, { ...past, ...page }))).toEqual(knownSpaces);
    const ordered = { ...past, ...common, order };
    const inOrder = { ...common, order };
    expect(await walk(limit, (page) => messages.page(tenantId, { ...ordered, ...page, sort: 'time' }))).toEqual(
      expected.messages(inOrder),
    );
    expect(
      await walk(limit, (page) => messages.annotations(tenantId, { ...ordered, ...annotationType, ...page })),
    ).toEqual(expected.annotations({ ...inOrder, ...annotationType }));
    expect(await walk(limit, (page) => messages.reactions(tenantId, { ...ordered, ...reaction, ...page }))).toEqual(
      expected.reactions({ ...inOrder, ...reaction }),
    );

    // One of all spaces and one of all messages, which were known then or not.
    const spaceId = connection.present.spaces().at(limit % 2)?.id;
    if (spaceId !== undefined) {
      const space = knownSpaces.find(({ id }) => id === spaceId);
      expect(await found(spaces.get(tenantId, spaceId, past))).toEqual(space);
      const former = { includeFormer: String(includeFormer) };
      expect(
        await found(walk(limit, (page) => spaces.members(tenantId, spaceId, { ...past, ...former, ...page }))),
      ).toEqual(space && expected.members(spaceId, includeFormer));
      expect(
        await found(walk(limit, (page) => messages.ofSpace(tenantId, spaceId, { ...ordered, ...page, sort: 'time' }))),
      ).toEqual(space && expected.messages({ ...inOrder, spaceId }));
    }
    const message = connection.present.messages().at(limit - 1);
    if (message !== undefined) {
      expect(await found(messages.get(tenantId, message.id, past))).toEqual(
        expected.messages().find(({ id }) => id === message.id),
      );
    }
  }

  it(
    `shows at ${pairs} pairs of times what a full replay shows, in every list and reading`,
    { timeout: 120_000 },
    async () => {
      const readings = fc.sample(reading, { numRuns: pairs, seed });
      const reader = async (): Promise<void> => {
        for (let next = readings.pop(); next !== undefined; next = readings.pop()) {
          try {
            await compare(next);
          } catch (cause) {
            throw new Error(`LOOK_BACK_SEED=${seed} fails at ${JSON.stringify(next)}`, { cause });
          }
        }
      };
      await Promise.all([reader(), reader(), reader(), reader()]);
    },
  );

  it('shows what is so now where every fact counts', async () => {
    const everything = { asOf: '3000-01-01T00:00:00Z', knownAt: '3000-01-01T00:00:00Z' };
    const [page, listed] = [{ limit: 200 }, { limit: 200, order: 'asc' as const, sort: 'time' as const }];
    expect(await spaces.page(tenantId, { ...page, ...everything })).toEqual(await spaces.page(tenantId, page));
    expect(await messages.page(tenantId, { ...listed, ...everything })).toEqual(await messages.page(tenantId, listed));
    expect(await messages.annotations(tenantId, { ...listed, ...everything })).toEqual(
      await messages.annotations(tenantId, listed),
    );
    expect(await messages.reactions(tenantId, { ...listed, ...everything })).toEqual(
      await messages.reactions(tenantId, listed),
    );
    for (const { id } of (await spaces.page(tenantId, { limit: 50 })).items) {
      expect(await spaces.members(tenantId, id, { ...page, ...everything })).toEqual(
        await spaces.members(tenantId, id, page),
      );
    }
  });

  it('finds rows of before it was possible: the migration gives them what their folds give', async () => {
    const runner = service.app.get(DataSource).createQueryRunner();
    await new LookBack1763800000008().down(runner);
    await new LookBack1763800000008().up(runner);
    await runner.release();
    expect(await service.app.get(Rebuild).verify()).toMatchObject({ equal: true });
  });
});
