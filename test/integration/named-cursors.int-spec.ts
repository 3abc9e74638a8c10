import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { storeManyFacts } from '../setup/feed-facts.js';
import { adminKey, startTestService, type Answer, type TestService } from '../setup/service.js';

interface Cursor {
  readonly name: string;
  readonly cursor: string;
  readonly unread: number;
  readonly unreadIsMore: boolean;
  readonly oldestUnreadAgeSeconds: number | null;
  readonly movedBy: string;
}
interface Page {
  readonly items: readonly { readonly id: string; readonly cursor: string }[];
  readonly nextCursor: string;
  readonly after: string;
}

const spaceId = '01900000-0000-7000-8000-0000000000b0';
let database: TestDatabase;
let service: TestService;
let strangersKey: string;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
  await service.ready;
  strangersKey = (await service.app.get(ApiKeysService).create('another tenant', 'stranger', ['events:read'])).text;
  await storeManyFacts(database, { count: 1_500, spaceId });
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});

function put(name: string, cursor: unknown, expected?: unknown, credential?: string): Promise<Answer<Cursor>> {
  return service.call<Cursor>('PUT', `/v1/cursors/${name}`, {
    body: expected === undefined ? { cursor } : { cursor, expected },
    ...(credential === undefined ? {} : { credential }),
  });
}
const read = (name: string, limit = 50): Promise<Page> =>
  service.get<Page>(`/v1/events?cursorName=${name}&limit=${limit}`);

describe('a named cursor', () => {
  it('is made, read from, moved by what was read, and forgotten', async () => {
    expect((await put('crm', 'beginning', null)).status).toBe(200);
    const first = await read('crm', 2);
    expect((await put('crm', first.nextCursor, first.after)).body).toMatchObject({
      name: 'crm',
      cursor: first.nextCursor,
      movedBy: 'bootstrap',
    });
    const second = await read('crm', 2);
    expect(second.after).toBe(first.nextCursor);
    expect((await service.get<Page>('/v1/events?limit=4')).items).toEqual([...first.items, ...second.items]);
    expect((await service.call('DELETE', '/v1/cursors/crm')).status).toBe(204);
    for (const [method, path] of [
      ['GET', '/v1/cursors/crm'],
      ['DELETE', '/v1/cursors/crm'],
      ['GET', '/v1/events?cursorName=crm'],
    ] as const) {
      expect((await service.call(method, path)).status).toBe(404);
    }
    expect((await put('crm', first.nextCursor, first.after)).status).toBe(404);
  });

  it('is not set back by a second instance that has read the same', async () => {
    await put('two', 'beginning', null);
    const [page, same] = [await read('two', 2), await read('two', 2)];
    const farther = (await service.get<Page>(`/v1/events?limit=5&after=${page.nextCursor}`)).nextCursor;
    expect((await put('two', page.nextCursor, page.after)).status).toBe(200);
    expect((await put('two', farther, page.nextCursor)).status).toBe(200);
    const answer = await service.call<{ type: string; detail: string }>('PUT', '/v1/cursors/two', {
      body: { cursor: same.nextCursor, expected: same.after },
    });
    expect(answer).toMatchObject({ status: 409, body: { type: 'urn:liaison:problem:conflict' } });
    expect(answer.body.detail).toContain(farther);
  });

  it('takes a request again whose answer was lost', async () => {
    expect((await put('again', 'beginning', null)).status).toBe(200);
    expect((await put('again', 'beginning', null)).status).toBe(200);
    const page = await read('again', 3);
    for (let time = 0; time < 2; time++) expect((await put('again', page.nextCursor, page.after)).status).toBe(200);
    expect((await put('again', 'end', null)).status).toBe(409);
  });

  it('is moved by exactly one of many who try at the same time', async () => {
    await put('race', 'beginning', null);
    const { items, after } = await read('race', 20);
    const answers = await Promise.all(items.map((item) => put('race', item.cursor, after)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 409)]);
    const winner = items[answers.findIndex((answer) => answer.status === 200)];
    expect((await service.get<Cursor>('/v1/cursors/race')).cursor).toBe(winner?.cursor);
  });

  it('shows how far behind it is, without counting for ever', async () => {
    await put('late', 'beginning', null);
    const late = await service.get<Cursor>('/v1/cursors/late');
    expect(late).toMatchObject({ unread: 1_000, unreadIsMore: true });
    expect(late.oldestUnreadAgeSeconds).toBeGreaterThan(0);
    expect(late.oldestUnreadAgeSeconds).toBeLessThan(600);
    const near = (await service.get<Page>(`/v1/events?limit=1&after=${await nearEnd(200)}`)).nextCursor;
    expect((await put('late', near, late.cursor)).body).toMatchObject({ unread: 199, unreadIsMore: false });
    expect((await put('late', 'end', near)).body).toMatchObject({ unread: 0, oldestUnreadAgeSeconds: null });
  });

  /** The cursor behind which there are so many events. */
  async function nearEnd(count: number): Promise<string> {
    const [row] = await database.query<{ seq: string }>(
      `select seq from events where tenant_id = 'default' order by seq desc offset $1 limit 1`,
      [count],
    );
    return Buffer.from(JSON.stringify(['events', row?.seq])).toString('base64url');
  }

  it('is listed in the order of names, in pages', async () => {
    for (const name of ['B-2', 'a-1', 'a0', 'Z9']) await put(name, 'end', null);
    const names: string[] = [];
    let cursor = '';
    do {
      const page = await service.get<{ items: Cursor[]; nextCursor: string | null }>(`/v1/cursors?limit=3${cursor}`);
      names.push(...page.items.map((item) => item.name));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    expect(names).toEqual(names.toSorted());
    const others = ['["events","1"]', '["cursors","a b"]', '["cursors",1]'].map((text) =>
      Buffer.from(text).toString('base64url'),
    );
    for (const other of others) expect((await service.call('GET', `/v1/cursors?cursor=${other}`)).status).toBe(400);
    expect(names).toEqual(expect.arrayContaining(['B-2', 'Z9', 'a-1', 'a0']));
  });

  it("is its tenant's own", async () => {
    await put('shared', 'beginning', null);
    const credential = strangersKey;
    expect((await service.call('GET', '/v1/cursors/shared', { credential })).status).toBe(404);
    expect((await service.call('DELETE', '/v1/cursors/shared', { credential })).status).toBe(404);
    expect((await service.call('GET', '/v1/cursors', { credential })).body).toEqual({ items: [], nextCursor: null });
    const theirs = await put('shared', 'end', null, credential);
    expect(theirs).toMatchObject({ status: 200, body: { unread: 0 } });
    expect((await service.get<Cursor>('/v1/cursors/shared')).unread).toBe(1_000);
  });

  it('says in its Link where a page was read from, whatever the form of the page', async () => {
    await put('lines', 'beginning', null);
    const { after } = await read('lines', 2);
    const headers = { accept: 'application/x-ndjson' };
    const response = await fetch(`${service.url}/v1/events?cursorName=lines&limit=2`, {
      headers: { ...headers, authorization: `Bearer ${adminKey}` },
    });
    expect(response.headers.get('link')).toContain(`after=${after}>; rel="self"`);
  });

  it.each([
    ['a name that is none', 'a%2Fb', 'end', null],
    ['a name that begins with a hyphen', '-a', 'end', null],
    ['a name that is too long', 'a'.repeat(41), 'end', null],
    ['no expectation', 'crm', 'end', undefined],
    ['a number', 'crm', 7, null],
    ['a cursor of another list', 'crm', Buffer.from('["messages","1"]').toString('base64url'), null],
    ['a cursor beyond the end', 'crm', Buffer.from('["events","99999999"]').toString('base64url'), null],
    ['an expectation that is no cursor', 'crm', 'end', 'x'],
  ])('is refused with %s', async (_, name, cursor, expected) => {
    expect((await put(name, cursor, expected)).status).toBe(400);
  });

  it('is one of at most a thousand', async () => {
    await database.query(
      `insert into feed_cursors (tenant_id, name, position, moved_by)
       select 'another tenant', 'full ' || n, 0, 'test' from generate_series(1, 1000) n`,
    );
    expect(await put('one-more', 'end', null, strangersKey)).toMatchObject({ status: 409 });
  });
});
