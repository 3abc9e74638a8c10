import fc, { type Arbitrary } from 'fast-check';
import { type ApiRequest } from './api-calls.js';
import { type AnySchema, type ApiDocument, type ApiOperation } from './api-document.js';

/** A request as it goes over the wire, so that a report of it can be sent again. */
export interface RandomRequest {
  readonly operationId: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What is known to be there, so that some requests succeed. */
export interface KnownWords {
  /** Requests that have succeeded or would, by operation. */
  readonly requests: ReadonlyMap<string, readonly ApiRequest[]>;
  readonly ids: readonly string[];
}

/** As they stand in a URL. */
const hostileEncoded = [
  '%00', 'a%00b', '%ED%A0%80', '%EF%BF%BF', '%zz', '%', '%C0%80', '%27', '%27%20or%201=1--', '%5C', '%22', '%2525', '%F0%9F%91%8D',
  '-1', '0', '1e9', 'NaN', 'null', 'undefined', 'true', 'x'.repeat(501), '9'.repeat(40), '%0D%0Ax:y', '$%7Bx%7D', '019a0000',
  '0199d8a0-7c1e-7000-8000-000000000001', '2024-02-30T00:00:00Z', '0000-01-01T00:00:00Z', '%5B%5D', '__proto__', 'constructor',
] as const; // prettier-ignore
const hostileValues: readonly unknown[] = [
  null, '', ' ', '\u0000', 'a\u0000b', '\ud800', "' or 1=1 --", '\\', '"', '<script>', '${x}', 'x'.repeat(10_001), 0, -1, 1.5, 1e308,
  2 ** 53, true, false, [], [[]], {}, { a: { b: {} } }, ['x'], { __proto__: 1 }, { toString: 1 }, '9'.repeat(400), '2024-02-30T00:00:00Z',
]; // prettier-ignore
const hostileBodies = ['', '{', 'null', '[]', '"x"', '1', '{}', '{"__proto__":{}}', '{"a":1,"a":2}', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, '{"constructor":{"prototype":{}}}', '\ufeff{}']; // prettier-ignore
const hostileHeaders = [
  '',
  ' ',
  'x'.repeat(2_000),
  '\u00ff',
  '*',
  ',',
  ';',
  '"',
  '*/*;q=0',
  'return=minimal',
  'W/"x", *',
] as const;

/** Any request to one of the operations: valid, nearly valid or hostile. */
export function requestsTo(
  document: ApiDocument,
  operations: readonly ApiOperation[],
  known: KnownWords,
): Arbitrary<RandomRequest> {
  return fc.constantFrom(...operations).chain((operation) => requestTo(document, operation, known));
}

function requestTo(document: ApiDocument, operation: ApiOperation, known: KnownWords): Arbitrary<RandomRequest> {
  const valuesOf = (schema: AnySchema): Arbitrary<unknown> => validBy(document, schema, known.ids);
  const givenFor = (name: string): readonly string[] =>
    (known.requests.get(operation.operationId) ?? []).flatMap(({ path, query }) =>
      String(path?.[name] ?? query?.[name] ?? []),
    );
  const parameter = (name: string, schema: AnySchema): Arbitrary<string> =>
    fc.oneof(
      { weight: 6, arbitrary: valuesOf(schema).map(encoded) },
      { weight: givenFor(name).length === 0 ? 0 : 8, arbitrary: fc.constantFrom('', ...givenFor(name)).map(encoded) },
      { weight: 2, arbitrary: fc.constantFrom(...hostileEncoded) },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }).map(encoded) },
    );
  const of = (place: string): readonly [string, AnySchema][] =>
    operation.parameters.flatMap((one) => (one.in === place ? [[one.name, one.schema ?? {}]] : []));
  return fc
    .record({
      path: fc.record(
        Object.fromEntries(of('path').map(([name, schema]) => [name, parameter(name, schema).filter(isSegment)])),
      ),
      query: fc.record(
        Object.fromEntries([
          ...of('query').map(([name, schema]): [string, Arbitrary<string>] => [name, parameter(name, schema)]),
          ['unknown%5B%5D', fc.constantFrom(...hostileEncoded)],
        ]),
        { requiredKeys: [] },
      ),
      // Most requests have few parameters, or hardly one would be valid.
      kept: fc.array(fc.nat(20), { maxLength: 3 }),
      repeated: fc.integer({ min: 0, max: 40 }).map((dice) => dice === 40),
      headers: fc.record(Object.fromEntries(of('header').map(([name, schema]) => [name, headerBy(valuesOf(schema))])), {
        requiredKeys: operation.parameters.flatMap((one) =>
          one.in === 'header' && one.required === true ? [one.name] : [],
        ),
      }),
      body: bodyOf(document, operation, known),
    })
    .map(({ path, query, kept, repeated, headers, body }) => {
      const filled = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => path[name] ?? '');
      const pairs = Object.entries(query)
        .filter((_, index) => kept.includes(index))
        .flatMap(([name, value]) => (repeated ? [`${name}=${value}`, `${name}=${value}`] : [`${name}=${value}`]));
      return {
        operationId: operation.operationId,
        method: operation.method.toUpperCase(),
        url: pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`,
        headers,
        ...(body === undefined ? {} : { body }),
      };
    });
}

/** What stands in a path as one step that a URL keeps as it is. */
function isSegment(text: string): boolean {
  return text !== '' && !/^(\.|%2e){1,2}$/i.test(text);
}

function headerBy(values: Arbitrary<unknown>): Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: values.map(String).filter((text) => /^[\x21-\x7e]+$/.test(text)) },
    { weight: 1, arbitrary: fc.constantFrom(...hostileHeaders) },
  );
}

function bodyOf(document: ApiDocument, operation: ApiOperation, known: KnownWords): Arbitrary<string | undefined> {
  const schema = operation.body?.['application/json']?.schema;
  if (schema === undefined) return fc.constant(undefined);
  const bodies = (known.requests.get(operation.operationId) ?? []).flatMap(({ body }) => body ?? []);
  const valid = validBy(document, schema, known.ids);
  const likely = bodies.length === 0 ? valid : fc.oneof(valid, fc.constantFrom(...bodies));
  return fc.oneof(
    { weight: 5, arbitrary: likely.map((value) => JSON.stringify(value)) },
    { weight: 4, arbitrary: nearly(likely).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.constantFrom(...hostileBodies) },
    { weight: operation.bodyIsRequired ? 0 : 2, arbitrary: fc.constant(undefined) },
  );
}

/** A valid object with one member gone, strange, or too many. */
function nearly(valid: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc
    .tuple(valid, fc.nat(20), fc.constantFrom(...hostileValues), fc.constantFrom('gone', 'strange', 'more'))
    .map(([value, index, hostile, how]) => {
      const members = Object.entries(value ?? {});
      if (how === 'more' || members.length === 0) return Object.fromEntries([...members, ['admin', hostile]]);
      const place = index % members.length;
      if (how === 'gone') return Object.fromEntries(members.toSpliced(place, 1));
      return Object.fromEntries(members.map(([name, member], at) => [name, at === place ? hostile : member]));
    });
}

/** Values that a schema allows, ids that are known among them. */
function validBy(document: ApiDocument, given: AnySchema, ids: readonly string[]): Arbitrary<unknown> {
  const schema = document.schema(given);
  const inner = (one: AnySchema): Arbitrary<unknown> => validBy(document, one, ids);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(inner));
  if (schema.enum !== undefined) return fc.constantFrom(...(schema.enum as readonly unknown[]));
  switch ([schema.type].flat()[0]) {
    case 'object': {
      const members = Object.entries(schema.properties ?? {});
      if (members.length === 0)
        return fc.dictionary(fc.string({ maxLength: 10 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
      return fc.record(Object.fromEntries(members.map(([name, member]) => [name, inner(member)])), {
        requiredKeys: schema.required ?? [],
      });
    }
    case 'array':
      return fc.array(inner(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, 3),
      });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000, noNaN: true });
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000 });
    case 'boolean':
      return fc.boolean();
    case 'string':
      return textBy(schema, ids);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function textBy(
  schema: {
    readonly format?: string;
    readonly pattern?: string;
    readonly minLength?: number;
    readonly maxLength?: number;
  },
  ids: readonly string[],
): Arbitrary<string> {
  if (schema.format === 'uuid')
    return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: fc.uuid() });
  if (schema.format === 'date-time') {
    return fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  }
  if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern));
  const minLength = schema.minLength ?? 0;
  return fc.string({
    unit: 'grapheme',
    minLength,
    maxLength: Math.max(minLength, Math.min(schema.maxLength ?? 30, 30)),
  });
}

function encoded(value: unknown): string {
  return encodeURIComponent(Array.isArray(value) ? value.join(',') : String(value)).replaceAll('%2C', ',');
}
