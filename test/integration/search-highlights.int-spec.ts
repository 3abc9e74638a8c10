import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { type Fact } from '../../src/events/event.js';
import { TenantReads } from '../../src/database/tenant-reads.js';
import { highlights, type Passage } from '../../src/search/highlights.js';
import { searchQueries } from '../../src/search/search-queries.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { indexAll, tell } from '../setup/facts.js';
import { startTestService, type TestService } from '../setup/service.js';

interface Message {
  readonly externalId: string;
  readonly annotations: readonly { readonly id: string }[];
  readonly highlights?: readonly { readonly annotationId: string | null; readonly passages: readonly Passage[] }[];
}

const connectionId = uuidV7();
let database: TestDatabase;
let service: TestService;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
  await service.ready;
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});

async function passagesOf(text: string, q: string): Promise<readonly Passage[]> {
  const reads = service.app.get(TenantReads);
  const [query] = await searchQueries(reads, 'default', q);
  if (query === undefined) throw new Error('nothing to look for');
  const [passages = []] = await highlights(reads, 'default', query, [text]);
  return passages;
}
const marked = ({ text, marks }: Passage): string[] => marks.map(({ start, end }) => text.slice(start, end));

describe('highlights', () => {
  it('say where the words stand, in content and annotations, of the page that is shown', async () => {
    const at = { occurredAt: new Date(Date.UTC(2018, 1, 27)), space: { externalId: 'room' } };
    const facts: Fact[] = [
      {
        ...at,
        type: 'message.created',
        data: { messageExternalId: 'm1', content: 'Grüße 👍, der Deal und noch ein Deal' },
      },
      {
        ...at,
        type: 'annotation.added',
        data: {
          ...{ messageExternalId: 'm1', annotationExternalId: 'a1', annotationType: 'message-nlp-taxonomy' },
          payload: { taxonomy: [{ label: '/business/deal making' }, { label: '/toys' }] },
        },
      },
      { ...at, type: 'message.created', data: { messageExternalId: 'm2', content: 'no word of it' } },
    ];
    await tell(service, facts, { connectionId });
    await indexAll(service);
    const { items } = await service.get<{ items: Message[] }>('/v1/messages?q=deal&highlight=true');
    expect(items).toHaveLength(1);
    const [message] = items;
    expect(message?.highlights?.map(({ annotationId }) => annotationId)).toEqual([null, message?.annotations[0]?.id]);
    const [content, annotation] = (message?.highlights ?? []).map(({ passages }) => passages);
    expect(content?.flatMap(marked)).toEqual(['Deal', 'Deal']);
    expect(content?.map(({ text }) => text)).toEqual(['Grüße 👍, der Deal und noch ein Deal']);
    expect(annotation?.flatMap(marked)).toEqual(['deal']);
    const plain = await service.get<{ items: Message[] }>('/v1/messages?q=deal');
    expect(plain.items[0]).not.toHaveProperty('highlights');
  });

  it('show passages around the words of a long text, at most three', async () => {
    const filler = 'word '.repeat(200);
    const passages = await passagesOf(`${filler}deal ${filler}deal ${filler}deal ${filler}deal`, 'deal');
    expect(passages).toHaveLength(3);
    for (const passage of passages) {
      expect(marked(passage)).toEqual(['deal']);
      expect(passage.text.length).toBeLessThan(300);
    }
  });

  it('mark the words of phrases and whole words by their beginning', async () => {
    expect((await passagesOf('no room; a deal room', '"deal room"')).flatMap(marked)).toContain('deal');
    expect((await passagesOf('a dealer deals', 'deal*')).flatMap(marked)).toEqual(['dealer', 'deals']);
  });

  it('take nothing that somebody wrote for a mark', async () => {
    const text = '\u0002deal\u0003 <b>deal</b> \u0004 <script>alert("deal")</script> &lt; deal';
    // What a script is made of, Postgres takes for no words, here as in the index.
    const passages = await passagesOf(text, 'deal');
    expect(passages.flatMap(marked)).toEqual(['deal', 'deal', 'deal']);
  });

  it('are of any text inside of it, and never of anything but a word that was looked for', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'deal',
        'DEAL',
        ' ',
        '\u0002',
        '\u0003',
        '\u0004',
        '<b>',
        '</b>',
        '&amp;',
        '👍',
        '"',
        '=',
        'x',
        '\n',
      ),
      fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => text.replaceAll('\0', '')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
        for (const passage of await passagesOf(pieces.join(''), 'deal')) {
          for (const word of marked(passage)) expect(word.toLowerCase()).toBe('deal');
          for (const mark of ['\u0002', '\u0003', '\u0004']) expect(passage.text).not.toContain(mark);
        }
      }),
      { numRuns: 100 },
    );
  });
});
