import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { storeLongHistory, type LongHistory } from '../setup/long-history.js';
import { startTestService, type TestService } from '../setup/service.js';

interface Page {
  readonly items: readonly object[];
  readonly nextCursor: string | null;
  readonly total?: { readonly count: number; readonly isExact: boolean };
}

describe('a list that is asked how many there are', () => {
  let database: TestDatabase;
  let service: TestService;
  let history: LongHistory;

  beforeAll(async () => {
    database = await createTestDatabase();
    // Half of them are in the one space.
    history = await storeLongHistory(database, 20_002);
    service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
    await service.ready;
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const page = (path: string): Promise<Page> => service.get<Page>(path);
  const inSpace = (path: string): string => path.replace('$', history.spaceId);

  it.each([
    ['/v1/spaces?count=true&limit=7', 101],
    ['/v1/spaces?count=true&externalId=3', 1],
    ['/v1/spaces/$/members?count=true', 200],
    ['/v1/messages?count=true&authorId=user7', 100],
    ['/v1/spaces/$/messages?count=true&authorId=user7', 0],
    ['/v1/spaces/$/messages?count=true&authorId=user8', 100],
    ['/v1/annotations?count=true', 5_001],
    ['/v1/reactions?count=true&limit=1&spaceId=$', 5_001],
  ])('counts those that fit its filters: %s has %i', async (path, count) => {
    expect((await page(inSpace(path))).total).toEqual({ count, isExact: true });
  });

  it('says the same on every page', async () => {
    const first = await page('/v1/spaces?count=true&limit=60');
    const second = await page(`/v1/spaces?count=true&limit=60&cursor=${first.nextCursor ?? ''}`);
    expect([first.items.length, second.items.length]).toEqual([60, 41]);
    expect(second.total).toEqual(first.total);
  });

  it.each(['/v1/messages?count=true&limit=1', '/v1/spaces/$/messages?count=true&order=asc'])(
    'counts no further than 10,000 and says that there are more: %s',
    async (path) => {
      expect((await page(inSpace(path))).total).toEqual({ count: 10_000, isExact: false });
    },
  );

  it.each(['/v1/messages', '/v1/messages?count=false', '/v1/spaces/$/members'])(
    'does not count unless it is asked: %s',
    async (path) => {
      expect(await page(inSpace(path))).not.toHaveProperty('total');
    },
  );

  it('keeps the total when only some fields are asked for', async () => {
    expect(await page('/v1/spaces?count=true&externalId=3&fields=title')).toEqual({
      items: [{ title: null }],
      nextCursor: null,
      total: { count: 1, isExact: true },
    });
  });

  it.each([
    '/v1/messages?q=words',
    '/v1/messages?asOf=2026-01-01T00:00:00Z',
    '/v1/annotations?knownAt=2026-01-01T00:00:00Z',
    '/v1/spaces?asOf=2026-01-01T00:00:00Z',
    '/v1/spaces/$/members?knownAt=2026-01-01T00:00:00Z',
  ])('refuses to count what would have to be looked at one by one: %s', async (path) => {
    const answer = await service.call('GET', `${inSpace(path)}&count=true`);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/count' }] } });
  });

  it('counts nothing of other tenants', async () => {
    await database.query(`update spaces set tenant_id = 'other' where external_id in ('1', '2')`);
    expect((await page('/v1/spaces?count=true')).total).toEqual({ count: 99, isExact: true });
  });
});
