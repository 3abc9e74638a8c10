import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { fingerprint, laneId } from '../../src/common/security/fingerprint.js';
import { inTransaction } from '../../src/database/transaction.js';
import { insertDeliveries } from '../../src/deliveries/insert-deliveries.js';
import { EventLog } from '../../src/events/event-log.js';
import { recordFacts, type Fact, type LiaisonEvent } from '../../src/events/event.js';
import { Dispatcher } from '../../src/lanes/dispatcher.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startTestService, type TestService } from '../setup/service.js';

interface Feed {
  readonly items: readonly { readonly id: string; readonly type: string; readonly spaceId: string }[];
  readonly nextCursor: string | null;
}

let database: TestDatabase;
let service: TestService;
let other: TestService;
let log: EventLog;
let dataSource: DataSource;
let deliverySeq = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
  other = await startTestService(database.url, { LIAISON_ROLE: 'api' });
  await Promise.all([service.ready, other.ready]);
  log = service.app.get(EventLog);
  dataSource = service.app.get(DataSource);
});
afterAll(async () => {
  await Promise.all([service.stop(), other.stop()]);
  await database.drop();
});

/** Facts of one space, learned now or in a month of long ago, so that the log's partitions take turns. */
function eventsIn(space: string, count: number): LiaisonEvent[] {
  const facts = Array.from({ length: count }, (_, index): Fact => {
    const common = { occurredAt: new Date(), space: { externalId: space } };
    return index % 2 === 0
      ? { ...common, type: 'space.updated', data: { changes: {} } }
      : { ...common, type: 'member.joined', data: { member: { externalId: `user ${index}` } } };
  });
  deliverySeq += 1;
  const origin = {
    tenantId: 'default',
    connectionId: '01900000-0000-7000-8000-000000000001',
    platform: 'watson-work',
    deliveryId: uuidV7(),
    deliverySeq: String(deliverySeq),
    learnedAt: deliverySeq % 3 === 0 ? new Date(Date.UTC(2018, 1, 27)) : new Date(),
  };
  return recordFacts(facts, origin, () => undefined);
}

/** Follows the feed from a cursor on until `isOver` and nothing more comes. */
async function follow(
  query: string,
  isOver: () => boolean,
  from: string | null = null,
): Promise<Feed['items'][number][]> {
  const seen: Feed['items'][number][] = [];
  let cursor = from;
  for (;;) {
    const wasOver = isOver();
    const page = await service.get<Feed>(`/v1/events?limit=7${query}${cursor === null ? '' : `&after=${cursor}`}`);
    seen.push(...page.items);
    cursor = page.nextCursor;
    if (wasOver && page.items.length === 0) return seen;
  }
}

/** The end of the feed as it is now. */
async function endOfFeed(): Promise<string | null> {
  let cursor: string | null = null;
  for (;;) {
    const page: Feed = await service.get<Feed>(`/v1/events?limit=200${cursor === null ? '' : `&after=${cursor}`}`);
    cursor = page.nextCursor;
    if (page.items.length === 0) return cursor;
  }
}

async function openClient(): Promise<Client> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  return client;
}

describe('a follower of the change feed', () => {
  it('sees every event once and in order while writers commit late and some give up', { timeout: 60_000 }, async () => {
    let writing = true;
    const followers = [
      follow('', () => !writing),
      follow('&type=member.joined', () => !writing),
      follow(`&spaceId=${eventsIn('space 1', 1)[0]?.spaceId ?? ''}`, () => !writing),
    ];
    const writers = [0, 1, 2, 3].map(async (writer) => {
      const { app } = writer % 2 === 0 ? service : other;
      for (let round = 0; round < 40; round++) {
        await inTransaction(app.get(DataSource), async (tx) => {
          await app.get(EventLog).append(eventsIn(`space ${writer}`, 1 + (round % 4)), tx);
          await delay(Math.random() * 12);
          if (round % 7 === 6) throw new Error('gives up');
        }).catch(() => undefined);
        await delay(Math.random() * 5);
      }
    });
    await Promise.all(writers);
    writing = false;
    const [all, joined, ofSpace] = await Promise.all(followers);
    const stored = await database.query<{ id: string; type: string; spaceId: string }>(
      `select id, type, space_id as "spaceId" from events order by seq`,
    );
    expect(stored.length).toBeGreaterThan(300);
    const ids = (list: Feed['items'] | undefined): string[] => (list ?? []).map((event) => event.id);
    expect(ids(all)).toEqual(ids(stored));
    expect(ids(joined)).toEqual(ids(stored.filter((event) => event.type === 'member.joined')));
    const space = ofSpace?.[0]?.spaceId;
    expect(ids(ofSpace)).toEqual(ids(stored.filter((event) => event.spaceId === space)));
  });

  it('sees neither of two events while the one with the lower number is not committed', async () => {
    const end = await endOfFeed();
    const [slow] = eventsIn('slow', 1);
    const [fast] = eventsIn('fast', 1);
    if (slow === undefined || fast === undefined) throw new Error('no events');
    let secondIsThere = false;
    let second: Promise<void> | undefined;
    await inTransaction(dataSource, async (tx) => {
      await log.append([slow], tx);
      second = inTransaction(other.app.get(DataSource), (otherTx) => log.append([fast], otherTx)).then(() => {
        secondIsThere = true;
      });
      await delay(200);
      expect(secondIsThere).toBe(false);
      expect(await follow('', () => true, end)).toEqual([]);
    });
    await second;
    expect((await follow('', () => true, end)).map((event) => event.id)).toEqual([slow.id, fast.id]);
  });

  it('would skip an event that a writer numbered without the order lock', async () => {
    const end = await endOfFeed();
    const [slow, fast] = [await openClient(), await openClient()];
    const unguarded = `insert into events (seq, delivery_seq, occurred_at, learned_at, ordinal, id, connection_id,
        delivery_id, space_id, subject_id, tenant_id, platform, type, data)
      values (nextval('event_seq'), nextval('delivery_seq'), now(), now(), 0, $1, $1, $1, $1, $1, 'default',
        'watson-work', 'space.deleted', '{}')`;
    await slow.query('begin');
    await slow.query(unguarded, [uuidV7()]);
    const overtakes = uuidV7();
    await fast.query(unguarded, [overtakes]);
    const seen = await follow('', () => true, end);
    const reached = await endOfFeed();
    await slow.query('commit');
    expect(seen.map((event) => event.id)).toEqual([overtakes]);
    expect(await follow('', () => true, reached)).toEqual([]);
    expect(await follow('', () => true, end)).toHaveLength(2);
    await Promise.all([slow.end(), fast.end()]);
  });
});

describe('the dispatcher', () => {
  const connectionId = uuidV7();

  function deliveryOf(lane: string): ReturnType<typeof insertDeliveries> {
    const id = uuidV7();
    return insertDeliveries([
      {
        id,
        tenantId: 'default',
        connectionId,
        platform: 'watson-work',
        laneId: laneId(connectionId, lane),
        laneKey: lane,
        sourceTimeMs: Date.now(),
        receivedAt: new Date(),
        fingerprint: fingerprint(Buffer.from(id)),
        scheme: 'hmac-sha256',
        platformIndex: undefined,
        retryCount: undefined,
        headers: {},
        body: Buffer.from('{}'),
      },
    ]);
  }

  const inLanes = async (): Promise<{ dispatched: number; stored: number }> => {
    const [row] = await database.query<{ dispatched: number; stored: number }>(
      `select (select coalesce(sum(pending), 0)::int from lanes) as dispatched,
              (select count(*)::int from deliveries) as stored`,
    );
    return row ?? { dispatched: -1, stored: -1 };
  };

  it('takes in every delivery once while several processes commit late', { timeout: 60_000 }, async () => {
    let writing = true;
    const dispatch = async ({ app }: TestService): Promise<number> => {
      let total = 0;
      for (;;) {
        const wasWriting = writing;
        const count = await app.get(Dispatcher).dispatch();
        total += count;
        if (!wasWriting && count === 0) return total;
      }
    };
    const dispatchers = [dispatch(service), dispatch(other)];
    const processes = [0, 1, 2, 3].map(async (process) => {
      const client = await openClient();
      for (let round = 0; round < 40; round++) {
        await client.query('begin');
        await client.query(deliveryOf(`lane ${(process + round) % 3}`));
        await delay(Math.random() * 10);
        await client.query(round % 9 === 8 ? 'rollback' : 'commit');
      }
      await client.end();
    });
    await Promise.all(processes);
    writing = false;
    const totals = await Promise.all(dispatchers);
    // Each of the 4 gives up 4 times of 40.
    expect(totals.reduce((a, b) => a + b)).toBe(144);
    expect(await inLanes()).toEqual({ dispatched: 144, stored: 144 });
  });

  it('would skip a delivery that was numbered without the order lock', async () => {
    const before = await inLanes();
    const [slow, fast] = [await openClient(), await openClient()];
    const { text, values } = deliveryOf('unguarded');
    const unguarded = text.replace(/select pg_advisory_xact_lock\([^)]*\)/, 'select 1');
    expect(unguarded).not.toBe(text);
    await slow.query('begin');
    await slow.query(unguarded, values);
    await fast.query(unguarded, deliveryOf('unguarded').values);
    await service.app.get(Dispatcher).dispatch();
    await slow.query('commit');
    await service.app.get(Dispatcher).dispatch();
    const after = await inLanes();
    expect(after.stored - before.stored).toBe(2);
    expect(after.dispatched - before.dispatched).toBe(1);
    await Promise.all([slow.end(), fast.end()]);
  });
});
