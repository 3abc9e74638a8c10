import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { inTransaction } from '../../src/database/transaction.js';
import { markVerified } from '../../src/deliveries/delivery.js';
import { DeliveryLog } from '../../src/deliveries/delivery-log.js';
import { EventLog } from '../../src/events/event-log.js';
import { recordFacts, type Fact, type LiaisonEvent } from '../../src/events/event.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startTestService, type TestService } from '../setup/service.js';

interface Row {
  readonly id: string;
  readonly externalId?: string;
}
interface Page {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
}

const connectionId = uuidV7();
const start = Date.UTC(2018, 1, 27);
const room = 'room';

describe('a walk through pages while rows arrive', () => {
  let database: TestDatabase;
  let service: TestService;
  let roomId: string;
  let firstMessageId: string;
  let rounds = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
    await service.ready;
    for (let round = 0; round < 8; round++) await arrive();
    const [message] = (await service.get<Page>('/v1/messages?order=asc&externalId=m0&limit=1')).items;
    const [space] = (await service.get<Page>(`/v1/spaces?externalId=${room}`)).items;
    firstMessageId = message?.id ?? '';
    roomId = space?.id ?? '';
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  /** More of everything, some of it older than what is there, and five of each kind in one and the same millisecond. */
  async function arrive(): Promise<void> {
    rounds += 1;
    const at = new Date(start + (rounds % 2 === 0 ? rounds : -rounds) * 1_000);
    const facts = Array.from({ length: 5 }, (_, index): Fact[] => {
      const name = `${rounds}-${index}`;
      const common = { occurredAt: at, space: { externalId: room }, actor: { externalId: `user ${name}` } };
      const onMessage = { messageExternalId: rounds === 1 && index === 0 ? 'm0' : `m${name}` };
      return [
        { ...common, type: 'message.created', data: { ...onMessage, content: 'text' } },
        { ...common, type: 'annotation.added', data: { ...onMessage, annotationExternalId: `a${name}` } },
        { ...common, type: 'reaction.added', data: { messageExternalId: 'm0', reaction: `r${name}` } },
        { ...common, type: 'member.joined', data: { member: { externalId: `user ${name}` } } },
        { ...common, type: 'space.updated', space: { externalId: `space ${name}` }, data: { changes: {} } },
      ];
    });
    const deliveryId = uuidV7();
    const origin = { tenantId: 'default', connectionId, platform: 'watson-work', deliveryId };
    const events: readonly LiaisonEvent[] = recordFacts(
      facts.flat(),
      { ...origin, deliverySeq: String(rounds), learnedAt: new Date() },
      () => undefined,
    );
    const { app } = service;
    await inTransaction(app.get(DataSource), (tx) => app.get(EventLog).append(events, tx));
    for (let index = 0; index < 3; index++) {
      await app
        .get(DeliveryLog)
        .append(
          markVerified(
            { body: Buffer.from(`${rounds}-${index}`), headers: {}, query: '', receivedAt: new Date() },
            'hmac-sha256',
          ),
          {
            ...{ tenantId: 'default', connectionId, platform: 'watson-work', laneKey: room, sourceTimeMs: undefined },
            ...{ platformIndex: undefined, retryCount: undefined, keptHeaders: [] },
          },
        );
    }
  }

  /** Walks the list to its end; between two pages more arrives, ten times. */
  async function walk(path: string, limit: number, arrivals: number): Promise<string[]> {
    const ids: string[] = [];
    let cursor = '';
    for (let page = 0; ; page++) {
      const answer: Page = await service.get<Page>(`${path}limit=${limit}${cursor}`);
      ids.push(...answer.items.map((row) => row.id));
      expect(answer.items.length).toBeLessThanOrEqual(limit);
      if (answer.nextCursor === null || answer.items.length === 0) return ids;
      cursor = `&cursor=${answer.nextCursor}`;
      if (page < arrivals) await arrive();
    }
  }

  it.each([
    ['the change feed', () => '/v1/events?'],
    ['the history of a message', () => `/v1/messages/${firstMessageId}/history?`],
    ['messages, newest first', () => '/v1/messages?'],
    ['messages, oldest first', () => '/v1/messages?order=asc&'],
    ['messages of one space', () => `/v1/spaces/${roomId}/messages?`],
    ['annotations, newest first', () => '/v1/annotations?'],
    ['annotations, oldest first', () => '/v1/annotations?order=asc&'],
    ['reactions, newest first', () => '/v1/reactions?'],
    ['reactions, oldest first', () => '/v1/reactions?order=asc&'],
    ['spaces', () => '/v1/spaces?'],
    ['members', () => `/v1/spaces/${roomId}/members?`],
    ['deliveries', () => '/v1/deliveries?'],
    ['deliveries that wait', () => '/v1/deliveries?status=waiting&'],
  ])('shows each of %s once', { timeout: 60_000 }, async (_name, path) => {
    const before = await walk(path(), 200, 0);
    expect(before.length).toBeGreaterThan(30);
    const seen = await walk(path(), 7, 10);
    expect(new Set(seen).size).toBe(seen.length);
    expect(before.filter((id) => !seen.includes(id))).toEqual([]);
    const inPages = await walk(path(), 37, 0);
    expect(inPages).toEqual(await walk(path(), 200, 0));
  });

  it('shows messages of one millisecond in the same order either way', async () => {
    const descending = await walk('/v1/messages?', 9, 0);
    expect(await walk('/v1/messages?order=asc&', 9, 0)).toEqual(descending.toReversed());
  });
});
