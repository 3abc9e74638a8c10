import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { inTransaction } from '../../src/database/transaction.js';
import { EventLog } from '../../src/events/event-log.js';
import { type LiaisonEvent } from '../../src/events/event.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { EventStreamReader, type StreamOptions } from '../setup/event-stream.js';
import { someFacts, storeManyFacts } from '../setup/feed-facts.js';
import { serveProcess, type ServedProcess } from '../setup/process.js';
import { adminKey, eventually, startTestService, type TestService } from '../setup/service.js';

const rounds = Number(process.env['FEED_TEST_ROUNDS'] ?? 40);
const slowReaders = 20;

let database: TestDatabase;
/** Writes, and is asked nothing. */
let writer: TestService;
let environment: Readonly<Record<string, string>>;
let processes: readonly ServedProcess[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  environment = {
    LIAISON_ROLE: 'api',
    LIAISON_BOOTSTRAP_KEY: adminKey,
    LIAISON_MASTER_KEYS: generateMasterKey(),
    LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'true',
  };
  writer = await startTestService(database.url, environment);
  await writer.ready;
  const serve = (): Promise<ServedProcess> => serveProcess({ ...environment, DATABASE_URL: database.url });
  processes = await Promise.all([serve(), serve()]);
});
afterAll(async () => {
  await Promise.all(processes.map((served) => served.end('SIGKILL')));
  await writer.stop();
  await database.drop();
});

async function append(events: readonly LiaisonEvent[], commitsAfterMs = 0, givesUp = false): Promise<void> {
  const { app } = writer;
  const written = inTransaction(app.get(DataSource), async (tx) => {
    await app.get(EventLog).append(events, tx);
    await delay(commitsAfterMs);
    if (givesUp) throw new Error('gives up');
  });
  await (givesUp ? expect(written).rejects.toThrow('gives up') : written);
}

/** A follower that is cut off at random moments and goes on at either process with the id that it saw last. */
class RestlessFollower {
  readonly ids: string[] = [];
  connections = 0;
  #lastEventId: string | undefined;

  constructor(private readonly query: string) {}

  async followUntil(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const { url } = processes[this.connections % processes.length] ?? { url: '' };
      this.connections += 1;
      const resume = this.#lastEventId === undefined ? {} : { lastEventId: this.#lastEventId };
      const reader = await EventStreamReader.open(`${url}/v1/events/stream?after=beginning${this.query}`, resume);
      await delay(Math.random() * 250);
      reader.close();
      await reader.ended;
      // What the test says that it expects.
      this.ids.push(...reader.events.map(({ data }) => (JSON.parse(data) as { id: string }).id));
      this.#lastEventId = reader.lastEventId === '' ? this.#lastEventId : reader.lastEventId;
    }
  }
}

describe('followers of the stream over two processes', () => {
  it(
    'get every event once and in order, however often they are cut off while writers commit late',
    { timeout: 90_000 },
    async () => {
      const spaceId = someFacts(1, { space: 'space 1' })[0]?.spaceId ?? '';
      const followers = ['', '', '&type=member.joined', `&spaceId=${spaceId}`].map(
        (query) => new RestlessFollower(query),
      );
      let writing = true;
      let expected = Number.POSITIVE_INFINITY;
      const following = followers.map((follower, index) =>
        follower.followUntil(
          () => !writing && (index > 1 ? follower.connections > 60 : follower.ids.length >= expected),
        ),
      );
      const writers = [0, 1, 2, 3].map(async (number) => {
        for (let round = 0; round < rounds; round++) {
          const events = someFacts(1 + (round % 4), { space: `space ${number}` });
          await append(events, Math.random() * 12, round % 7 === 6);
          await delay(Math.random() * 20);
        }
      });
      await Promise.all(writers);
      const stored = await database.query<{ id: string; type: string; spaceId: string }>(
        `select id, type, space_id as "spaceId" from events order by seq`,
      );
      expected = stored.length;
      writing = false;
      await Promise.all(following);
      expect(stored.length).toBeGreaterThan(rounds * 7);
      const ids = (list: readonly { id: string }[]): string[] => list.map((event) => event.id);
      expect(followers.map((follower) => follower.ids)).toEqual([
        ids(stored),
        ids(stored),
        ids(stored.filter((event) => event.type === 'member.joined')),
        ids(stored.filter((event) => event.spaceId === spaceId)),
      ]);
      for (const follower of followers) expect(follower.connections).toBeGreaterThan(5);
    },
  );
});

describe('readers that take nothing', () => {
  const memoryOf = async (url: string): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1]) / 1_048_576;
  };

  it('do not make the process grow, while others read all of it', { timeout: 90_000 }, async () => {
    const [{ url } = { url: '' }] = processes;
    const spaceId = '01900000-0000-7000-8000-0000000000aa';
    // 40 MB for each of them, 800 MB in all.
    await storeManyFacts(database, { count: 10_000, spaceId, characters: 4_000 });
    const open = (options: StreamOptions = {}): Promise<EventStreamReader> =>
      EventStreamReader.open(`${url}/v1/events/stream?after=beginning&spaceId=${spaceId}`, options);
    const readAll = async (look?: () => Promise<void>): Promise<void> => {
      const reader = await open();
      const until = performance.now() + 40_000;
      while (reader.events.length < 10_000) {
        if (performance.now() > until) throw new Error(`only ${reader.events.length} were told`);
        await delay(50);
        await look?.();
      }
      reader.close();
    };
    await readAll();
    const before = await memoryOf(url);
    let greatest = before;
    const readers = await Promise.all(Array.from({ length: slowReaders }, () => open({ paused: true })));
    try {
      // Each of the others would be as far as this one if it were not waited for.
      await readAll(async () => {
        greatest = Math.max(greatest, await memoryOf(url));
      });
    } finally {
      for (const reader of readers) reader.close();
    }
    expect(greatest - before).toBeLessThan(300);
  });
});

describe('a process that is told to stop', () => {
  it(
    'ends its streams and its waits at once, and their callers go on elsewhere without a miss',
    { timeout: 60_000 },
    async () => {
      const [first, second] = processes;
      if (first === undefined || second === undefined) throw new Error('two processes were started');
      const readers = await Promise.all(
        Array.from({ length: 10 }, () => EventStreamReader.open(`${first.url}/v1/events/stream`)),
      );
      await eventually(
        () => readers.every((reader) => reader.lastEventId !== ''),
        (all) => all,
      );
      const headers = { authorization: `Bearer ${adminKey}` };
      const waits = Array.from({ length: 5 }, () => fetch(`${first.url}/v1/events?after=end&wait=60`, { headers }));
      await eventually(
        async () => (await fetch(`${first.url}/metrics`)).text(),
        (text) => text.includes('liaison_feed_waiting_requests 5') && text.includes('liaison_feed_streams 10'),
      );
      const started = performance.now();
      const code = await first.end('SIGTERM');
      // The grace for calls that do not end is 20 s.
      expect([code, performance.now() - started < 10_000]).toEqual([0, true]);
      for (const wait of waits) {
        const response = await wait;
        expect([response.status, await response.json()]).toMatchObject([200, { items: [], atEnd: true }]);
      }
      const missed = someFacts(4);
      await append(missed);
      for (const reader of readers) {
        await reader.ended;
        expect(reader.comments).toContain('this process stops, please come back');
        const again = await EventStreamReader.open(`${second.url}/v1/events/stream`, {
          lastEventId: reader.lastEventId,
        });
        await eventually(
          () => again.events.length,
          (count) => count === 4,
        );
        again.close();
      }
    },
  );
});
