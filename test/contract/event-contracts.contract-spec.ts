import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markVerified } from '../../src/deliveries/delivery.js';
import { fetchedDelivery } from '../../src/deliveries/fetched-delivery.js';
import { recordFacts, type LiaisonEvent } from '../../src/events/event.js';
import { eventTypes } from '../../src/events/event-map.js';
import { toEventDto, type EventDto } from '../../src/events/event.dto.js';
import { toCloudEvent } from '../../src/feed/cloud-event.js';
import { platforms } from '../../src/registry.module.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startTestService, type TestService } from '../setup/service.js';
import { driverOf } from './drivers.js';

interface AsyncApi {
  readonly channels: { readonly events: { readonly messages: Readonly<Record<string, unknown>> } };
  readonly operations: {
    readonly follow: { readonly messages: readonly unknown[]; readonly bindings: { http: { query: Schema } } };
  };
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** What the translators make of every fixture of every platform, as the feed shows it. */
const samples = platforms.flatMap((platform): EventDto[] =>
  driverOf(platform.id).fixtures.flatMap(({ body, headers, answerTo }) => {
    const receivedAt = new Date('2025-01-01T00:00:00Z');
    const delivery =
      answerTo === undefined
        ? markVerified({ body, query: '', headers, receivedAt }, 'test')
        : fetchedDelivery({ ...answerTo, contentType: 'application/json', body }, receivedAt);
    const translation = platform.translate(delivery);
    if (translation.kind === 'unrecognized') return [];
    const origin = {
      tenantId: 'tenant',
      connectionId: '019a0000-0000-7000-8000-000000000001',
      platform: platform.id,
      deliveryId: '019a0000-0000-7000-8000-000000000002',
      deliverySeq: '1',
      learnedAt: receivedAt,
    };
    return recordFacts(translation.facts, origin, (id) => platform.birthOf(id)).map(toDto);
  }),
);

function toDto(event: LiaisonEvent): EventDto {
  // What the database would make of it.
  const data = JSON.parse(JSON.stringify(event.data)) as Record<string, unknown>;
  return toEventDto({ ...event, seq: '1', data });
}

/** The schema with every member forbidden that it does not name. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const parts = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, closed(part)]));
  return { ...('properties' in parts ? { additionalProperties: false } : {}), ...parts };
}

function compile(schema: unknown): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // A schema is an object; ajv checks that it is a good one.
  return ajv.compile(schema as object);
}

/** The samples that a check refuses, with what it says. */
function refused(check: (event: EventDto) => readonly string[]): string[] {
  return samples.flatMap((event) => check(event).map((fault) => `${event.platform} ${event.type}: ${fault}`));
}

function faultsOf(validate: ValidateFunction, value: unknown): string[] {
  return validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}

describe('the AsyncAPI document', () => {
  let database: TestDatabase;
  let service: TestService;
  let document: AsyncApi;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
    await service.ready;
    const response = await fetch(`${service.url}/asyncapi.json`);
    expect(response.headers.get('content-type')).toContain('application/json');
    // What the assertions check.
    document = (await response.json()) as AsyncApi;
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('is one by the rules of AsyncAPI 3', async () => {
    const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(document));
    expect(diagnostics.filter(({ severity }) => severity.valueOf() === 0)).toEqual([]);
    expect(parsed?.version()).toBe('3.0.0');
    expect(parsed?.operations().get('follow')?.messages().length).toBe(eventTypes.length);
  });

  it('has a message for each type of event', () => {
    expect(Object.keys(document.channels.events.messages)).toEqual(eventTypes);
    expect(document.operations.follow.messages).toHaveLength(eventTypes.length);
  });

  it('takes the parameters of the request from the OpenAPI document', () => {
    const parameters = document.operations.follow.bindings.http.query.properties ?? {};
    expect(Object.keys(parameters).sort()).toEqual([
      'after',
      'connectionId',
      'cursorName',
      'envelope',
      'spaceId',
      'type',
    ]);
  });

  it('describes every event that fixtures of every platform make, and leaves out no member', () => {
    expect(new Set(samples.map((event) => event.type)).size).toBeGreaterThan(20);
    const { event, ...data } = document.components.schemas;
    const envelope = compile(closed(event));
    const ofType = new Map(Object.entries(data).map(([type, schema]) => [type, compile(closed(schema))]));
    const wrong = refused((sample) => {
      const validate = ofType.get(sample.type);
      if (validate === undefined) return ['has no schema'];
      return [...faultsOf(envelope, sample), ...faultsOf(validate, sample.data)];
    });
    expect(wrong).toEqual([]);
  });
});

describe('a CloudEvent', () => {
  const official = new URL('../fixtures/cloudevents/cloudevents.json', import.meta.url);
  const validate = compile(JSON.parse(readFileSync(official, 'utf8')));

  it('is valid by the official schema, for every event that fixtures of every platform make', () => {
    expect(refused((event) => faultsOf(validate, toCloudEvent(event)))).toEqual([]);
  });

  it('has attributes with names and values that the specification allows', () => {
    const wrong = refused((event) => {
      const { data, ...attributes } = toCloudEvent(event);
      expect(data).toEqual(event.data);
      return Object.entries(attributes)
        .filter(([name, value]) => !/^[a-z0-9]{1,20}$/.test(name) || typeof value !== 'string' || value === '')
        .map(([name]) => name);
    });
    expect(wrong).toEqual([]);
  });

  it('says nothing of the tenant', () => {
    expect(Object.keys(toCloudEvent(samples[0] ?? ({} as EventDto)))).not.toContain('tenant');
  });
});
