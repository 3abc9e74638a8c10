import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { inTransaction } from '../../src/database/transaction.js';
import { EventLog } from '../../src/events/event-log.js';
import { type LiaisonEvent } from '../../src/events/event.js';
import { FeedRequests } from '../../src/feed/feed-requests.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { EventStreamReader } from '../setup/event-stream.js';
import { someFacts } from '../setup/feed-facts.js';
import { adminKey, eventually, startTestService, type Answer, type TestService } from '../setup/service.js';

interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly nextCursor: string;
  readonly atEnd: boolean;
}

let database: TestDatabase;
let service: TestService;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await startTestService(database.url, { LIAISON_ROLE: 'api', LIAISON_STREAMS_PER_CALLER: '300' });
  await service.ready;
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});

const append = (events: readonly LiaisonEvent[]): Promise<void> =>
  inTransaction(service.app.get(DataSource), (tx) => service.app.get(EventLog).append(events, tx));
const waiting = (count: number): Promise<number> =>
  eventually(
    () => service.app.get(FeedRequests).waiting,
    (now) => now === count,
  );
const idsOf = (page: Page): string[] => page.items.map((item) => item.id);

describe('a request that waits', () => {
  it('is answered at once where there is something', async () => {
    const events = someFacts(2);
    await append(events);
    const started = performance.now();
    const page = await service.get<Page>('/v1/events?after=beginning&wait=60');
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(idsOf(page)).toEqual(events.map((event) => event.id));
  });

  it('is answered about one look of the tail after the commit, with all that was committed together', async () => {
    const waits: number[] = [];
    for (let round = 0; round < 5; round++) {
      const answer = service.get<Page>('/v1/events?after=end&wait=30');
      await waiting(1);
      const events = someFacts(3);
      await append(events);
      const committed = performance.now();
      expect(idsOf(await answer)).toEqual(events.map((event) => event.id));
      waits.push(performance.now() - committed);
    }
    // It looks ten times a second; what is more than that is the machine's.
    expect(waits.toSorted((a, b) => a - b)[2]).toBeLessThan(400);
  });

  it('cuts what comes at its limit, and goes on there', async () => {
    const answer = service.get<Page>('/v1/events?after=end&wait=30&limit=2');
    await waiting(1);
    const events = someFacts(3);
    await append(events);
    const page = await answer;
    expect(idsOf(page)).toEqual(events.slice(0, 2).map((event) => event.id));
    expect(page.atEnd).toBe(false);
    const next = await service.get<Page>(`/v1/events?after=${page.nextCursor}&wait=30`);
    expect(idsOf(next)).toEqual(events.slice(2).map((event) => event.id));
  });

  it('waits for what its filter lets through, and its place moves on meanwhile', async () => {
    const started = performance.now();
    const answer = service.get<Page>('/v1/events?after=end&wait=1&type=space.deleted');
    await waiting(1);
    await append(someFacts(3));
    const page = await answer;
    expect(performance.now() - started).toBeGreaterThanOrEqual(1_000);
    expect(page).toMatchObject({ items: [], atEnd: true });
    expect(idsOf(await service.get<Page>(`/v1/events?after=${page.nextCursor}`))).toEqual([]);
  });

  it('frees everything when its caller goes away', async () => {
    const controller = new AbortController();
    const headers = { authorization: `Bearer ${adminKey}` };
    const gone = fetch(`${service.url}/v1/events?after=end&wait=60`, { headers, signal: controller.signal });
    await waiting(1);
    controller.abort();
    await expect(gone).rejects.toThrow();
    await waiting(0);
  });

  it('is refused when its key is revoked meanwhile', async () => {
    const keys = service.app.get(ApiKeysService);
    const { info, text } = await keys.create('default', 'reader', ['events:read']);
    const answer = service.call('GET', '/v1/events?after=end&wait=30', { credential: text });
    await waiting(1);
    await keys.revoke('default', info.id);
    expect((await answer).status).toBe(401);
  });

  it('costs the database nothing besides, however many wait and stream', { timeout: 60_000 }, async () => {
    const readers = [await EventStreamReader.open(`${service.url}/v1/events/stream`)];
    const few = await queriesPerSecond();
    const answers: Promise<Answer<Page>>[] = [];
    for (let n = 0; n < 100; n++) {
      readers.push(await EventStreamReader.open(`${service.url}/v1/events/stream?type=space.updated`));
      answers.push(service.call<Page>('GET', '/v1/events?after=end&wait=30'));
    }
    await waiting(100);
    const many = await queriesPerSecond();
    expect(few).toBeGreaterThan(1);
    // Ten looks, the check of keys and the refreshing of connections.
    expect(many).toBeLessThan(15);
    const [event] = someFacts(1);
    await append(event === undefined ? [] : [event]);
    for (const answer of await Promise.all(answers)) expect(idsOf(answer.body)).toEqual([event?.id]);
    await eventually(
      () => readers.every((reader) => reader.events.length === 1),
      (all) => all,
    );
    for (const reader of readers) reader.close();
  });

  it('looks at nothing once nobody waits', async () => {
    await waiting(0);
    // The refreshing of connections.
    expect(await queriesPerSecond()).toBeLessThan(2);
  });

  /** Whatever is asked of the database takes a connection of this pool first. */
  async function queriesPerSecond(): Promise<number> {
    const { driver } = service.app.get(DataSource);
    if (!('master' in driver && driver.master instanceof Pool)) throw new Error('TypeORM keeps no pool of pg');
    const pool = driver.master;
    let queries = 0;
    const count = (): void => void (queries += 1);
    await delay(200);
    pool.on('acquire', count);
    const started = performance.now();
    await delay(2_000);
    pool.off('acquire', count);
    return (queries / (performance.now() - started)) * 1_000;
  }
});
