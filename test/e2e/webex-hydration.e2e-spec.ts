import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually } from '../setup/service.js';
import { startWebexStage, webexSecret, type WebexStage } from '../setup/webex.js';

interface Message {
  readonly externalId: string;
  readonly spaceId: string;
  readonly content: string | null;
  readonly contentType: string | null;
  readonly unavailable: string | null;
  readonly author: { readonly externalId: string; readonly displayName: string | null } | null;
  readonly editedAt: string | null;
  readonly deletedAt: string | null;
}
interface List<T> {
  readonly items: readonly T[];
}

const hasText = (message: Message | undefined): boolean => (message?.content ?? null) !== null;

describe('Webex calls that leave things out', () => {
  let database: TestDatabase;
  let stage: WebexStage;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    stage = await startWebexStage(database.url);
  });
  afterEach(() => stage.end());

  const messageOf = (externalId: string): Promise<Message | undefined> =>
    stage.service
      .get<List<Message>>(
        `/v1/messages?connectionId=${stage.connection.id}&externalId=${encodeURIComponent(externalId)}`,
      )
      .then((page) => page.items[0]);
  const jobs = (): Promise<List<{ state: string; lastReason: string | null; id: string }>> =>
    stage.service.get(`/v1/jobs?connectionId=${stage.connection.id}`);
  const noJobs = (): Promise<unknown> => eventually(jobs, (page) => page.items.length === 0);

  it('are completed: messages with text and author, rooms with title, members with names', async () => {
    const posted = stage.room.post(stage.bob, { markdown: 'Quote **Q-118** is out' });
    const message = await eventually(
      () => messageOf(posted.id),
      (found) => hasText(found),
    );
    expect(message).toMatchObject({ content: 'Quote **Q-118** is out', contentType: 'text/markdown' });
    const space = await eventually(
      () => stage.service.get<{ title: string | null }>(`/v1/spaces/${message?.spaceId ?? ''}`),
      (found) => found.title !== null,
    );
    expect(space.title).toBe('Acme renewal');
    await noJobs();
    const members = await eventually(
      () =>
        stage.service.get<List<{ displayName: string; email: string }>>(`/v1/spaces/${message?.spaceId ?? ''}/members`),
      (page) => page.items.length === 3,
    );
    expect(members.items.map(({ displayName }) => displayName).sort()).toEqual(['Ann Ångström', 'Bob', 'Helper']);
    expect(members.items.map(({ email }) => email)).toContain('bob@example.com');
    expect((await messageOf(posted.id))?.author).toEqual({ externalId: stage.bob.id, displayName: 'Bob' });
  });

  it('tell of an edit that no webhook told, once the message is read again', async () => {
    stage.webex.failNext({ path: '/v1/messages/', status: 503, times: 1 });
    const posted = stage.room.post(stage.bob, 'ninety days');
    posted.edit('sixty days');
    const message = await eventually(
      () => messageOf(posted.id),
      (found) => hasText(found),
    );
    expect(message?.content).toBe('sixty days');
    expect(message?.editedAt).not.toBeNull();
  });

  it('of a deleted message leave a tombstone and its deletion', async () => {
    stage.webex.failNext({ path: '/v1/messages/', status: 503, times: 1 });
    const posted = stage.room.post(stage.bob, 'never mind');
    posted.delete();
    await noJobs();
    const message = await eventually(
      () => messageOf(posted.id),
      (found) => (found?.deletedAt ?? null) !== null,
    );
    expect(message?.content).toBeNull();
  });

  it.each([
    [404, 'gone'],
    [403, 'refused'],
  ])('answered %i for good become a recorded tombstone', async (status, reason) => {
    stage.webex.failNext({ path: '/v1/messages/', status, times: 100 });
    const posted = stage.room.post(stage.bob, 'not for you');
    const message = await eventually(
      () => messageOf(posted.id),
      (found) => (found?.unavailable ?? null) !== null,
      20_000,
    );
    expect(message).toMatchObject({ content: null, unavailable: reason });
    await noJobs();
  });

  it('wait as long as a 429 says, and its HTML page does no harm', async () => {
    stage.webex.failNext({ path: '/v1/messages/', status: 429, times: 2, retryAfterSeconds: 1, html: true });
    const started = performance.now();
    const posted = stage.room.post(stage.bob, 'slow down');
    const message = await eventually(
      () => messageOf(posted.id),
      (found) => hasText(found),
      20_000,
    );
    expect(message?.content).toBe('slow down');
    expect(performance.now() - started).toBeGreaterThan(1_000);
    expect(stage.webex.calls.count(`/v1/messages/${posted.id}`)).toBeLessThanOrEqual(4);
  });

  it('are read on after an answer that never came', async () => {
    stage.webex.failNext({ path: '/v1/messages/', hangMs: Number.POSITIVE_INFINITY, times: 1 });
    const posted = stage.room.post(stage.bob, 'are you there?');
    const message = await eventually(
      () => messageOf(posted.id),
      (found) => hasText(found),
      30_000,
    );
    expect(message?.content).toBe('are you there?');
  });

  it('wait for a new token where the old one is dead, and lose nothing', async () => {
    stage.webex.expireTokens();
    const posted = stage.room.post(stage.bob, 'while you were out');
    const parked = await eventually(jobs, (page) => page.items.some(({ state }) => state === 'parked'), 20_000);
    expect(parked.items.find(({ state }) => state === 'parked')?.lastReason).toBe('needs-authorization');
    expect(await messageOf(posted.id)).toMatchObject({ content: null, unavailable: null });
    const fresh = stage.token(stage.ann);
    await stage.service.call('PATCH', `/v1/connections/${stage.connection.id}`, {
      body: { secrets: { accessToken: fresh } },
    });
    const message = await eventually(
      () => messageOf(posted.id),
      (found) => hasText(found),
      20_000,
    );
    expect(message?.content).toBe('while you were out');
  });

  it('of a card submit bring what was typed into it', async () => {
    const card = { type: 'AdaptiveCard', version: '1.3', body: [{ type: 'Input.Text', id: 'days' }] };
    const posted = stage.room.post(stage.bot, {
      text: 'How many days?',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }],
    });
    posted.submit(stage.bob, { days: '30' });
    const page = await eventually(
      () =>
        stage.service.get<List<{ type: string; payload: object | null; author: { externalId: string } }>>(
          `/v1/annotations?connectionId=${stage.connection.id}`,
        ),
      (found) => found.items.some(({ payload }) => payload !== null),
    );
    expect(page.items).toHaveLength(1);
    expect(page.items[0]).toMatchObject({ payload: { days: '30' }, author: { externalId: stage.bob.id } });
  });

  it('are acknowledged at once while the API hangs', async () => {
    stage.webex.failNext({ path: '/v1/', hangMs: Number.POSITIVE_INFINITY, times: 10_000 });
    const posted = Array.from({ length: 100 }, (_, index) => stage.room.post(stage.bob, `message ${index}`));
    await stage.webex.settled({ timeoutMs: 20_000 });
    const toUs = stage.webex.deliveries.filter(({ resource }) => resource === 'messages');
    expect(toUs.map(({ status }) => status)).toEqual(posted.map(() => 200));
    const slowest = Math.max(...toUs.map(({ ms }) => ms));
    expect(slowest).toBeLessThan(3_000);
    const stored = await eventually(
      () => stage.service.get<List<Message>>(`/v1/messages?connectionId=${stage.connection.id}&limit=200`),
      (page) => page.items.length === 100,
    );
    expect(stored.items.every(({ content, unavailable }) => content === null && unavailable === null)).toBe(true);
  });

  it('show members who left and came back as members, and a migrated room as such', async () => {
    stage.room.remove(stage.bob, { by: stage.ann });
    stage.room.add(stage.bob, { by: stage.ann });
    stage.room.post(stage.bob, 'back again');
    await stage.webex.settled();
    await noJobs();
    const [space] = (
      await eventually(
        () => stage.service.get<List<{ id: string }>>(`/v1/spaces?connectionId=${stage.connection.id}`),
        (page) => page.items.length === 1,
      )
    ).items;
    const names = async (): Promise<string[]> =>
      (await stage.service.get<List<{ displayName: string }>>(`/v1/spaces/${space?.id ?? ''}/members`)).items.map(
        ({ displayName }) => displayName,
      );
    await eventually(names, (found) => found.length === 3);
    expect(await names()).toContain('Bob');
    stage.webhook(stage.ann, {
      name: 'migrated',
      resource: 'rooms',
      event: 'migrated',
      targetUrl: stage.connection.webhookUrl,
      secret: webexSecret,
    });
    stage.room.migrate({ by: stage.ann });
    const migrated = await eventually(
      () => stage.service.get<List<object>>(`/v1/events?type=space.migrated&connectionId=${stage.connection.id}`),
      (page) => page.items.length === 1,
    );
    expect(migrated.items).toHaveLength(1);
  });
});
