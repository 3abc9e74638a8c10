import { writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { type ApiDocument, type AnySchema } from './api-document.js';
import { type Answer } from './service.js';

const file = new URL('../../src/bootstrap/openapi/examples.json', import.meta.url);
const past = '2026-03-02T09:30:00.000Z';
const future = '2026-03-16T09:30:00.000Z';

interface Recorded {
  request?: unknown;
  readonly responses: Record<string, unknown>;
}

/**
 * Keeps answers as examples for the document. What differs from run to run (ids, times, addresses, cursors, digests) is
 * replaced by what is the same in every run, so that a new recording shows what has changed and nothing else.
 */
export class ExampleRecorder {
  readonly #operations = new Map<string, Recorded>();
  readonly #problems = new Map<string, unknown>();
  readonly #ids = new Map<string, string>();
  readonly #startedAt = Date.now();

  constructor(private readonly hosts: ReadonlyMap<string, string>) {}

  record(operationId: string, request: object | undefined, answer: Answer<unknown>): void {
    const recorded = this.#operations.get(operationId) ?? { request: undefined, responses: {} };
    this.#operations.set(operationId, recorded);
    if (request !== undefined) recorded.request = this.#stable(request);
    // A stream of lines is shown in the guide.
    if (typeof answer.body === 'object') recorded.responses[String(answer.status)] = this.#stable(answer.body);
  }

  recordProblem(answer: Answer<unknown>): void {
    this.#problems.set(String(answer.status), this.#stable(answer.body));
  }

  answersOf(operationId: string): readonly (readonly [string, unknown])[] {
    return Object.entries(this.#operations.get(operationId)?.responses ?? {});
  }

  async save(): Promise<void> {
    const sorted = [...this.#operations].sort(([a], [b]) => (a < b ? -1 : 1));
    const examples = { operations: Object.fromEntries(sorted), problems: Object.fromEntries(this.#problems) };
    await writeFile(file, await format(JSON.stringify(examples), { parser: 'json', printWidth: 120 }));
  }

  #stable(value: unknown): unknown {
    return JSON.parse(JSON.stringify(value), (name, member: unknown) => {
      if (typeof member === 'number') return this.#number(member);
      if (typeof member !== 'string') return member;
      return /^(\w*cursor|after)$/i.test(name) ? this.#cursor(member) : this.#text(member);
    });
  }

  #text(text: string): string {
    if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return this.#time(text);
    let stable = text;
    for (const [host, name] of this.hosts) {
      stable = stable.replaceAll(host, name).replaceAll(encodeURIComponent(host), encodeURIComponent(name));
    }
    return stable
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) =>
        this.#id(id, '0199d8a0-7c1e-7000-8000-0000000000'),
      )
      .replaceAll(/\b[0-9a-f]{24}\b/g, (id) => this.#id(id, '5a95abd1e4b01e6e9ce0ce'))
      .replaceAll(/\b[0-9a-f]{64}\b/g, '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae')
      .replaceAll(/\b\d{13}\b/g, (digits) => String(this.#number(Number(digits))))
      .replaceAll(/(state|code_challenge|nonce)=[\w-]+/g, '$1=…');
  }

  /** Milliseconds since 1970 of this run. */
  #number(value: number): number {
    return Math.abs(value - this.#startedAt) < 3_600_000 ? Date.parse(past) : value;
  }

  #id(id: string, prefix: string): string {
    const known = this.#ids.get(id) ?? `${prefix}${(16 + this.#ids.size).toString(16).padStart(2, '0')}`;
    this.#ids.set(id, known);
    return known;
  }

  /** Times of the story stay; those of this run become one. */
  #time(text: string): string {
    const time = Date.parse(text);
    if (time < this.#startedAt - 3_600_000) return text;
    return time > this.#startedAt + 600_000 ? future : past;
  }

  /** Places in a list or in the feed; `beginning` and `end` are words. */
  #cursor(cursor: string): string {
    if (!cursor.startsWith('W')) return cursor;
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const stable = Array.isArray(parts)
      ? parts.map((part) => (/^\d+$/.test(String(part)) ? '42' : this.#text(String(part))))
      : parts;
    return Buffer.from(JSON.stringify(stable)).toString('base64url');
  }
}

/**
 * What a value is made of, by the places in it: the members of objects and the kinds of everything else. What is null or
 * empty has no shape, and what a schema leaves open (the payloads of platforms) is not looked into.
 */
export function shapeOf(document: ApiDocument, value: unknown, schema: AnySchema): ReadonlyMap<string, string> {
  const shape = new Map<string, Set<string>>();
  const note = (place: string, what: string): void => void shape.set(place, (shape.get(place) ?? new Set()).add(what));
  const walk = (part: unknown, partSchema: AnySchema, place: string): void => {
    if (part === null) return;
    const { properties, items, anyOf } = document.schema(partSchema);
    const inner = anyOf?.map((one) => document.schema(one)).find((one) => one.properties !== undefined);
    if (inner !== undefined) walk(part, inner, place);
    else if (Array.isArray(part))
      part.forEach((item: unknown) => items !== undefined && walk(item, items, `${place}[]`));
    else if (typeof part !== 'object') note(place, typeof part);
    else if (properties !== undefined) {
      note(place, Object.keys(part).sort().join());
      for (const [name, member] of Object.entries(part)) {
        const memberSchema = properties[name];
        if (memberSchema !== undefined) walk(member, memberSchema, `${place}/${name}`);
      }
    }
  };
  walk(value, schema, '');
  return new Map([...shape].map(([place, kinds]) => [place, [...kinds].sort().join(' or ')]));
}

/** The places where two shapes contradict each other. */
export function differences(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): readonly string[] {
  return [...a].flatMap(([place, what]) => {
    const other = b.get(place);
    return other === undefined || other === what ? [] : [`${place}: ${what}, not ${other}`];
  });
}
