import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { inTransaction } from '../../src/database/transaction.js';
import { EventLog } from '../../src/events/event-log.js';
import { recordFacts, type Fact, type LiaisonEvent } from '../../src/events/event.js';
import { Rebuild } from '../../src/lanes/rebuild.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startTestService, type TestService } from '../setup/service.js';

describe('a rebuild while workers work', () => {
  let database: TestDatabase;
  let service: TestService;
  let rebuild: Rebuild;
  let seq = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
    await service.ready;
    rebuild = service.app.get(Rebuild);
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  /** Appends a title that the space had at that minute, and a message. */
  async function append(space: string, minute: number): Promise<void> {
    const common = {
      occurredAt: new Date(Date.UTC(2018, 1, 27, 0, minute)),
      space: { externalId: space, title: `t${minute}` },
    };
    const actor = { externalId: 'ann', displayName: `Ann ${minute}` };
    const said: Fact = {
      ...common,
      actor,
      type: 'message.created',
      data: { messageExternalId: `m${seq}`, content: '' },
    };
    const origin = {
      tenantId: 'default',
      connectionId: '01900000-0000-7000-8000-000000000001',
      platform: 'watson-work',
    };
    seq += 1;
    const events: LiaisonEvent[] = recordFacts(
      [said],
      { ...origin, deliveryId: uuidV7(), deliverySeq: String(seq), learnedAt: new Date() },
      () => undefined,
    );
    const { app } = service;
    await inTransaction(app.get(DataSource), (tx) => app.get(EventLog).append(events, tx));
  }

  it('finds its tables equal to the live ones at every moment', { timeout: 60_000 }, async () => {
    let working = true;
    const workers = [0, 1, 2].map(async (worker) => {
      for (let round = 0; working; round++) await append(`space ${worker}`, round % 60);
    });
    const reports = [];
    for (let round = 0; round < 8; round++) reports.push(await rebuild.verify());
    working = false;
    await Promise.all(workers);
    expect(reports.map((report) => report.equal)).toEqual(reports.map(() => true));
    expect(reports.at(-1)?.events).toBeGreaterThan(reports[0]?.events ?? Infinity);
  });

  it('changes nothing when it only compares', async () => {
    await append('compared', 1);
    const read = (): Promise<object[]> => database.query(`select xmin::text, * from spaces order by id`);
    const before = await read();
    await rebuild.verify();
    expect(await read()).toEqual(before);
  });

  it('repairs a row for good, although a worker is about to change that row', { timeout: 20_000 }, async () => {
    await append('repaired', 30);
    await database.query(`update spaces set title = 'wrong', fields = '{"title": {"at": 9e15, "value": "wrong"}}'
                          where external_id = 'repaired'`);
    // Time for the worker between the lock of the rebuild and its commit.
    await database.query(`
      create function takes_time() returns trigger language plpgsql as $$ begin perform pg_sleep(1); return null; end $$`);
    await database.query(
      `create trigger takes_time after delete on spaces for each statement execute function takes_time()`,
    );
    const replacing = rebuild.replace();
    await database.query(`select pg_sleep(0.5)`);
    await append('repaired', 31);
    expect(await replacing).toMatchObject({ equal: false });
    await database.query(`drop trigger takes_time on spaces`);
    expect(await rebuild.verify()).toMatchObject({ equal: true });
  });
});
