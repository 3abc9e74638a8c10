import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { inTransaction } from '../../src/database/transaction.js';
import { type Fact } from '../../src/events/event.js';
import { MessageSearch } from '../../src/messages/search/message-search.js';
import { SearchLanguages } from '../../src/search/search-languages.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { indexAll, tell } from '../setup/facts.js';
import { storeManyMessages } from '../setup/many-messages.js';
import { startTestService, type TestService } from '../setup/service.js';

interface Tenant {
  readonly id: string;
  readonly searchLanguage: string;
  readonly searchIndex: { readonly state: string; readonly done: number; readonly total: number | null };
}

const connections = new Map<string, string>();
const start = Date.UTC(2018, 1, 27, 12);

let database: TestDatabase;
let service: TestService;
let credential: string;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
  await service.ready;
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});

async function asTenant(tenantId: string): Promise<void> {
  connections.set(tenantId, uuidV7());
  credential = (await service.app.get(ApiKeysService).create(tenantId, 'admin', ['admin'])).text;
}
const choose = async (searchLanguage: string): Promise<Tenant> =>
  (await service.call<Tenant>('PATCH', '/v1/tenant', { body: { searchLanguage }, credential })).body;
const look = async (): Promise<Tenant> => (await service.call<Tenant>('GET', '/v1/tenant', { credential })).body;
async function find(q: string): Promise<string[]> {
  const query = new URLSearchParams({ q, order: 'asc', limit: '200' }).toString();
  const answer = await service.call<{ items: { externalId: string }[] }>('GET', `/v1/messages?${query}`, {
    credential,
  });
  return answer.body.items.map(({ externalId }) => externalId);
}
const said = (tenantId: string, messageExternalId: string, content: string): Promise<void> => {
  const fact: Fact<'message.created'> = {
    type: 'message.created',
    occurredAt: new Date(start),
    space: { externalId: 'room' },
    data: { messageExternalId, content },
  };
  return tell(service, [fact], { connectionId: connections.get(tenantId) ?? '', tenantId });
};
const indexOf = (tenantId: string): Promise<object[]> =>
  database.query(
    `select message_id, language, words::text, marks::text, sort_at from message_search
     where tenant_id = $1 order by message_id`,
    [tenantId],
  );

describe('the search language of a tenant', () => {
  it('is simple until another one is chosen: words as they are', async () => {
    await asTenant('plain');
    expect(await look()).toMatchObject({
      id: 'plain',
      searchLanguage: 'simple',
      searchIndex: { state: 'ready', done: 0, total: null },
    });
    await said('plain', 'm1', 'running late');
    await indexAll(service);
    expect(await find('runs')).toEqual([]);
    expect(await find('running')).toEqual(['m1']);
  });

  it('decides which forms of a word are one', async () => {
    await asTenant('german');
    await choose('german');
    await said('german', 'm1', 'Die Häuser sind verkauft');
    await indexAll(service);
    expect(await find('haus')).toEqual(['m1']);
    expect(await find('häus*')).toEqual(['m1']);
    expect(await find('die')).toEqual([]);
    expect(await find('di*')).toEqual([]);
  });

  it('lets the beginning of a word be a word that is not indexed', async () => {
    await asTenant('english');
    await choose('english');
    await said('english', 'm1', 'The analysis of Ann');
    await indexAll(service);
    expect(await find('an*')).toEqual(['m1']);
    expect(await find('the')).toEqual([]);
  });

  it('must be one that the database knows', async () => {
    const answer = await service.call<{ errors: readonly { pointer: string; detail: string }[] }>(
      'PATCH',
      '/v1/tenant',
      { body: { searchLanguage: "english'); drop table events" } },
    );
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ pointer: '/searchLanguage' }]);
    expect(answer.body.errors[0]?.detail).toContain('german');
  });

  it('needs no index to be made again where it stays the same', async () => {
    await asTenant('same');
    expect(await choose('simple')).toMatchObject({ searchIndex: { state: 'ready' } });
    await choose('english');
    await indexAll(service);
    expect(await choose('english')).toMatchObject({ searchIndex: { state: 'ready' } });
  });

  it('can be a configuration of the operator, and counts as simple when that is gone', async () => {
    await asTenant('custom');
    await database.query(`create text search configuration public.folded (copy = pg_catalog.english)`);
    expect(await choose('folded')).toMatchObject({ searchLanguage: 'folded' });
    await said('custom', 'm1', 'she runs');
    await indexAll(service);
    expect(await find('running')).toEqual(['m1']);
    await database.query(`drop text search configuration public.folded`);
    await said('custom', 'm2', 'she runs again');
    await indexAll(service);
    expect(await find('runs')).toEqual(['m2']);
  });
});

describe('another search language', () => {
  it('shows how far the index has come, and finds everything all the while', async () => {
    await asTenant('moving');
    await storeManyMessages(database, 1_500, 'moving');
    await indexAll(service);
    const before = await find('seldom');
    expect(before).toHaveLength(15);
    await choose('english');
    const follower = service.app.get(MessageSearch);
    const seen: (number | null)[] = [];
    for (let steps = 0; steps < 10; steps++) {
      expect((await find('seldom')).toSorted()).toEqual(before.toSorted());
      await follower.follow();
      const { searchIndex } = await look();
      seen.push(searchIndex.done);
      if (searchIndex.state === 'ready') break;
      expect(searchIndex).toMatchObject({ state: 'reindexing', total: 1_500 });
    }
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual([...seen].toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    expect(await look()).toMatchObject({ searchIndex: { state: 'ready', done: 1_500, total: 1_500 } });
    expect((await find('halfs')).length).toBe(200);
  });

  it('ends with the index that a new one would be, though messages come and go and it is changed once more', async () => {
    await asTenant('busy');
    await storeManyMessages(database, 2_600, 'busy');
    // Without a word in English, so there is nothing to see of them until the language is another one.
    await database.query(`update messages set content = 'the' where tenant_id = 'busy' and external_id like 'm%00'`);
    const follower = service.app.get(MessageSearch);
    await indexAll(service);
    let isWriting = true;
    const following = async (): Promise<void> => {
      while (isWriting) await follower.follow();
    };
    const loops = [following(), following()];
    for (let round = 0; round < 60; round++) {
      await said('busy', `n${round}`, `Round ${round} of the talks`);
      if (round % 3 === 0) {
        const deletion: Fact<'message.deleted'> = {
          type: 'message.deleted',
          occurredAt: new Date(start + 1_000),
          space: { externalId: 'room' },
          data: { messageExternalId: `n${Math.floor(round / 2)}` },
        };
        await tell(service, [deletion], { connectionId: connections.get('busy') ?? '', tenantId: 'busy' });
      }
      if (round === 10) await service.app.get(SearchLanguages).choose('busy', 'english');
      if (round === 20) await service.app.get(SearchLanguages).choose('busy', 'german');
      if (round === 25) await service.app.get(SearchLanguages).choose('busy', 'simple');
    }
    isWriting = false;
    await Promise.all(loops);
    await indexAll(service);
    expect(await look()).toMatchObject({ searchLanguage: 'simple', searchIndex: { state: 'ready' } });
    const grown = await indexOf('busy');
    expect(grown.length).toBeGreaterThan(2_600);

    await database.query('truncate message_search');
    await inTransaction(service.app.get(DataSource), (tx) => follower.restart(tx));
    await indexAll(service);
    expect(await indexOf('busy')).toEqual(grown);
  });
});
