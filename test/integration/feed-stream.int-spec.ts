import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditLog } from '../../src/audit/audit-log.js';
import { type LongRead } from '../../src/audit/long-read.js';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { type Caller } from '../../src/auth/caller.js';
import { CallerWatch } from '../../src/auth/caller-watch.js';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { LOGGER } from '../../src/common/observability/logger.js';
import { Metrics } from '../../src/common/observability/metrics.js';
import { inTransaction } from '../../src/database/transaction.js';
import { EventLog } from '../../src/events/event-log.js';
import { type LiaisonEvent } from '../../src/events/event.js';
import { FeedEnd } from '../../src/feed/feed-end.js';
import { type FeedPace } from '../../src/feed/feed-pace.js';
import { FeedPages } from '../../src/feed/feed-pages.js';
import { FeedPlaces } from '../../src/feed/feed-places.js';
import { beginningOfFeed, fromFeedCursor } from '../../src/feed/feed-position.js';
import { type Following } from '../../src/feed/feed-stream.js';
import { FeedStreams } from '../../src/feed/feed-streams.js';
import { FeedTail } from '../../src/feed/feed-tail.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { EventStreamReader, type StreamOptions } from '../setup/event-stream.js';
import { feedConnection, someFacts, storeManyFacts } from '../setup/feed-facts.js';
import { TestIssuer } from '../setup/issuer.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';

let database: TestDatabase;
let issuer: TestIssuer;
let service: TestService;
const open: EventStreamReader[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  issuer = await new TestIssuer().start();
  service = await startTestService(database.url, {
    LIAISON_ROLE: 'api',
    LIAISON_STREAMS_PER_CALLER: '8',
    LIAISON_STREAMS_PER_TENANT: '10',
    ...issuer.environment,
  });
  await service.ready;
});
afterAll(async () => {
  for (const reader of open) reader.close();
  await service.stop();
  await issuer.close();
  await database.drop();
});

async function follow(query = '', options: StreamOptions = {}): Promise<EventStreamReader> {
  const reader = await EventStreamReader.open(`${service.url}/v1/events/stream${query}`, options);
  open.push(reader);
  return reader;
}
const append = (events: readonly LiaisonEvent[]): Promise<void> =>
  inTransaction(service.app.get(DataSource), (tx) => service.app.get(EventLog).append(events, tx));
const keyOf = async (tenantId: string): Promise<{ id: string; text: string }> => {
  const { info, text } = await service.app.get(ApiKeysService).create(tenantId, 'reader', ['events:read']);
  return { id: info.id, text };
};
const idsOf = (reader: EventStreamReader): string[] =>
  // What the test says that it expects.
  reader.events.map(({ data }) => (JSON.parse(data) as { id: string }).id);
const told = (reader: EventStreamReader, count: number): Promise<number> =>
  eventually(
    () => reader.events.length,
    (length) => length >= count,
  );

describe('a stream of the change feed', () => {
  it('tells the same as a page, under the same cursor', async () => {
    const reader = await follow();
    const events = someFacts(5);
    await append(events);
    await told(reader, 5);
    reader.close();
    expect(idsOf(reader)).toEqual(events.map((event) => event.id));
    const page = await service.get<{ items: { cursor: string; type: string }[] }>(
      `/v1/events?limit=5&after=${reader.events[0]?.id ?? ''}`,
    );
    expect(page.items).toEqual(reader.events.slice(1).map(({ data }) => JSON.parse(data) as object));
    expect(reader.events.slice(1).map(({ id, type }) => ({ id, type }))).toEqual(
      page.items.map(({ cursor, type }) => ({ id: cursor, type })),
    );
  });

  it('begins at the end, and comes back there although nothing was told', async () => {
    await append(someFacts(2));
    const reader = await follow();
    await eventually(
      () => reader.lastEventId,
      (id) => id !== '',
    );
    reader.close();
    const missed = someFacts(3);
    await append(missed);
    const again = await follow('', { lastEventId: reader.lastEventId });
    await told(again, 3);
    await delay(300);
    again.close();
    expect(idsOf(again)).toEqual(missed.map((event) => event.id));
  });

  it('begins at the beginning where that is asked for, and goes on with what comes', async () => {
    const reader = await follow('?after=beginning');
    const last = someFacts(1);
    await append(last);
    await eventually(
      () => idsOf(reader).at(-1),
      (id) => id === last[0]?.id,
    );
    reader.close();
    const stored = await database.query<{ id: string }>(`select id from events order by seq`);
    expect(idsOf(reader)).toEqual(stored.map((row) => row.id));
  });

  it('has headers that keep others from storing it or holding it back', async () => {
    const reader = await follow();
    await eventually(
      () => reader.retryMs,
      (ms) => ms !== undefined,
    );
    reader.close();
    expect(reader.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(reader.response.headers['content-encoding']).toBeUndefined();
    expect(reader.retryMs).toBeGreaterThanOrEqual(1_000);
  });

  it('tells only what its filters let through, and nothing of another tenant', async () => {
    const otherConnection = '01900000-0000-7000-8000-00000000000a';
    const ofTenant = await keyOf('tenant of the filters');
    const tenantId = 'tenant of the filters';
    const [wanted, otherSpace, foreign] = [
      someFacts(4, { tenantId, connectionId: otherConnection }),
      someFacts(4, { tenantId, space: 'hall' }),
      someFacts(4, { connectionId: otherConnection }),
    ];
    const spaceId = wanted[0]?.spaceId?.toUpperCase() ?? '';
    const options = { credential: ofTenant.text };
    const readers = await Promise.all([
      follow('', options),
      follow(`?spaceId=${spaceId}`, options),
      follow(`?connectionId=${otherConnection.toUpperCase()}`, options),
      follow('?type=member.joined,member.left', options),
      follow(`?type=member.joined&spaceId=${spaceId}`, options),
    ]);
    for (const events of [foreign, wanted, otherSpace]) await append(events);
    await told(readers[0], 8);
    await delay(150);
    for (const reader of readers) reader.close();
    const ids = (events: readonly LiaisonEvent[]): string[] => events.map((event) => event.id);
    const joined = (event: LiaisonEvent): boolean => event.type === 'member.joined';
    expect(readers.map(idsOf)).toEqual([
      ids([...wanted, ...otherSpace]),
      ids(wanted),
      ids(wanted),
      ids([...wanted, ...otherSpace].filter(joined)),
      ids(wanted.filter(joined)),
    ]);
  });

  it('writes CloudEvents where they are asked for', async () => {
    const reader = await follow('?envelope=cloudevents');
    const [event] = someFacts(1);
    await append(event === undefined ? [] : [event]);
    await told(reader, 1);
    reader.close();
    expect(JSON.parse(reader.events[0]?.data ?? '')).toMatchObject({
      specversion: '1.0',
      id: event?.id,
      type: 'liaison.space.updated',
      source: `/v1/connections/${feedConnection}`,
      cursor: reader.events[0]?.id,
      spaceid: event?.spaceId,
    });
  });

  it('is refused with a problem for a place that is none', async () => {
    const beyond = Buffer.from(JSON.stringify(['events', '99999999'])).toString('base64url');
    for (const query of [
      '?after=x',
      `?after=${beyond}`,
      '?type=x',
      '?envelope=x',
      '?limit=1',
      '?after=end&cursorName=x',
    ]) {
      await expect(follow(query)).rejects.toThrow('400 {"type":"urn:liaison:problem:invalid-input"');
    }
    await expect(follow('', { lastEventId: 'x' })).rejects.toThrow('400 {');
    await expect(follow('?cursorName=nobody')).rejects.toThrow('404 {');
  });

  it('is in the audit log before anything of it is sent, and when it has ended with how much was told', async () => {
    const key = await keyOf('audited');
    const recorded = (): Promise<{ outcome: string }[]> =>
      database.query(
        `select act, outcome, subject, parameters, items from audit_log where tenant_id = 'audited' order by id`,
      );
    const reader = await follow('?type=space.updated', { credential: key.text });
    const about = { act: 'events.stream', subject: `key:${key.id}`, parameters: { type: 'space.updated' } };
    expect(await recorded()).toEqual([{ ...about, outcome: 'begun', items: null }]);
    await append(someFacts(3, { tenantId: 'audited' }));
    await told(reader, 2);
    reader.close();
    const [, end] = await eventually(recorded, (records) => records.length === 2);
    expect(end).toEqual({ ...about, outcome: 'done', items: 2 });
    const listing = await service.app.get(ApiKeysService).create('audited', 'lister', ['posts:write']);
    await expect(follow('', { credential: listing.text })).rejects.toThrow('403 {');
    await expect(follow('?after=x', { credential: key.text })).rejects.toThrow('400 {');
    expect((await recorded()).slice(2)).toMatchObject([
      { outcome: 'refused', act: 'events.stream' },
      { outcome: 'refused', act: 'events.stream', parameters: {} },
    ]);
  });

  it('answers a HEAD and ends', async () => {
    const response = await fetch(`${service.url}/v1/events/stream`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${(await keyOf('default')).text}` },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  });

  it('is one of so many of a credential and of a tenant, and makes room when it ends', async () => {
    const [first, second] = [await keyOf('crowded'), await keyOf('crowded')];
    const readers = await Promise.all(Array.from({ length: 8 }, () => follow('', { credential: first.text })));
    await expect(follow('', { credential: first.text })).rejects.toThrow(
      '429 {"type":"urn:liaison:problem:too-many-streams"',
    );
    readers.push(await follow('', { credential: second.text }), await follow('', { credential: second.text }));
    await expect(follow('', { credential: second.text })).rejects.toThrow('This tenant has 10 streams');
    readers[0]?.close();
    const again = await eventually(
      () => follow('', { credential: first.text }).catch(() => undefined),
      (reader) => reader !== undefined,
    );
    for (const reader of [...readers, again]) reader?.close();
  });

  it('ends within some seconds when its key is revoked, and is then refused', async () => {
    const key = await keyOf('tenant');
    const [reader, other] = [await follow('', { credential: key.text }), await follow()];
    // As another process would.
    await database.query(`update api_keys set revoked_at = now() where id = $1`, [key.id]);
    const started = performance.now();
    await reader.ended;
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(reader.comments).toContain('the credential is not valid any more');
    expect(other.response.destroyed).toBe(false);
    other.close();
    await eventually(
      async () => (await service.call('GET', '/v1/events', { credential: key.text })).status,
      (status) => status === 401,
    );
  });

  it('ends within some seconds when its JWT expires', async () => {
    const exp = Math.floor(Date.now() / 1_000) + 3;
    const reader = await follow('', { credential: await issuer.token({ claims: { exp } }) });
    await reader.ended;
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000);
    expect(Date.now() - exp * 1_000).toBeLessThan(5_000);
  });
});

describe('a stream with a quick pace', () => {
  const pace: FeedPace = { pollMs: 20, heartbeatMs: 100, stalledMs: 500, reconnectMs: 1_000 };
  const caller: Caller = { tenantId: 'quick', subject: 'test', scopes: [] };
  const everything: Following = { tenantId: 'quick', filter: {}, envelope: 'liaison', start: beginningOfFeed };
  const read: LongRead = { ...caller, act: 'events.stream', targets: [], parameters: {}, requestId: uuidV7() };
  let server: Server;
  let url: string;
  let following = everything;
  let lastResponse: ServerResponse | undefined;
  let streams: FeedStreams;
  let tail: FeedTail;

  beforeAll(async () => {
    const { app } = service;
    tail = new FeedTail(app.get(DataSource), app.get(FeedEnd), pace, app.get(LOGGER));
    const parts = [app.get(FeedPages), tail, app.get(FeedPlaces), app.get(CallerWatch)] as const;
    const kept = [app.get(AuditLog), app.get(Metrics)] as const;
    streams = new FeedStreams(app.get(FeedEnd), ...parts, ...kept, pace, app.get(LOGGER));
    server = createServer((_, response) => {
      lastResponse = response;
      void streams.open(caller, following, read, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A TCP server that listens has an AddressInfo.
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await streams.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  it('shows that it lives while nothing happens, and where it is when what happens does not concern it', async () => {
    following = { ...everything, filter: { types: ['space.deleted'] } };
    const reader = await EventStreamReader.open(url);
    const start = await eventually(
      () => reader.lastEventId,
      (id) => id !== '',
    );
    await append(someFacts(3, { tenantId: 'quick' }));
    await eventually(
      () => reader.lastEventId,
      (id) => id !== start,
    );
    await eventually(
      () => reader.comments.length,
      (count) => count >= 3,
    );
    reader.close();
    expect(reader.events).toEqual([]);
    const credential = (await keyOf('quick')).text;
    const page = await service.call<{ items: object[] }>('GET', `/v1/events?after=${reader.lastEventId}`, {
      credential,
    });
    expect(page.body.items).toEqual([]);
  });

  it('is cut when its reader takes nothing, and the reader misses nothing by that', async () => {
    following = everything;
    const spaceId = '01900000-0000-7000-8000-0000000000aa';
    await storeManyFacts(database, { count: 6_000, spaceId, tenantId: 'quick', characters: 4_000 });
    const reader = await EventStreamReader.open(url, { paused: true });
    await eventually(
      () => streams.count,
      (count) => count === 1,
    );
    let mostHeld = 0;
    await eventually(
      () => {
        mostHeld = Math.max(mostHeld, lastResponse?.writableLength ?? 0);
        return streams.count;
      },
      (count) => count === 0,
    );
    // A piece, and what the socket takes besides.
    expect(mostHeld).toBeGreaterThan(0);
    expect(mostHeld).toBeLessThan(100_000);
    reader.resume();
    await reader.ended;
    following = { ...everything, start: fromFeedCursor(reader.lastEventId) };
    const again = await EventStreamReader.open(url);
    const stored = await database.query<{ id: string }>(`select id from events where tenant_id = 'quick' order by seq`);
    await told(again, stored.length - reader.events.length);
    again.close();
    expect(reader.events.length).toBeLessThan(stored.length);
    expect([...idsOf(reader), ...idsOf(again)]).toEqual(stored.map((row) => row.id));
  });

  it('falls back to the log when its reader is slow at the end, and is told the rest in order', async () => {
    following = { ...everything, start: await service.app.get(FeedEnd).look() };
    const reader = await EventStreamReader.open(url, { paused: true });
    const spaceId = '01900000-0000-7000-8000-0000000000bb';
    await eventually(
      () => tail.lagSeconds,
      (lag) => lag > 0,
    );
    await storeManyFacts(database, { count: 4_000, spaceId, tenantId: 'quick', characters: 4_000 });
    await delay(300);
    reader.resume();
    await told(reader, 4_000);
    reader.close();
    const stored = await database.query<{ id: string }>(`select id from events where space_id = $1 order by seq`, [
      spaceId,
    ]);
    expect(idsOf(reader)).toEqual(stored.map((row) => row.id));
  });
});
