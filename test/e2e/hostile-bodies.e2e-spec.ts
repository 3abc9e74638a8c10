import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { generatedBodies, jsonTestSuite, poisonBodies, type HostileBody } from '../setup/hostile-bodies.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';

interface Delivery {
  readonly id: string;
  readonly status: 'waiting' | 'translated' | 'unrecognized' | 'dead-letter';
  readonly reason: string | null;
  readonly detail: string | null;
}
interface List<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

const bodies: readonly HostileBody[] = [...jsonTestSuite, ...poisonBodies, ...generatedBodies];

describe('signed bodies that are no proper events', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;
  const answers: { readonly name: string; readonly status: number; readonly text: string }[] = [];

  const all = async (): Promise<Delivery[]> => {
    const found: Delivery[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: List<Delivery> = await service.get(
        `/v1/deliveries?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      found.push(...page.items);
      cursor = page.nextCursor;
    }
    return found;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    connection = await connectWatson(service);
    for (const { name, bytes } of bodies) {
      answers.push({ name, ...(await deliver(connection.webhookUrl, bytes)) });
    }
  }, 120_000);
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('are the whole JSONTestSuite and all poison bodies', () => {
    expect(jsonTestSuite).toHaveLength(318);
    expect(poisonBodies).toHaveLength(28);
  });

  it('are all acknowledged', () => {
    expect(answers.filter((answer) => answer.status !== 200)).toEqual([]);
  });

  it('are all stored byte for byte, each once', async () => {
    const rows = await database.query<{ body: Buffer }>('select body from deliveries');
    const stored = rows.map((row) => row.body.toString('base64')).sort();
    const sent = [...new Set(bodies.map((body) => body.bytes.toString('base64')))].sort();
    expect(stored.length).toBe(sent.length);
    expect(stored.every((body, index) => body === sent[index])).toBe(true);
  });

  it('all end translated, unrecognized or as a dead letter with a reason', async () => {
    const settled = await eventually(all, (list) => list.every((one) => one.status !== 'waiting'), 50_000);
    expect(settled.length).toBe(new Set(bodies.map((body) => body.bytes.toString('base64'))).size);
    const withoutReason = settled.filter(
      (one) => one.status !== 'translated' && (one.reason === null || one.detail === null || one.detail === ''),
    );
    expect(withoutReason).toEqual([]);
  }, 60_000);

  it('are told apart by their reasons', async () => {
    const rows = await database.query<{ reason: string; count: number }>(
      'select reason, count(*)::int as count from parked_deliveries group by reason',
    );
    const counts = Object.fromEntries(rows.map((row) => [row.reason, row.count]));
    expect(Object.keys(counts).sort()).toEqual([
      'missing-field',
      'not-an-object',
      'not-json',
      'not-utf8',
      'processor-failed',
      'too-deep',
      'unrecognized-type',
    ]);
    expect(counts['not-json']).toBeGreaterThan(100);
  });

  it.each([
    ['a text of 2 MB', 'generated text of 2 MB'],
    ['NUL and lone surrogates', 'generated NUL and lone surrogates in every field'],
    ['numbers that jsonb refuses', 'generated numbers that jsonb refuses'],
    ['50,000 members', 'generated 50000 members'],
    ['a time before the year 2000', 'generated time 1'],
    ['a time of the year 9999', 'generated time 253402214400000'],
    ['a time that no calendar has', 'generated time 1e+300'],
  ])('become facts in spite of %s', async (_, name) => {
    const body = bodies.find((one) => one.name === name);
    const [row] = await database.query<{ id: string }>('select id from deliveries where body = $1', [body?.bytes]);
    expect(await service.get<Delivery>(`/v1/deliveries/${row?.id ?? ''}`)).toMatchObject({ status: 'translated' });
  });

  it('never make an event that says what the platform did not say', async () => {
    const events = await database.query<{ text: string }>(
      `select data::text as text from events where data::text like '%admin%' or data ? 'admin' or data ? '__proto__'`,
    );
    expect(events).toEqual([]);
  });

  it('do not block a space that goes on', async () => {
    const sent = await deliver(connection.webhookUrl, {
      type: 'message-created',
      spaceId: 'another space',
      messageId: 'after the poison',
      content: 'still here',
      time: 1519758289517,
    });
    expect(sent.status).toBe(200);
    await eventually(
      () => service.get<List<{ content: string }>>('/v1/messages?externalId=after%20the%20poison'),
      (page) => page.items[0]?.content === 'still here',
    );
  });

  it('do not block their own space', async () => {
    await deliver(connection.webhookUrl, { type: 'message-created', spaceId: 's', messageId: 'm-after', time: 2 });
    await eventually(
      () => service.get<List<object>>('/v1/messages?externalId=m-after'),
      (page) => page.items.length === 1,
    );
  });

  it('do not change what objects inherit', () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect('admin' in {}).toBe(false);
  });

  it('are seen by no error of ours', async () => {
    expect(service.logs.filter((line) => line.includes('"code":"urn:liaison:problem:internal"'))).toEqual([]);
    expect((await service.call('GET', '/health/ready')).status).toBe(200);
  });

  it('leave every log line one JSON object', () => {
    for (const line of service.logs) {
      expect(line.trimEnd().includes('\n')).toBe(false);
      expect(() => JSON.parse(line) as unknown).not.toThrow();
    }
  });
});
