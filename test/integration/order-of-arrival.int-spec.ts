import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { rowsOf } from '../../src/database/rows.js';
import { inTransaction, type Tx } from '../../src/database/transaction.js';
import { EventLog } from '../../src/events/event-log.js';
import { type LiaisonEvent } from '../../src/events/event.js';
import { DeliveryTranslator } from '../../src/lanes/delivery-translator.js';
import { Rebuild } from '../../src/lanes/rebuild.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startTestService, type TestService } from '../setup/service.js';

const tables = ['spaces', 'members', 'messages', 'annotations', 'reactions'];
const histories = 100;

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const maybe = <T>(...values: readonly T[]): fc.Arbitrary<T | undefined> => oneOf<T | undefined>(undefined, ...values);

// Bodies as the platform sends them; members that are undefined are not sent. Few ids and few milliseconds: they meet.
const body = fc.record({
  type: oneOf(
    ...['message-created', 'message-edited', 'message-deleted', 'reaction-added', 'reaction_removed'],
    ...['message-annotation-added', 'message-annotation-edited', 'message-annotation-removed'],
    ...['space-members-added', 'space-members-removed', 'space-updated', 'space-deleted'],
  ),
  time: fc.integer({ min: 1_519_758_289_517, max: 1_519_758_289_522 }),
  spaceId: oneOf('58822220e4b0192475567c93', 'room'),
  spaceName: maybe('Deal room', 'Deal \u0000room'),
  messageId: oneOf('5a95abd1e4b01e6e9ce0cee1', '5a95abd1e4b01e6e9ce0cee2'),
  objectId: oneOf('5a95abd1e4b01e6e9ce0cee1', '5a95abd1e4b01e6e9ce0cee2'),
  userId: oneOf('ann', 'ben'),
  userName: maybe('Ann', 'Ben', 'None'),
  content: maybe('', 'hello', 'good bye'),
  contentType: maybe('text/html', 'text/markdown'),
  conversationId: maybe('58822220e4b0192475567c93'),
  annotationId: maybe('a1', 'a2'),
  annotationType: maybe('generic', 'GENERIC', 'message-focus'),
  annotationPayload: maybe<unknown>('{"text":"from the app","a":1e400}', '{"b":0,"aa":[]}', 'no json', {
    text: 'object',
  }),
  reaction: oneOf('👍', '👎'),
  memberIds: oneOf(['ann'], ['ben', 'cas'], ['ann', 'ann']),
  title: maybe('Won', 'Lost'),
  allowGuests: maybe<unknown>('true', false),
  // Postgres keeps the members of an object in an order of its own.
  spaceProperties: maybe<unknown>({ p: { aa: 0, b: 1 } }, { p: { b: 1, aa: 0 } }, { p: { ab: 0 } }, { p: 1, q: null }),
});
const history = fc.array(fc.record({ body, turn: fc.nat(1_000_000), batch: fc.integer({ min: 1, max: 8 }) }), {
  minLength: 2,
  maxLength: 25,
  size: 'max',
});

describe('the order in which deliveries arrive', () => {
  let database: TestDatabase;
  let service: TestService;
  let dataSource: DataSource;
  let log: EventLog;
  let seq = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
    await service.ready;
    dataSource = service.app.get(DataSource);
    log = service.app.get(EventLog);
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  /** The facts of a body that is delivered on that connection. */
  function eventsOf(content: unknown, connectionId: string): readonly LiaisonEvent[] {
    const bytes = Buffer.from(JSON.stringify(content));
    const translated = service.app.get(DeliveryTranslator).translate({
      seq: String((seq += 1)),
      id: uuidV7(),
      laneId: '1',
      tenantId: 'default',
      connectionId,
      platform: 'watson-work',
      receivedAt: new Date(),
      sourceTime: new Date(),
      scheme: 'hmac-sha256',
      headers: {},
      body: bytes,
      size: bytes.length,
    });
    // A removal of an annotation that the body does not name is a dead letter and says nothing.
    return translated.kind === 'facts' ? translated.events : [];
  }

  async function rowsOfConnection(connectionId: string, tx: Tx | DataSource): Promise<unknown[]> {
    const lists: unknown[] = [];
    for (const table of tables) {
      lists.push(await rowsOf(tx, `select * from ${table} where connection_id = $1 order by id`, [connectionId]));
    }
    return lists;
  }

  /** What the events leave behind when they come in this order; taken back at the end. */
  async function resultOf(events: readonly LiaisonEvent[], connectionId: string): Promise<unknown[]> {
    const undone = new Error('undone');
    let rows: unknown[] = [];
    await inTransaction(dataSource, async (tx) => {
      await log.append(events, tx);
      rows = await rowsOfConnection(connectionId, tx);
      throw undone;
    }).catch((error: unknown) => {
      if (error !== undone) throw error;
    });
    return rows;
  }

  it(
    `leaves the same rows in ${histories} histories, appended in any order and in any batches`,
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(history, async (deliveries) => {
          const connectionId = uuidV7();
          const arrivals = deliveries.map((delivery) => ({
            ...delivery,
            events: eventsOf(delivery.body, connectionId),
          }));
          const inOrder = arrivals.toSorted((a, b) => a.body.time - b.body.time);
          const expected = await resultOf(
            inOrder.flatMap((arrived) => arrived.events),
            connectionId,
          );
          const shuffled = arrivals.toSorted((a, b) => a.turn - b.turn);
          while (shuffled.length > 0) {
            const batch = shuffled.splice(0, shuffled[0]?.batch);
            await inTransaction(dataSource, (tx) =>
              log.append(
                batch.flatMap((arrived) => arrived.events),
                tx,
              ),
            );
          }
          expect(await rowsOfConnection(connectionId, dataSource)).toEqual(expected);
        }),
        { numRuns: histories },
      );
    },
  );

  it('makes the same rows again from the log, row for row', { timeout: 60_000 }, async () => {
    const report = await service.app.get(Rebuild).verify();
    expect(report).toMatchObject({ equal: true });
    expect(report.events).toBeGreaterThan(histories);
    const told = report.tables.filter(({ table }) => !['conversations', 'authorizations'].includes(table));
    for (const table of told) expect(table.rows).toBeGreaterThan(10);
  });

  it('makes the same rows again where an object was told with its members in another order', async () => {
    const connectionId = uuidV7();
    const update = (properties: object): readonly LiaisonEvent[] =>
      eventsOf(
        { type: 'space-updated', time: 1_519_758_289_517, spaceId: 's', spaceProperties: properties },
        connectionId,
      );
    const events = [...update({ p: { aa: 0, b: 1 } }), ...update({ p: { ab: 0 } })];
    await inTransaction(dataSource, (tx) => log.append(events, tx));
    expect(await service.app.get(Rebuild).verify()).toMatchObject({ equal: true });
  });

  it('finds a row that was changed behind its back, and repairs it', async () => {
    await database.query(
      `update members set display_name = 'Mallory' where id = (select min(id::text)::uuid from members)`,
    );
    const report = await service.app.get(Rebuild).verify();
    expect(report.equal).toBe(false);
    expect(report.tables).toContainEqual(expect.objectContaining({ table: 'members', onlyLive: 1, onlyRebuilt: 1 }));
    await service.app.get(Rebuild).replace();
    expect(await service.app.get(Rebuild).verify()).toMatchObject({ equal: true });
  });
});
