import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';

interface Message {
  readonly id: string;
  readonly content: string;
}
interface List<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

describe('POST /webhooks/watson-work/{connectionId}', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    connection = await connectWatson(service);
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('makes a signed message queryable', async () => {
    const sent = await deliver(connection.webhookUrl, {
      type: 'message-created',
      spaceId: '58822220e4b0192475567c93',
      spaceName: 'Deal room',
      messageId: '5a95abd1e4b01e6e9ce0cee1',
      userId: 'd76b3ac0-8f0a-1028-9874-db07163b51b2',
      userName: 'Ann',
      content: 'hello',
      contentType: 'text/markdown',
      time: 1519758289517,
    });
    expect(sent.status).toBe(200);
    const list = await eventually(
      () => service.get<List<Message>>('/v1/messages'),
      (page) => page.items.length === 1,
    );
    expect(list.items[0]).toMatchObject({ content: 'hello', externalId: '5a95abd1e4b01e6e9ce0cee1' });
  });
});
