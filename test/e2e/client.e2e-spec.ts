import { createClient, LiaisonProblem, unwrap, type LiaisonEvent, type Message } from '@liaison/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { adminKey, eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';

const space = '58822220e4b0192475567c93';
const total = 23;

describe('the client', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;
  let said = 0;

  const say = async (): Promise<void> => {
    said += 1;
    const time = 1527789850554 + said * 1_000;
    const message = { spaceId: space, messageId: `m${said}`, userId: 'ann', content: `message ${said}`, time };
    await deliver(connection.webhookUrl, { type: 'message-created', ...message });
  };
  const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
    const all: Item[] = [];
    for await (const item of items) all.push(item);
    return all;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    connection = await connectWatson(service);
    while (said < total) await say();
    await deliver(connection.webhookUrl, {
      type: 'space-members-added',
      spaceId: space,
      memberIds: ['ann', 'bob'],
      time: 1,
    });
    await eventually(
      () => service.get<{ items: object[] }>('/v1/deliveries?status=waiting'),
      ({ items }) => items.length === 0,
    );
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  describe('iterates over a list', () => {
    it('from its first item to its last, page after page', async () => {
      const messages: Message[] = await collect(service.client.messages({ order: 'asc', limit: 4 }));
      expect(messages.map(({ externalId }) => externalId)).toEqual(
        Array.from({ length: total }, (_, index) => `m${index + 1}`),
      );
    });

    it('and asks for no more pages than are used', async () => {
      const asked: string[] = [];
      const client = createClient({
        url: service.url,
        apiKey: adminKey,
        fetch: (request) => {
          asked.push(request.url);
          return fetch(request);
        },
      });
      for await (const { externalId } of client.messages({ order: 'asc', limit: 5 })) if (externalId === 'm7') break;
      expect(asked).toHaveLength(2);
    });

    it('of any kind, also of what belongs to one thing', async () => {
      const [shown] = await collect(service.client.spaces({ externalId: space }));
      const members = await collect(service.client.list('/v1/spaces/{id}/members', { path: { id: shown?.id ?? '' } }));
      expect(members.map(({ externalId }) => externalId).sort()).toEqual(['ann', 'bob']);
      const connections = await collect(service.client.list('/v1/connections'));
      expect(connections.map(({ id }) => id)).toEqual([connection.id]);
    });

    it('and throws the problem of a refused page', async () => {
      const refused = collect(service.client.messages({ spaceId: 'no id' }));
      await expect(refused).rejects.toMatchObject({
        name: 'LiaisonProblem',
        code: 'invalid-input',
        status: 400,
        problem: { errors: [{ pointer: '/spaceId' }] },
      });
    });
  });

  describe('unwraps', () => {
    it('the data of an answer', async () => {
      const found = await unwrap(
        service.client.GET('/v1/connections/{id}', { params: { path: { id: connection.id } } }),
      );
      expect(found.name).toBe('Test app');
    });

    it('an answer without a body to nothing', async () => {
      const made = await unwrap(
        service.client.POST('/v1/connections', {
          body: { platform: 'watson-work', name: 'Short-lived', settings: { appId: 'x' }, secrets: {} },
        }),
      );
      await expect(
        unwrap(service.client.DELETE('/v1/connections/{id}', { params: { path: { id: made.id } } })),
      ).resolves.toBeUndefined();
    });

    it('a refusal to the problem that the service told of', async () => {
      const path = { id: '0199d8a0-7c1e-7000-8000-000000000001' };
      const refused = unwrap(service.client.GET('/v1/messages/{id}', { params: { path } }));
      await expect(refused).rejects.toBeInstanceOf(LiaisonProblem);
      await expect(refused).rejects.toMatchObject({
        code: 'not-found',
        message: 'There is no such message.',
        isTransient: false,
      });
    });

    it('an answer of somebody else to a problem without an explanation', async () => {
      const client = createClient({
        url: service.url,
        apiKey: adminKey,
        fetch: () => Promise.resolve(new Response('<html>', { status: 504, headers: { 'retry-after': '7' } })),
      });
      await expect(unwrap(client.GET('/v1/connections'))).rejects.toMatchObject({
        code: 'unknown',
        status: 504,
        isTransient: true,
        retryAfterSeconds: 7,
      });
    });

    it('with a credential that is asked for before every request', async () => {
      const keys = ['wrong', adminKey];
      const client = createClient({ url: `${service.url}/`, apiKey: () => Promise.resolve(keys.shift() ?? '') });
      await expect(unwrap(client.GET('/v1/connections'))).rejects.toMatchObject({ code: 'not-authenticated' });
      expect((await unwrap(client.GET('/v1/connections'))).items).toHaveLength(1);
    });
  });

  describe('follows the change feed', () => {
    const type: LiaisonEvent['type'][] = ['message.created'];
    const contentOf = ({ data }: LiaisonEvent): unknown => data['content'];

    it('from its beginning, and goes on with what comes', async () => {
      const end = new AbortController();
      const seen: unknown[] = [];
      const before = said;
      for await (const event of service.client.follow({ type }, { signal: end.signal })) {
        seen.push(contentOf(event));
        if (seen.length === before) await say();
        if (seen.length === before + 1) end.abort();
      }
      expect(seen).toEqual(Array.from({ length: before + 1 }, (_, index) => `message ${index + 1}`));
    });

    it('from the cursor of the last event that was dealt with', async () => {
      const seen: unknown[] = [];
      let after: string | undefined;
      while (seen.length < said) {
        // Begins anew after every third event, as a process does that crashes all the time.
        let left = 3;
        for await (const event of service.client.follow({ type, ...(after !== undefined && { after }) })) {
          seen.push(contentOf(event));
          after = event.cursor;
          left -= 1;
          if (left === 0 || seen.length === said) break;
        }
      }
      expect(seen).toEqual(Array.from({ length: said }, (_, index) => `message ${index + 1}`));
    });

    it('through a service that is away and one that has no time, without missing or repeating', async () => {
      const failures = [
        () => Promise.reject(new TypeError('fetch failed')),
        () => Promise.resolve(new Response('{}', { status: 503, headers: { 'retry-after': '0' } })),
        () => Promise.resolve(new Response('', { status: 429, headers: { 'retry-after': '0' } })),
      ];
      let calls = 0;
      const client = createClient({
        url: service.url,
        apiKey: adminKey,
        fetch: (request) => {
          calls += 1;
          const fail = calls % 2 === 0 ? undefined : failures[Math.floor(calls / 2) % failures.length];
          return fail === undefined ? fetch(request) : fail();
        },
      });
      const seen: unknown[] = [];
      for await (const event of client.follow({ type })) {
        seen.push(contentOf(event));
        if (seen.length === said) {
          await say();
          await say();
        }
        if (seen.length === total + 6) break;
        if (seen.length > total + 6) throw new Error('too many');
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(calls).toBeGreaterThan(3);
    });

    it('no further than a key that is refused', async () => {
      const client = createClient({ url: service.url, apiKey: 'wrong' });
      await expect(collect(client.follow())).rejects.toMatchObject({ code: 'not-authenticated', status: 401 });
    });

    it('not at all once it is told to end, also while it waits', async () => {
      const end = new AbortController();
      const events = collect(service.client.follow({ after: await lastCursor() }, { signal: end.signal }));
      setTimeout(() => {
        end.abort();
      }, 50);
      expect(await events).toEqual([]);
      expect(await collect(service.client.follow({}, { signal: end.signal }))).toEqual([]);
    });

    async function lastCursor(): Promise<string> {
      const { nextCursor } = await unwrap(service.client.GET('/v1/events', { params: { query: { limit: 200 } } }));
      return nextCursor;
    }
  });
});
