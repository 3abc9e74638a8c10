import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, sign, type WatsonConnection } from '../setup/watson.js';
import { expectedSamples } from '../setup/watson-facts.js';
import { eventSamples, watsonSample, type WatsonSample } from '../setup/watson-samples.js';

interface Delivery {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly laneKey: string;
  readonly platformIndex: number | null;
  readonly retryCount: number | null;
  readonly signatureScheme: string;
  readonly headers: Record<string, string>;
  readonly size: number;
  readonly body: string;
}
interface Event {
  readonly type: string;
  readonly occurredAt: string;
  readonly deliveryId: string;
  readonly data: Record<string, unknown>;
}

describe('the Watson Work samples', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;
  const idOf = new Map<string, string>();
  const statusOf = new Map<string, number>();
  const eventsOf = new Map<string, Event[]>();
  const detailOf = (sample: WatsonSample): Promise<Delivery> =>
    service.get<Delivery>(`/v1/deliveries/${idOf.get(sample.name) ?? ''}`);

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    connection = await connectWatson(service);
    for (const sample of eventSamples) {
      const sent = await deliver(connection.webhookUrl, sample.bytes, { headers: sample.headers });
      statusOf.set(sample.name, sent.status);
      const rows = await database.query<{ id: string }>(`select id from deliveries order by seq desc limit 1`);
      idOf.set(sample.name, rows[0]?.id ?? '');
    }
    await eventually(
      () => service.get<{ items: Delivery[] }>('/v1/deliveries?status=waiting'),
      (page) => page.items.length === 0,
    );
    const feed = await service.get<{ items: Event[] }>('/v1/events?limit=200');
    for (const event of feed.items) {
      eventsOf.set(event.deliveryId, [...(eventsOf.get(event.deliveryId) ?? []), event]);
    }
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('are all in the table of expected facts', () => {
    expect(Object.keys(expectedSamples).sort()).toEqual(eventSamples.map((sample) => sample.name).sort());
  });

  describe.each(eventSamples.map((sample) => ({ name: sample.name, sample })))('$name', ({ name, sample }) => {
    it('is acknowledged and stored byte for byte', async () => {
      expect(statusOf.get(name)).toBe(200);
      const shown = await detailOf(sample);
      expect(Buffer.from(shown.body, 'base64')).toEqual(sample.bytes);
      const rows = await database.query<{ body: Buffer }>('select body from deliveries where id = $1', [shown.id]);
      expect(rows[0]?.body).toEqual(sample.bytes);
      expect(shown.size).toBe(sample.bytes.length);
    });

    it('keeps its lane, counters and headers', async () => {
      expect(await detailOf(sample)).toMatchObject({
        laneKey: sample.body['spaceId'],
        platformIndex: Number(sample.headers['x-outbound-index']),
        retryCount: 0,
        signatureScheme: 'hmac-sha256',
        headers: { 'x-outbound-token': sign(sample.bytes) },
      });
    });

    it('becomes the facts that the contract says', async () => {
      const expected = expectedSamples[name];
      const shown = await detailOf(sample);
      const events = eventsOf.get(shown.id) ?? [];
      if (expected === 'unrecognized' || expected === undefined) {
        expect(shown).toMatchObject({ status: 'unrecognized', reason: 'unrecognized-type' });
        expect(shown.detail).toContain(String(sample.body['type']));
        expect(events).toEqual([]);
        return;
      }
      expect(shown.status).toBe('translated');
      const { spaceId, spaceName, time } = sample.body;
      expect(events.map((event) => [event.type, event.occurredAt])).toEqual(
        expected.facts.map(([type]) => [type, new Date(Number(time)).toISOString()]),
      );
      for (const [index, [, data]] of expected.facts.entries()) {
        const event = events[index]?.data ?? {};
        const { annotationExternalId: expectedId, ...expectedRest } = data;
        // Ids and payloads of annotations are looked at by themselves.
        expect({ ...event, annotationExternalId: undefined, payload: undefined, rawPayload: undefined }).toEqual({
          ...expectedRest,
          space: { externalId: spaceId, ...(spaceName === undefined ? {} : { title: spaceName }) },
          ...(expected.actor === undefined ? {} : { actor: expected.actor }),
        });
        const { annotationExternalId } = event;
        if (expectedId instanceof RegExp) expect(annotationExternalId).toMatch(expectedId);
        else expect(annotationExternalId).toEqual(expectedId);
      }
    });

    if (typeof sample.body['annotationPayload'] === 'string') {
      const text = sample.body['annotationPayload'];
      it('keeps the annotation payload as written and parses it one level', async () => {
        const [event] = eventsOf.get((await detailOf(sample)).id) ?? [];
        expect(event?.data['rawPayload']).toBe(text);
        if (name === 'message-annotation-added/payload-not-json') expect(event?.data).not.toHaveProperty('payload');
        else expect(event?.data['payload']).toEqual(JSON.parse(text));
      });
    }
  });

  it('survive a payload that repeats the key type and has no inner annotationId', async () => {
    const sample = watsonSample('message-annotation-added/focus-by-platform');
    const [event] = eventsOf.get((await detailOf(sample)).id) ?? [];
    expect(String(event?.data['rawPayload']).match(/"type":"message-focus"/g)).toHaveLength(2);
    expect(event?.data).toMatchObject({
      annotationExternalId: 'annotationId2',
      payload: { type: 'message-focus', annotationId: null, start: 0, end: 24 },
    });
  });

  it('leave a slash command without a message but with its whole line', async () => {
    const sample = watsonSample('message-annotation-added/action-selected-slash-command');
    const [event] = eventsOf.get((await detailOf(sample)).id) ?? [];
    expect(event).toMatchObject({ messageId: null, data: { payload: { actionId: '/opportunity find Acme' } } });
  });

  it('keep the inner JSON text of a payload as text', async () => {
    const sample = watsonSample('message-annotation-edited/focus-edited');
    const [event] = eventsOf.get((await detailOf(sample)).id) ?? [];
    expect(event?.data).toMatchObject({ payload: { payload: '{"key":"value"}' } });
  });

  it('each bring their facts once when the platform repeats all of them', async () => {
    const count = async () => (await service.get<{ items: Event[] }>('/v1/events?limit=200')).items.length;
    const before = await count();
    for (const sample of eventSamples) {
      const headers = { ...sample.headers, 'x-outbound-retry-count': '1' };
      expect((await deliver(connection.webhookUrl, sample.bytes, { headers })).status).toBe(200);
    }
    const rows = await database.query<{ count: number }>('select count(*)::int as count from deliveries');
    expect(rows[0]?.count).toBe(eventSamples.length);
    expect(await count()).toBe(before);
  });
});
