import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { Dispatcher } from '../../src/lanes/dispatcher.js';
import { LaneWork } from '../../src/lanes/lane-work.js';
import { MessageSearch } from '../../src/messages/search/message-search.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';

interface Row {
  readonly externalId: string;
}
interface List {
  readonly items: readonly Row[];
}

const noon = Date.UTC(2018, 1, 27, 12);
const generic = (text: string): object => ({
  annotationType: 'generic',
  annotationPayload: JSON.stringify({ type: 'generic', title: 'Build', text }),
});

let database: TestDatabase;
let service: TestService;
let first: WatsonConnection;
let second: WatsonConnection;
const spaceIds = new Map<string, string>();

/** Delivers facts of one space, a minute apart. */
async function tell(connection: WatsonConnection, spaceId: string, facts: readonly object[]): Promise<void> {
  for (const [minute, fact] of facts.entries()) {
    const sent = await deliver(connection.webhookUrl, { spaceId, time: noon + minute * 60_000, ...fact });
    expect(sent.status).toBe(200);
  }
}

const said = (messageId: string, userId: string, content: string): object => ({
  ...{ type: 'message-created', messageId, userId, content },
});

beforeAll(async () => {
  database = await createTestDatabase();
  service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
  await service.ready;
  first = await connectWatson(service, { name: 'first' });
  second = await connectWatson(service, { name: 'second' });
  const added = { type: 'message-annotation-added', userId: 'app' };
  await tell(first, 'deals', [
    { ...said('m1', 'ann', 'The Quote is ready') },
    { ...said('m2', 'ben', 'Which quote, the big one?') },
    { ...said('m3', 'app', '') },
    { ...added, messageId: 'm3', annotationId: 'a1', ...generic('Deployment finished') },
    { ...added, messageId: 'm1', annotationId: 'a2', annotationType: 'message-focus', annotationPayload: '{}' },
    { type: 'reaction-added', userId: 'ben', objectId: 'm1', objectType: 'MESSAGE', reaction: '👍' },
    { type: 'reaction-added', userId: 'ann', objectId: 'm2', objectType: 'MESSAGE', reaction: '👎' },
    // What is gone again.
    { ...said('m4', 'app', '') },
    { ...added, messageId: 'm4', annotationId: 'a3', ...generic('withdrawn words') },
    { type: 'message-annotation-removed', userId: 'app', messageId: 'm4', annotationId: 'a3' },
    { ...said('m5', 'app', '') },
    { ...added, messageId: 'm5', annotationId: 'a4', ...generic('deleted words') },
    { type: 'message-deleted', messageId: 'm5' },
    { ...said('m6', 'app', '') },
    { ...added, messageId: 'm6', annotationId: 'a5', ...generic('replaced words') },
    { type: 'message-edited', messageId: 'm6', userId: 'app', content: 'new text' },
    { ...said('m7', 'ann', 'secret plan') },
    { type: 'message-deleted', messageId: 'm7' },
  ]);
  await tell(second, 'deals', [said('m1', 'ann', 'Another quote elsewhere')]);
  await tell(second, 'support', [said('m8', 'cas', 'nothing to see')]);
  while ((await service.app.get(Dispatcher).dispatch()) > 0);
  while ((await service.app.get(LaneWork).runOnce()) > 0);
  while ((await service.app.get(MessageSearch).follow()) > 0);
  const spaces = await database.query<{ id: string; key: string }>(
    `select id, connection_id || '/' || external_id as key from spaces`,
  );
  for (const { id, key } of spaces) spaceIds.set(key, id);
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});

async function find(path: string, filters: Readonly<Record<string, string>>): Promise<string[]> {
  const query = new URLSearchParams({ order: 'asc', ...filters }).toString();
  return (await service.get<List>(`/v1/${path}?${query}`)).items.map((row) => row.externalId);
}

describe('filters of lists', () => {
  it('take the messages of one connection', async () => {
    expect((await find('messages', { connectionId: second.id })).toSorted()).toEqual(['m1', 'm8']);
  });

  it('take the messages of one space, where another connection has a space of that name', async () => {
    expect(await find('messages', { spaceId: spaceIds.get(`${second.id}/deals`) ?? '' })).toEqual(['m1']);
  });

  it('take the messages of one author', async () => {
    expect(await find('messages', { authorId: 'ben' })).toEqual(['m2']);
  });

  it('take everything of one external id', async () => {
    expect(await find('messages', { externalId: 'm1', connectionId: first.id })).toEqual(['m1']);
    expect(await find('annotations', { externalId: 'a2' })).toEqual(['a2']);
    expect(await find('reactions', { externalId: 'm2/ann/👎' })).toEqual(['m2/ann/👎']);
  });

  it('take what was so from a time on and before another', async () => {
    const [at, next] = [new Date(noon + 60_000).toISOString(), new Date(noon + 120_000).toISOString()];
    expect(await find('messages', { connectionId: first.id, since: at, until: next })).toEqual(['m2']);
    expect(await find('messages', { connectionId: first.id, until: at })).toEqual(['m1']);
    expect(await find('annotations', { since: '2018-02-27T13:04:00+01:00' })).toEqual(['a2']);
  });

  it('take annotations of one type', async () => {
    expect(await find('annotations', { type: 'generic' })).toEqual(['a1']);
    expect(await find('annotations', { type: 'message-focus', authorId: 'app' })).toEqual(['a2']);
  });

  it('take reactions of one kind and of one user', async () => {
    expect(await find('reactions', { type: '👍' })).toEqual(['m1/ben/👍']);
    expect(await find('reactions', { authorId: 'ann' })).toEqual(['m2/ann/👎']);
  });

  it('take all of them together', async () => {
    const filters = { connectionId: first.id, authorId: 'ann', q: 'quote', until: new Date(noon + 1).toISOString() };
    expect(await find('messages', filters)).toEqual(['m1']);
    expect(await find('messages', { ...filters, authorId: 'ben' })).toEqual([]);
  });

  it('show another tenant nothing', async () => {
    const { text: credential } = await service.app.get(ApiKeysService).create('other', 'key', ['admin']);
    for (const list of ['messages', 'annotations', 'reactions', 'spaces', 'deliveries', 'events']) {
      const answer = await service.call<List>('GET', `/v1/${list}?connectionId=${first.id}`, { credential });
      expect(answer).toMatchObject({ status: 200, body: { items: [] } });
    }
    const words = await service.call<List>('GET', '/v1/messages?q=quote', { credential });
    expect(words.body.items).toEqual([]);
  });
});

describe('a search for words', () => {
  it('finds them in the text of messages, in any case and place', async () => {
    expect(await find('messages', { q: 'QUOTE' })).toEqual(['m1', 'm1', 'm2']);
    expect(await find('messages', { q: '"big one"' })).toEqual(['m2']);
    expect(await find('messages', { q: 'quote -big -elsewhere' })).toEqual(['m1']);
    expect(await find('messages', { q: 'quo' })).toEqual([]);
  });

  it('finds them in the text that an app put into a generic annotation', async () => {
    expect(await find('messages', { q: 'deployment' })).toEqual(['m3']);
  });

  it.each([
    ['an annotation that was removed', 'withdrawn'],
    ['a message that was deleted', 'secret'],
    ['an annotation of a message that was deleted', 'deleted'],
    ['an annotation that an edit has dropped', 'replaced'],
  ])('does not find them in %s', async (_what, word) => {
    expect(await find('messages', { q: word })).toEqual([]);
  });
});

describe('input that Postgres cannot take', () => {
  const cursorOf = (...parts: readonly string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
  it.each([
    ['a NUL in a search', `messages?q=%00`],
    ['a NUL in an author', `messages?authorId=a%00b`],
    ['a NUL in an external id', `spaces?externalId=%00`],
    ['a NUL in a type', `annotations?type=%00`],
    ['a day that is none', `messages?since=2018-02-31T00:00:00Z`],
    ['a year that is none', `deliveries?until=0000-01-01T00:00:00Z`],
    ['a cursor without a time', `messages?cursor=${cursorOf('messages', 'x', '01900000-0000-7000-8000-000000000001')}`],
    ['a cursor without an id', `messages?cursor=${cursorOf('messages', '2018-02-27T12:00:00.000Z', 'x')}`],
    ['a cursor of spaces without an id', `spaces?cursor=${cursorOf('spaces', 'x')}`],
    ['a cursor of another list', `spaces?cursor=${cursorOf('members', '01900000-0000-7000-8000-000000000001')}`],
    ['a cursor beyond all numbers', `events?after=${cursorOf('events', '99999999999999999999')}`],
  ])('is the fault of the caller: %s', async (_what, path) => {
    const answer = await service.call('GET', `/v1/${path}`);
    expect(answer.status).toBe(400);
  });
});
