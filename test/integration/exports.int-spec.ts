import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { type Fact } from '../../src/events/event.js';
import { csvRows } from '../setup/csv-rows.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { exportedLines, exportedRows, type ExportedLine } from '../setup/export-records.js';
import { tell } from '../setup/facts.js';
import { startTestService, type TestService } from '../setup/service.js';
import { startReading, textOfStream } from '../setup/text-stream.js';

interface Row {
  readonly id: string;
  readonly externalId: string;
}
interface Page {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
}

const connectionId = uuidV7();
const start = Date.UTC(2018, 1, 27);
const messageCount = 3_000;
/** Every kind of text that CSV, or who opens it, could take for something else. */
const oddTexts = [
  'a,b;c',
  'she said "hi", twice ""',
  'two\r\nlines, and\none more',
  '=HYPERLINK("http://evil.example","click")',
  '+1',
  '-1+1|cmd',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '＝1',
  "'quoted",
  '  padded  ',
  '👍 Grüße',
  '',
];
const formulas = oddTexts.filter((text) => /^[=+\-@\t\r＝]/.test(text));

let database: TestDatabase;
let service: TestService;
let spaceId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
  await service.ready;
  for (let from = 0; from < messageCount; from += 500) {
    await tell(service, Array.from({ length: 500 }, (_, index) => factsOf(from + index)).flat(), { connectionId });
  }
  await tell(service, looseFacts(), { connectionId });
  const [space] = (await service.get<Page>('/v1/spaces?externalId=room')).items;
  spaceId = space?.id ?? '';
}, 120_000);
afterAll(async () => {
  await service.stop();
  await database.drop();
});

/** A message, three in each millisecond, with what hangs on some; and somebody who joins now and then. */
function factsOf(number: number): readonly Fact[] {
  const at = { occurredAt: new Date(start + Math.floor(number / 3)), space: { externalId: 'room', title: 'Deal' } };
  const on = { messageExternalId: `m${number}` };
  const content = oddTexts[number] ?? `text ${number}`;
  return [
    { ...at, actor: { externalId: `u${number % 40}` }, type: 'message.created', data: { ...on, content } },
    ...(number % 5 === 0
      ? [{ ...at, type: 'annotation.added', data: { ...on, annotationExternalId: `a${number}` } } as const]
      : []),
    ...(number % 7 === 0
      ? [{ ...at, actor: { externalId: 'u1' }, type: 'reaction.added', data: { ...on, reaction: '👍' } } as const]
      : []),
    ...(number < 40 ? [{ ...at, type: 'member.joined', data: { member: { externalId: `u${number}` } } } as const] : []),
  ];
}

/** What hangs on nothing that we know, something that is gone, and what another space says. */
function looseFacts(): readonly Fact[] {
  const at = { occurredAt: new Date(start + 5), space: { externalId: 'room' } };
  return [
    { ...at, type: 'annotation.added', data: { annotationExternalId: 'on nothing' } },
    {
      ...at,
      actor: { externalId: 'u1' },
      type: 'reaction.added',
      data: { messageExternalId: 'unknown', reaction: 'x' },
    },
    { ...at, type: 'message.deleted', data: { messageExternalId: 'm20' } },
    {
      ...at,
      space: { externalId: 'another room' },
      type: 'message.created',
      data: { messageExternalId: 'elsewhere', content: 'not to be exported' },
    },
  ];
}

const pathOf = (query = ''): string => `/v1/spaces/${spaceId}/export?${query}`;
const exported = (query = ''): Promise<string> => service.get<string>(pathOf(query));

/** The beginning of an export, whose connection is cut after about so many bytes. */
async function cutAfter(bytes: number, query: string): Promise<string> {
  let text = '';
  for await (const piece of textOfStream(await startReading(`${service.url}${pathOf(query)}`))) {
    text += piece;
    if (text.length >= bytes) break;
  }
  return text.slice(0, bytes);
}

/** The whole of a list, oldest first. */
async function walk(path: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let cursor = ''; ;) {
    const page: Page = await service.get<Page>(`${path}limit=200${cursor}`);
    rows.push(...page.items);
    if (page.nextCursor === null) return rows;
    cursor = `&cursor=${page.nextCursor}`;
  }
}

const dataOf = (lines: readonly ExportedLine[], record: string): readonly ExportedLine['data'][] =>
  lines.filter((line) => line.record === record).map((line) => line.data);

describe('an export of a space', () => {
  it('has every member and every message once, in the order of the lists, between a header and a trailer', async () => {
    const lines = exportedLines(await exported());
    expect(lines[0]).toMatchObject({ record: 'header', data: { layout: 1, space: { id: spaceId }, since: null } });
    const messages = await walk(`/v1/spaces/${spaceId}/messages?order=asc&`);
    expect(messages).toHaveLength(messageCount);
    expect(dataOf(lines, 'message').map((message) => ({ ...message, reactions: undefined }))).toEqual(messages);
    expect(dataOf(lines, 'member')).toEqual(await walk(`/v1/spaces/${spaceId}/members?includeFormer=true&`));
    expect(lines.at(-1)).toEqual({
      record: 'trailer',
      cursor: null,
      data: { members: 40, messages: messageCount, annotations: 600, reactions: 430 },
    });
  });

  it('has with each message what hangs on it, and by itself what hangs on none', async () => {
    const lines = exportedLines(await exported());
    const ids = async (path: string): Promise<readonly string[]> =>
      (await walk(`${path}?spaceId=${spaceId}&order=asc&`)).map(({ id }) => id).toSorted();
    const nested = (name: 'annotations' | 'reactions'): readonly (string | undefined)[] =>
      dataOf(lines, 'message').flatMap((message) => (message[name] ?? []).map(({ id }) => id));
    const loose = (record: string): readonly (string | undefined)[] => dataOf(lines, record).map(({ id }) => id);
    expect([...nested('annotations'), ...loose('annotation')].toSorted()).toEqual(await ids('/v1/annotations'));
    expect([...nested('reactions'), ...loose('reaction')].toSorted()).toEqual(await ids('/v1/reactions'));
    expect([loose('annotation').length, loose('reaction').length]).toEqual([1, 1]);
  });

  it('has only the messages of the times that are asked for', async () => {
    const since = new Date(start + 100).toISOString();
    const until = new Date(start + 200).toISOString();
    const lines = exportedLines(await exported(`since=${since}&until=${until}`));
    expect(dataOf(lines, 'message').map(({ externalId }) => Number(externalId?.slice(1)))).toEqual(
      expect.arrayContaining([300, 599]),
    );
    expect(lines.at(-1)).toMatchObject({ data: { messages: 300, members: 40 } });
  });

  it('is CSV with the same columns in every row and the texts as they were, where that is asked for', async () => {
    const text = await exported('format=csv');
    const rows = csvRows(text);
    expect(rows.at(-1)?.end).toBe(text.length);
    expect(new Set(rows.map(({ cells }) => cells.length)).size).toBe(1);
    const lines = exportedLines(await exported());
    const messages = exportedRows(text).filter(({ record }) => record === 'message');
    expect(messages.map(({ id }) => id)).toEqual(dataOf(lines, 'message').map(({ id }) => id));
    const contentOf = new Map(messages.map(({ externalId, content }) => [externalId, content]));
    const shown = oddTexts.map((_, number) => contentOf.get(`m${number}`));
    expect(shown).toEqual(oddTexts.map((odd) => (formulas.includes(odd) ? `'${odd}` : odd)));
  });

  it('gives no spreadsheet a formula to calculate, in whichever column', async () => {
    const cells = csvRows(await exported('format=csv')).flatMap((row) => row.cells);
    expect(cells.filter((cell) => /^[=+\-@\t\r＝＋－＠]/.test(cell))).toEqual([]);
    expect(formulas).toHaveLength(7);
  });

  it.each(['ndjson', 'csv'] as const)(
    'goes on behind the last whole record of %s as if it had not been cut',
    async (format) => {
      const whole = await exported(`format=${format}`);
      for (const bytes of [1_500, 20_000, 150_000, 700_000, whole.length - 300]) {
        const cut = await cutAfter(bytes, `format=${format}`);
        const [kept, cursor] = format === 'csv' ? lastOfCsv(cut) : lastOfNdjson(cut);
        const rest = await exported(`format=${format}&after=${cursor}`);
        expect([bytes, withoutHeader(kept + rest)]).toEqual([bytes, withoutHeader(whole)]);
      }
    },
  );

  it('can be read in as many parts as it has records', async () => {
    const cursors = exportedLines(await exported()).map(({ cursor }) => cursor);
    for (const number of [0, 1, 39, 40, 41, 539, 540, 541, cursors.length - 3, cursors.length - 2]) {
      const rest = exportedLines(await exported(`after=${cursors[number] ?? ''}`)).map(({ cursor }) => cursor);
      expect([number, rest]).toEqual([number, cursors.slice(number + 1)]);
    }
  });

  it('refuses the cursor of an export of other times, and of another list', async () => {
    const [header] = exportedLines(await exported());
    const { nextCursor } = await service.get<Page>('/v1/messages?limit=1');
    for (const query of [
      `after=${header?.cursor ?? ''}&since=2018-01-01T00:00:00Z`,
      `after=${nextCursor ?? ''}`,
      'after=nothing',
    ]) {
      expect([query, (await service.call('GET', pathOf(query))).status]).toEqual([query, 400]);
    }
  });

  it('has each message once while others are written before and behind the place that it reached', async () => {
    const before = (await walk(`/v1/spaces/${spaceId}/messages?order=asc&`)).map(({ id }) => id);
    const reading = new AbortController();
    let written = 0;
    const writing = (async () => {
      const startedAt = performance.now();
      while (!reading.signal.aborted) {
        const due = Math.floor((performance.now() - startedAt) / 5) - written;
        const facts = Array.from({ length: due }, (_, index): Fact => {
          const number = written + index;
          const ms = number % 2 === 0 ? 500 : 2_000;
          const occurredAt = new Date(start + ms + number);
          const data = { messageExternalId: `w${number}`, content: 'written meanwhile' };
          return { occurredAt, space: { externalId: 'room' }, type: 'message.created', data };
        });
        if (facts.length > 0) await tell(service, facts, { connectionId });
        written += facts.length;
        await delay(20);
      }
    })();
    const text = await slowly(pathOf());
    reading.abort();
    await writing;
    const lines = exportedLines(text);
    const ids = dataOf(lines, 'message').map(({ id }) => id ?? '');
    expect(new Set(ids).size).toBe(ids.length);
    const known = new Set(before);
    expect(ids.filter((id) => known.has(id))).toEqual(before);
    expect(lines.at(-1)).toMatchObject({ record: 'trailer', data: { messages: ids.length } });
    const told = await feedAfter(dataOf(lines, 'header')[0]?.eventsAfter ?? '');
    const all = (await walk(`/v1/spaces/${spaceId}/messages?order=asc&`)).map(({ id }) => id);
    expect(all).toHaveLength(before.length + written);
    expect(all.filter((id) => !ids.includes(id) && !told.has(id))).toEqual([]);
    expect(written).toBeGreaterThan(200);
  });
});

/** Reads an answer with pauses, for a few seconds. */
async function slowly(path: string): Promise<string> {
  let text = '';
  for await (const piece of textOfStream(await startReading(`${service.url}${path}`))) {
    text += piece;
    await delay(60);
  }
  return text;
}

/** The messages that the change feed tells of behind a place. */
async function feedAfter(cursor: string): Promise<ReadonlySet<string | undefined>> {
  const told = new Set<string | undefined>();
  for (let at = cursor; ;) {
    const page = await service.get<{ items: readonly { messageId?: string }[]; nextCursor: string | null }>(
      `/v1/events?limit=200&cursor=${at}`,
    );
    for (const { messageId } of page.items) told.add(messageId);
    if (page.nextCursor === null || page.items.length === 0) return told;
    at = page.nextCursor;
  }
}

/** What was whole before the cut, and the cursor of its last record. */
function lastOfNdjson(cut: string): readonly [string, string] {
  const kept = cut.slice(0, cut.lastIndexOf('\n') + 1);
  return [kept, exportedLines(kept).at(-1)?.cursor ?? ''];
}

function lastOfCsv(cut: string): readonly [string, string] {
  const kept = cut.slice(0, csvRows(cut).at(-1)?.end ?? 0);
  return [kept, exportedRows(kept).at(-1)?.['cursor'] ?? ''];
}

/** A header says when it was made. */
function withoutHeader(text: string): string {
  return text.replaceAll(/^.*(exportedAt|"header").*$/gm, '');
}
