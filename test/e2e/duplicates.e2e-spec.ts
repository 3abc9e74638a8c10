import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';

describe('a delivery that comes again', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;
  let fresh = 0;

  const message = (more: object = {}): Record<string, unknown> => ({
    type: 'message-created',
    spaceId: 's',
    messageId: `m${++fresh}`,
    content: 'hello',
    time: 1519758289517,
    ...more,
  });
  const count = async (table: string): Promise<number> =>
    (await database.query<{ count: number }>(`select count(*)::int as count from ${table}`))[0]?.count ?? -1;
  let before = 0;
  const added = async (): Promise<number> => (await count('deliveries')) - before;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    connection = await connectWatson(service, { secrets: ['one', 'two'] });
  });
  beforeEach(async () => {
    before = await count('deliveries');
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('fifty times at once is stored once and acknowledged each time', async () => {
    const body = message();
    const sent = await Promise.all(
      Array.from({ length: 50 }, () => deliver(connection.webhookUrl, body, { secret: 'one' })),
    );
    expect(sent.map((one) => one.status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(await added()).toBe(1);
  });

  it('with another index and retry count is one', async () => {
    const body = message();
    for (const [index, retry] of [
      ['7', '0'],
      ['8', '1'],
      ['8', '240'],
    ] as const) {
      const headers = { 'x-outbound-index': index, 'x-outbound-retry-count': retry };
      expect((await deliver(connection.webhookUrl, body, { secret: 'one', headers })).status).toBe(200);
    }
    expect(await added()).toBe(1);
  });

  it('signed with the other active secret is one', async () => {
    const body = message();
    for (const secret of ['one', 'two']) {
      expect((await deliver(connection.webhookUrl, body, { secret })).status).toBe(200);
    }
    expect(await added()).toBe(1);
  });

  it('without a usable time in its body is one all the same', async () => {
    for (const time of [undefined, 'yesterday', null, -5, 1e300, 1.5]) {
      const body = message({ time });
      await deliver(connection.webhookUrl, body, { secret: 'one' });
      await deliver(connection.webhookUrl, body, { secret: 'one' });
    }
    expect(await added()).toBe(6);
  });

  it('a month later, when its index and lane have moved on, is one', async () => {
    const body = message();
    await deliver(connection.webhookUrl, body, { secret: 'one' });
    for (let i = 0; i < 20; i++) await deliver(connection.webhookUrl, message({ time: Date.now() }), { secret: 'one' });
    await deliver(connection.webhookUrl, body, { secret: 'one', headers: { 'x-outbound-retry-count': '246' } });
    expect(await added()).toBe(21);
  });

  it('brings its facts once', async () => {
    const body = message({ messageId: 'once' });
    await Promise.all(Array.from({ length: 20 }, () => deliver(connection.webhookUrl, body, { secret: 'one' })));
    await eventually(
      () => service.get<{ items: object[] }>('/v1/deliveries?status=waiting'),
      (page) => page.items.length === 0,
    );
    const events = await database.query(`select 1 from events where data ->> 'messageExternalId' = 'once'`);
    expect(events).toHaveLength(1);
  });

  it('is counted as a duplicate', async () => {
    const duplicates = async (): Promise<number> =>
      Number(/outcome="duplicate"\} (\d+)/.exec(await (await fetch(`${service.url}/metrics`)).text())?.[1] ?? 0);
    const body = message();
    await deliver(connection.webhookUrl, body, { secret: 'one' });
    const start = await duplicates();
    for (let i = 0; i < 3; i++) await deliver(connection.webhookUrl, body, { secret: 'one' });
    expect(await duplicates()).toBe(start + 3);
  });
});

describe('deliveries that only look alike', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;

  const body = { type: 'message-created', spaceId: 's', messageId: 'm', content: 'x', time: 1519758289517 };
  const rows = async (): Promise<number> =>
    (await database.query<{ count: number }>('select count(*)::int as count from deliveries'))[0]?.count ?? -1;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    connection = await connectWatson(service);
    await deliver(connection.webhookUrl, body);
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it.each([
    ['another time', { ...body, time: body.time + 1 }],
    ['another order of members', Object.fromEntries(Object.entries(body).reverse())],
    ['white space', ` ${JSON.stringify(body)}`],
    ['an escape', JSON.stringify(body).replace('"x"', '"\\u0078"')],
    ['another space', { ...body, spaceId: 't' }],
  ])('are two when they differ in %s', async (_, twin) => {
    const before = await rows();
    expect((await deliver(connection.webhookUrl, twin)).status).toBe(200);
    expect(await rows()).toBe(before + 1);
  });

  it('are two when their equal bytes came on two connections, and both bring facts', async () => {
    const other = await connectWatson(service);
    const before = await rows();
    await deliver(other.webhookUrl, body);
    expect(await rows()).toBe(before + 1);
    const messages = await eventually(
      () => service.get<{ items: { id: string; connectionId: string }[] }>('/v1/messages?externalId=m'),
      (page) => page.items.some((item) => item.connectionId === other.id),
    );
    const ids = messages.items.map((item) => item.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
