import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';

interface Message {
  readonly id: string;
  readonly spaceId: string;
  readonly content: string | null;
  readonly deletedAt: string | null;
  readonly revision: number;
  readonly annotations: readonly { readonly type: string }[];
}
interface List<T> {
  readonly items: readonly T[];
}

/** A minute of the story, in the source's time. */
const at = (minute: number): string => new Date(Date.UTC(2018, 1, 27, 12) + minute * 60_000).toISOString();
const spaceName = 'Deal: Acme';

describe('looking back at a space', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;
  let messageId: string;
  let spaceId: string;
  /** A moment of our own clock after the story was learned and before the late fact was. */
  let beforeTheLateFact: string;

  const tell = async (minute: number, fact: object): Promise<void> => {
    const body = { spaceId: 'deal', spaceName, userId: 'ann', userName: 'Ann', time: Date.parse(at(minute)), ...fact };
    expect((await deliver(connection.webhookUrl, body)).status).toBe(200);
  };
  const settle = (): Promise<unknown> =>
    eventually(
      () => service.get<List<object>>('/v1/deliveries?status=waiting'),
      (page) => page.items.length === 0,
    );

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    connection = await connectWatson(service);
    await tell(1, { type: 'space-members-added', memberIds: ['ann', 'ben'] });
    await tell(2, { type: 'message-created', messageId: 'm', content: 'The offer is 100' });
    await tell(3, {
      type: 'message-annotation-added',
      messageId: 'm',
      annotationId: 'a',
      annotationType: 'message-focus',
      annotationPayload: '{}',
    });
    await tell(4, { type: 'reaction-added', objectId: 'm', objectType: 'MESSAGE', userId: 'ben', reaction: '👍' });
    await tell(5, { type: 'message-edited', messageId: 'm', content: 'The offer is 90' });
    await tell(6, { type: 'space-members-removed', memberIds: ['ben'] });
    await tell(7, { type: 'space-updated', spaceName: undefined, title: 'Won: Acme' });
    await tell(8, { type: 'message-deleted', messageId: 'm', spaceName: 'Won: Acme' });
    await settle();
    const [message] = (await service.get<List<Message>>('/v1/messages')).items;
    if (message === undefined) throw new Error('the story has a message');
    ({ id: messageId, spaceId } = message);
    beforeTheLateFact = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    // It was written when the offer stood, and reaches us after everything else.
    await tell(2.5, { type: 'message-created', messageId: 'late', content: 'Only until Friday' });
    await settle();
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const messageAt = (minute: number): Promise<Message> =>
    service.get<Message>(`/v1/messages/${messageId}?asOf=${at(minute)}`);
  const texts = async (query: string): Promise<(string | null)[]> =>
    (await service.get<List<Message>>(`/v1/spaces/${spaceId}/messages?order=asc&${query}`)).items.map(
      (message) => message.content,
    );
  const countOf = async (list: string, minute: number): Promise<number> =>
    (await service.get<List<object>>(`/v1/${list}?asOf=${at(minute)}`)).items.length;

  it('shows a message with the text that it had, also when it is deleted by now', async () => {
    expect(await messageAt(2)).toMatchObject({ content: 'The offer is 100', revision: 1, annotations: [] });
    expect(await messageAt(5)).toMatchObject({ content: 'The offer is 90', revision: 2, deletedAt: null });
    expect(await messageAt(8)).toMatchObject({ content: null, revision: 3, deletedAt: at(8) });
  });

  it('shows annotations and reactions until an edit and the deletion take them away', async () => {
    expect((await messageAt(4)).annotations).toMatchObject([{ type: 'message-focus' }]);
    expect((await messageAt(5)).annotations).toEqual([]);
    expect([await countOf('annotations', 2), await countOf('annotations', 3), await countOf('annotations', 5)]).toEqual(
      [0, 1, 0],
    );
    expect([await countOf('reactions', 3), await countOf('reactions', 7), await countOf('reactions', 8)]).toEqual([
      0, 1, 0,
    ]);
  });

  it('shows the title that a space had', async () => {
    expect(await service.get(`/v1/spaces/${spaceId}?asOf=${at(6)}`)).toMatchObject({ title: 'Deal: Acme' });
    expect(await service.get(`/v1/spaces/${spaceId}?asOf=${at(7)}`)).toMatchObject({ title: 'Won: Acme' });
    expect(await service.get(`/v1/spaces?asOf=${at(6)}`)).toMatchObject({ items: [{ title: 'Deal: Acme' }] });
  });

  it('shows who was a member', async () => {
    const members = async (minute: number): Promise<unknown> =>
      (await service.get<List<{ externalId: string }>>(`/v1/spaces/${spaceId}/members?asOf=${at(minute)}`)).items
        .map((member) => member.externalId)
        .toSorted();
    expect(await members(5)).toEqual(['ann', 'ben']);
    expect(await members(6)).toEqual(['ann']);
  });

  it('shows a late fact where it happened, and not to those who ask what was known before it came', async () => {
    expect(await texts(`asOf=${at(3)}`)).toEqual(['The offer is 100', 'Only until Friday']);
    expect(await texts(`asOf=${at(3)}&knownAt=${beforeTheLateFact}`)).toEqual(['The offer is 100']);
    expect(await texts(`knownAt=${beforeTheLateFact}`)).toEqual([null]);
    expect(await texts('')).toEqual([null, 'Only until Friday']);
  });

  it.each([
    ['a message before it was written', () => `messages/${messageId}?asOf=${at(1)}`],
    ['a message before we knew of anything', () => `messages/${messageId}?knownAt=${at(8)}`],
    ['a space before anything happened in it', () => `spaces/${spaceId}?asOf=${at(0)}`],
    ['the members of such a space', () => `spaces/${spaceId}/members?asOf=${at(0)}`],
    ['the messages of such a space', () => `spaces/${spaceId}/messages?asOf=${at(0)}`],
  ])('answers 404 for %s', async (_what, path) => {
    expect(await service.call('GET', `/v1/${path()}`)).toMatchObject({ status: 404, body: { title: 'Not Found' } });
  });

  it('shows another tenant nothing, at any time', async () => {
    const { text: credential } = await service.app.get(ApiKeysService).create('other', 'key', ['events:read']);
    const read = (path: string): Promise<{ status: number; body: unknown }> =>
      service.call('GET', `/v1/${path}?asOf=${at(3)}`, { credential });
    for (const list of ['spaces', 'messages', 'annotations', 'reactions']) {
      expect(await read(list)).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
    }
    for (const path of [
      `messages/${messageId}`,
      ...['', '/members', '/messages'].map((p) => `spaces/${spaceId}${p}`),
    ]) {
      expect(await read(path)).toMatchObject({ status: 404 });
    }
  });

  it.each([
    ['a time that does not exist', 'messages?asOf=2018-02-30T00:00:00Z', '/asOf'],
    ['no time', 'spaces?knownAt=yesterday', '/knownAt'],
    ['words to search for', `messages?q=offer&asOf=${at(3)}`, '/q'],
  ])('answers 400 that names the place for %s', async (_what, path, pointer) => {
    const answer = await service.call('GET', `/v1/${path}`);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it('is documented for every reading that can look back, and for no other', async () => {
    const { paths } = await service.get<{
      paths: Record<string, { get?: { parameters?: { name: string; schema?: { example?: string } }[] } }>;
    }>('/openapi.json');
    const lookBack = Object.entries(paths).filter(([, { get }]) =>
      ['asOf', 'knownAt'].every((name) =>
        get?.parameters?.some((p) => p.name === name && p.schema?.example !== undefined),
      ),
    );
    expect(lookBack.map(([path]) => path).toSorted()).toEqual([
      '/v1/annotations',
      '/v1/messages',
      '/v1/messages/{id}',
      '/v1/reactions',
      '/v1/spaces',
      '/v1/spaces/{id}',
      '/v1/spaces/{id}/members',
      '/v1/spaces/{id}/messages',
    ]);
  });
});
