import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventTypes } from '../../src/events/event-map.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { storeManyFacts } from '../setup/feed-facts.js';
import { adminKey, startTestService, type TestService } from '../setup/service.js';

interface Item {
  readonly id: string;
  readonly cursor: string;
  readonly type: string;
}
interface Page {
  readonly items: readonly Item[];
  readonly nextCursor: string;
  readonly atEnd: boolean;
  readonly after: string;
}

const busySpace = '01900000-0000-7000-8000-0000000000b0';
const quietSpace = '01900000-0000-7000-8000-0000000000c0';
const quietConnection = '01900000-0000-7000-8000-0000000000d0';
const busy = 6_000;

let database: TestDatabase;
let service: TestService;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
  await service.ready;
  const quiet = { count: 1, spaceId: quietSpace, connectionId: quietConnection, type: 'space.deleted' };
  await storeManyFacts(database, quiet);
  await storeManyFacts(database, { count: busy, spaceId: busySpace });
  await storeManyFacts(database, quiet);
  await storeManyFacts(database, { count: 3_000, spaceId: busySpace, tenantId: 'another tenant' });
  await storeManyFacts(database, { count: busy, spaceId: busySpace });
  await storeManyFacts(database, quiet);
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});

const read = (query: string): Promise<Page> => service.get<Page>(`/v1/events?${query}`);

/** Reads until the end of the feed; answers every page. */
async function readAll(query: string, from = 'beginning'): Promise<Page[]> {
  const pages: Page[] = [];
  for (let after = from; pages.at(-1)?.atEnd !== true; after = pages.at(-1)?.nextCursor ?? '') {
    pages.push(await read(`limit=200&${query}&after=${after}`));
  }
  return pages;
}
const stored = (condition: string): Promise<{ id: string }[]> =>
  database.query<{ id: string }>(`select id from events where tenant_id = 'default' and ${condition} order by seq`);
const idsOf = (pages: readonly Page[]): string[] => pages.flatMap((page) => page.items.map((item) => item.id));

describe('a page of the change feed', () => {
  it('begins at the beginning, or where the words or a cursor say', async () => {
    const [beginning, first, end] = [
      await read('limit=2'),
      await read('limit=2&after=beginning'),
      await read('after=end'),
    ];
    expect(first).toEqual(beginning);
    expect(end).toMatchObject({ items: [], atEnd: true });
    expect((await read(`limit=1&after=${first.items[0]?.cursor ?? ''}`)).items).toEqual(first.items.slice(1));
    expect(end.nextCursor).toBe(end.after);
  });

  it('says where it begins, so that it can be read again', async () => {
    const page = await read('limit=3&after=beginning');
    expect((await read(`limit=3&after=${page.after}`)).items).toEqual(page.items);
  });

  it('is refused behind the end, where there was nothing yet that a cursor could name', async () => {
    const [row] = await database.query<{ last: string }>('select max(seq) as last from events');
    const cursor = (seq: bigint): string => Buffer.from(JSON.stringify(['events', String(seq)])).toString('base64url');
    const last = BigInt(row?.last ?? 0);
    expect((await read(`after=${cursor(last)}`)).items).toEqual([]);
    const answer = await service.call<{ detail: string }>('GET', `/v1/events?after=${cursor(last + 1n)}`);
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining('beyond the end of the feed')]);
  });

  it.each([
    ['type=space.deleted', `type = 'space.deleted'`],
    [`connectionId=${quietConnection}`, `connection_id = '${quietConnection}'`],
    [`type=space.deleted&connectionId=${quietConnection}`, `type = 'space.deleted'`],
  ])('with %s looks at so many events at a time and goes on behind them, matching or not', async (query, condition) => {
    const pages = await readAll(query);
    expect(idsOf(pages)).toEqual((await stored(condition)).map((row) => row.id));
    expect(idsOf(pages)).toHaveLength(3);
    // 12,003 of the tenant, 5,000 at a time; those of others are not looked at.
    expect(pages.map((page) => page.atEnd)).toEqual([false, false, true]);
    const again = await readAll(query, pages.at(-1)?.nextCursor);
    expect(again.map((page) => page.items.length)).toEqual([0]);
  });

  it('of one space needs to look at nothing else', async () => {
    const pages = await readAll(`spaceId=${quietSpace.toUpperCase()}`);
    expect(pages).toHaveLength(1);
    expect(idsOf(pages)).toEqual((await stored(`space_id = '${quietSpace}'`)).map((row) => row.id));
    expect((await read(`spaceId=${quietSpace}&type=space.deleted`)).items).toHaveLength(3);
  });

  it('of one space reads an index of that space alone', async () => {
    await database.query('analyze events');
    const plan = await database.query<{ 'QUERY PLAN': string }>(
      `explain (analyze) select * from events where tenant_id = 'default' and seq > 0 and space_id = '${quietSpace}'
       order by seq limit 200`,
    );
    const text = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toContain('_space_id_seq_idx');
    expect(text).not.toContain('Rows Removed');
  });

  it('takes several types, in one parameter or in two', async () => {
    const both = await read('type=space.deleted,space.updated&limit=2');
    expect(both.items.map((item) => item.type)).toEqual(['space.deleted', 'space.updated']);
    expect((await read('type=space.deleted&type=space.updated&limit=2')).items).toEqual(both.items);
    expect((await read(`type=${eventTypes.join(',')}&limit=2`)).items).toEqual(both.items);
  });
});

describe('a page in another form', () => {
  const inForm = async (accept: string | undefined, query = 'limit=3&spaceId=' + quietSpace): Promise<Response> => {
    const response = await fetch(`${service.url}/v1/events?${query}`, {
      headers: { authorization: `Bearer ${adminKey}`, ...(accept === undefined ? {} : { accept }) },
    });
    expect(response.status).toBe(200);
    return response;
  };

  it('is a line of JSON for each event where application/x-ndjson is asked for', async () => {
    const response = await inForm('application/x-ndjson');
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const lines = (await response.text()).split('\n');
    expect(lines.pop()).toBe('');
    const { items } = await read(`limit=3&spaceId=${quietSpace}`);
    expect(lines.map((line) => JSON.parse(line) as Item)).toEqual(items);
  });

  it('is a list of CloudEvents where application/cloudevents-batch+json is asked for', async () => {
    const response = await inForm('application/cloudevents-batch+json, application/json;q=0.5');
    expect(response.headers.get('content-type')).toBe('application/cloudevents-batch+json; charset=utf-8');
    const { items } = await read(`limit=3&spaceId=${quietSpace}`);
    expect(await response.json()).toMatchObject(
      items.map(({ id, cursor, type }) => ({ specversion: '1.0', id, cursor, type: `liaison.${type}` })),
    );
  });

  it.each([undefined, '*/*', 'application/json'])('is JSON for those who accept %s', async (accept) => {
    const response = await inForm(accept);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('vary')).toContain('accept');
  });

  it.each(['application/json', 'application/x-ndjson', 'application/cloudevents-batch+json'])(
    'has where it begins and where to go on in its Link, which keeps the query: %s',
    async (accept) => {
      const query = `limit=2&type=space.deleted,space.updated&spaceId=${quietSpace}&cursor=`;
      const { items } = await read(`limit=3&spaceId=${quietSpace}`);
      const response = await inForm(accept, query + (items[0]?.cursor ?? ''));
      const link = response.headers.get('link') ?? '';
      const [, self = ''] = /<([^>]*)>; rel="self"/.exec(link) ?? [];
      const [, next = ''] = /<([^>]*)>; rel="next"/.exec(link) ?? [];
      expect(response.headers.get('liaison-at-end')).toBe('false');
      const follow = async (address: string): Promise<Page> => service.get<Page>(`/v1/events${address}`);
      expect((await follow(self)).items.map((item) => item.id)).toEqual(items.slice(1).map((item) => item.id));
      expect(await follow(next)).toMatchObject({ items: [], atEnd: true });
    },
  );

  it('is empty where there is nothing', async () => {
    expect(await (await inForm('application/x-ndjson', 'after=end')).text()).toBe('');
    expect(await (await inForm('application/cloudevents-batch+json', 'after=end')).json()).toEqual([]);
  });
});
