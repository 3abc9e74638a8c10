import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dispatcher } from '../../src/lanes/dispatcher.js';
import { LaneWork } from '../../src/lanes/lane-work.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver } from '../setup/watson.js';

describe('deliveries near the size limit', () => {
  let database: TestDatabase;
  let service: TestService;
  let webhookUrl: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
    await service.ready;
    webhookUrl = (await connectWatson(service)).webhookUrl;
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  async function work(spaceId: string, body: object): Promise<void> {
    expect((await deliver(webhookUrl, { spaceId, time: 1_519_758_289_517, ...body })).status).toBe(200);
    await service.app.get(Dispatcher).dispatch();
    while ((await service.app.get(LaneWork).runOnce()) > 0);
    const parked = `select p.reason, p.detail from parked_deliveries p join lanes l on l.id = p.lane_id where l.key = $1`;
    expect(await database.query(parked, [spaceId])).toEqual([]);
  }

  it('become facts where one names 40,000 members', { timeout: 60_000 }, async () => {
    const memberIds = Array.from({ length: 40_000 }, (_, index) => `user ${index}`);
    await work('members', { type: 'space-members-added', memberIds });
    expect(await database.query(`select count(*)::int as count from members`)).toEqual([{ count: 40_000 }]);
  });

  it('become messages where one has two megabytes of different words', { timeout: 60_000 }, async () => {
    const content = Array.from({ length: 220_000 }, (_, index) => `w${index}`).join(' ');
    await work('messages', { type: 'message-created', messageId: 'm1', userId: 'ann', content });
    expect(await database.query(`select length(content) as length from messages`)).toEqual([
      { length: content.length },
    ]);
  });

  it('become annotations where the text of one has two megabytes of different words', { timeout: 60_000 }, async () => {
    const text = Array.from({ length: 220_000 }, (_, index) => `w${index}`).join(' ');
    const annotationPayload = JSON.stringify({ text });
    const annotation = { annotationId: 'a1', annotationType: 'generic', annotationPayload };
    await work('annotations', { type: 'message-annotation-added', messageId: 'm1', userId: 'app', ...annotation });
    expect(await database.query(`select external_id as id from annotations`)).toEqual([{ id: 'a1' }]);
  });
});
