import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillHistory } from '../../bench/reading/history.js';
import { Rebuild } from '../../src/lanes/rebuild.js';
import { MessageSearch } from '../../src/messages/search/message-search.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startTestService, type TestService } from '../setup/service.js';

// Enough that users and spaces come round again.
const messages = 6_000;

describe('the history that the reading benchmark writes by SQL', () => {
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    database = await createTestDatabase({ empty: true });
    await fillHistory(database.url, messages, () => undefined);
    service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
    await service.ready;
  }, 120_000);
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('has the very rows that the service folds from its events', { timeout: 120_000 }, async () => {
    const { tables } = await service.app.get(Rebuild).verify();
    expect(tables.filter(({ onlyLive, onlyRebuilt }) => onlyLive + onlyRebuilt > 0)).toEqual([]);
    const filled = tables.filter(({ rows }) => rows > 0).map(({ table }) => table);
    expect(filled.sort()).toEqual(['annotations', 'members', 'messages', 'reactions', 'spaces']);
  });

  it('has the very words that the service indexes', { timeout: 120_000 }, async () => {
    const search = service.app.get(MessageSearch);
    await database.query(`create temporary table written as table message_search`);
    await database.query(`truncate message_search`);
    await database.query(`update message_search_cursor set position = 0`);
    while ((await search.follow()) > 0);
    const different = await database.query(`
      (table message_search except table written) union all (table written except table message_search) limit 3`);
    expect(different).toEqual([]);
    expect(await database.query(`select count(*)::int as count from message_search`)).toEqual([
      { count: (messages * 49) / 50 },
    ]);
  });
});
