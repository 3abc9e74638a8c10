import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { rowsOf } from '../../src/database/rows.js';
import { TenantReads } from '../../src/database/tenant-reads.js';
import { type Fact } from '../../src/events/event.js';
import { MessagesQueries } from '../../src/messages/messages.queries.js';
import { searchQueries } from '../../src/search/search-queries.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { indexAll, tell } from '../setup/facts.js';
import { startTestService, type TestService } from '../setup/service.js';

interface Found {
  readonly items: readonly { readonly externalId: string }[];
}

const start = Date.UTC(2018, 1, 27, 12);
const connectionId = uuidV7();
const naughty = JSON.parse(readFileSync('test/fixtures/naughty/blns.json', 'utf8')) as readonly string[];

let database: TestDatabase;
let service: TestService;
let minute = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
  await service.ready;
});
afterAll(async () => {
  await service.stop();
  await database.drop();
});

function fact(part: Pick<Fact, 'type' | 'data'>): Fact {
  const space = { externalId: 'room' };
  // The parts are made below, where type and data belong together.
  return { occurredAt: new Date(start + ++minute * 60_000), space, actor: { externalId: 'ann' }, ...part } as Fact;
}
const said = (messageExternalId: string, content: string): Fact =>
  fact({ type: 'message.created', data: { messageExternalId, content } });
const annotated = (messageExternalId: string, annotationType: string, payload: object): Fact =>
  fact({
    type: 'annotation.added',
    data: {
      messageExternalId,
      annotationExternalId: `${messageExternalId}-${annotationType}`,
      annotationType,
      payload,
    },
  } as Pick<Fact, 'type' | 'data'>);

async function told(...facts: readonly Fact[]): Promise<void> {
  await tell(service, facts, { connectionId });
  await indexAll(service);
}

/** The external ids of the messages that are found, oldest first. */
async function find(q: string, more: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const query = new URLSearchParams({ q, order: 'asc', ...more }).toString();
  return (await service.get<Found>(`/v1/messages?${query}`)).items.map(({ externalId }) => externalId);
}

describe('a search for words', () => {
  beforeAll(async () => {
    await told(
      said('m1', 'The deal room is open'),
      said('m2', 'A big deal, and a room'),
      said('m3', 'Dealer meeting in Zürich'),
      said('m4', "O'Brien's follow-up (urgent!)"),
      said('m5', 'Cafe\u0301 at noon'),
    );
  });

  it.each([
    ['words that are all there', 'room deal', ['m1', 'm2']],
    ['words next to each other', '"deal room"', ['m1']],
    ['words of which one must not be there', 'deal -open', ['m2']],
    ['words next to each other that must not be there', 'deal -"deal room"', ['m2']],
    ['one of two words', 'open or zürich', ['m1', 'm3']],
    ['one of two, each with another', 'big deal or dealer meeting', ['m2', 'm3']],
    ['the beginning of a word', 'deal*', ['m1', 'm2', 'm3']],
    ['the beginning of a word in which a stop sign stands', 'follow-u*', ['m4']],
    ['the beginning of a word that must not be there', 'room -ope*', ['m2']],
    ['only a word that must not be there', '-deal', ['m3', 'm4', 'm5']],
    ['any case', 'DEALER', ['m3']],
    ['a word with an apostrophe', "o'brien", ['m4']],
    ['an accent that is encoded in another way', 'café', ['m5']],
    ['nothing but signs', '!&|()<->:* -', []],
  ])('finds %s', async (_what, q, expected) => {
    expect(await find(q)).toEqual(expected);
  });

  it('does not find an accent by the letter without it', async () => {
    expect(await find('zurich')).toEqual([]);
  });

  it('takes a word with every sign around it', async () => {
    for (const q of ["'deal", 'deal\\', 'deal:', '(deal', '!deal', 'deal|', '&deal', 'deal<->', `deal'":`]) {
      expect([q, await find(q)]).toEqual([q, ['m1', 'm2']]);
    }
  });

  it('finds the new words of an edited message, and its old ones no more', async () => {
    await told(said('e1', 'the first wording'));
    expect(await find('wording')).toEqual(['e1']);
    await told(fact({ type: 'message.edited', data: { messageExternalId: 'e1', content: 'the second version' } }));
    expect(await find('wording')).toEqual([]);
    expect(await find('version')).toEqual(['e1']);
  });

  it('finds no word of a deleted message, not even before the index has followed', async () => {
    await told(said('d1', 'a confidential figure'));
    expect(await find('confidential')).toEqual(['d1']);
    await tell(service, [fact({ type: 'message.deleted', data: { messageExternalId: 'd1' } })], { connectionId });
    expect(await find('confidential')).toEqual([]);
    await indexAll(service);
    expect(await database.query(`select 1 from message_search where words @@ 'confidential'::tsquery`)).toEqual([]);
  });

  it('finds what a person would look for in annotations, and no ids, names of types or scores', async () => {
    await told(
      said('a1', 'do you know them'),
      annotated('a1', 'message-nlp-keywords', { language: 'en', keywords: [{ text: 'renewal plan', relevance: 0.9 }] }),
      annotated('a1', 'message-nlp-entities', { entities: [{ text: 'Lyon', type: 'Location', count: 1 }] }),
      annotated('a1', 'message-nlp-concepts', { concepts: [{ text: 'São Paulo', dbpedia: 'http://dbpedia.org/x' }] }),
      annotated('a1', 'message-nlp-taxonomy', { taxonomy: [{ label: '/shopping/toys/action figures', score: 0.7 }] }),
      annotated('a1', 'message-focus', { lens: 'Question', phrase: 'who signs', category: 'Ask' }),
      annotated('a1', 'conversation-moment', { momentSummary: { phrases: [{ label: 'signature' }] } }),
      annotated('a1', 'file', { name: 'budget.xlsx', fileId: 'f1' }),
      annotated('a1', 'GENERIC', {
        title: 'Build server',
        text: 'all green',
        color: '#ffffff',
        actor: { name: 'bot' },
      }),
      annotated('a1', 'mention', { text: 'unheard' }),
    );
    for (const q of ['renewal', 'lyon', 'são paulo', 'toys', '"action figures"', 'signs', 'signature', 'budget.xlsx']) {
      expect([q, await find(q)]).toEqual([q, ['a1']]);
    }
    for (const q of ['"build server"', '"all green"']) expect([q, await find(q)]).toEqual([q, ['a1']]);
    for (const q of ['location', 'dbpedia', 'question', 'f1', 'ffffff', 'bot', 'unheard']) {
      expect([q, await find(q)]).toEqual([q, []]);
    }
  });

  it('writes nothing where an annotation repeats words of its message', async () => {
    await told(said('r1', 'Acme wants an offer'));
    const row = `select xmin::text, ctid::text from message_search where words @@ 'acme'::tsquery`;
    const before = await database.query(row);
    await told(annotated('r1', 'message-nlp-keywords', { keywords: [{ text: 'Acme' }, { text: 'offer' }] }));
    expect(await database.query(row)).toEqual(before);
  });
});

describe('any text', () => {
  it('of the naughty ones is a valid search', async () => {
    const texts = naughty.map((text) => text.slice(0, 200).toWellFormed()).filter((text) => text !== '');
    expect(texts.length).toBeGreaterThan(450);
    const answers = texts.map((q, index) => async (): Promise<readonly [string, number]> => {
      const sort = index % 2 === 0 ? 'time' : 'relevance';
      const query = new URLSearchParams({ q, sort, highlight: 'true' }).toString();
      return [q, (await service.call('GET', `/v1/messages?${query}`)).status];
    });
    const refused: (readonly [string, number])[] = [];
    for (let at = 0; at < answers.length; at += 8) {
      const some = await Promise.all(answers.slice(at, at + 8).map((ask) => ask()));
      refused.push(...some.filter(([, status]) => status !== 200));
    }
    expect(refused).toEqual([]);
  });

  it('is a valid search, by time and by relevance, with highlights', async () => {
    const queries = service.app.get(MessagesQueries);
    const sign = fc.constantFrom(...`"'\\*:&|!()<->- \t`, ' or ', 'deal', 'room*', '"', 'é', '👍', 'ﬀ', '\u202e');
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }).map((any) => any.replaceAll('\0', '')),
      fc.array(sign, { minLength: 1, maxLength: 40 }).map((signs) => signs.join('')),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom('time' as const, 'relevance' as const), async (q, sort) => {
        const asked = { q, sort, order: 'desc' as const, limit: 5, highlight: 'true' };
        const { items } = await queries.page('default', asked);
        expect(items.length).toBeLessThanOrEqual(5);
      }),
      { numRuns: 150 },
    );
  });

  it('without a beginning of a word means what web search in Postgres means by it', async () => {
    const dataSource = service.app.get(DataSource);
    const word = fc.constantFrom(
      'deal',
      'room',
      'big',
      'open',
      'the',
      'running',
      'follow-up',
      "o'brien",
      'ann@x.example',
    );
    const term = fc.oneof(
      word,
      fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => `"${words.join(' ')}"`),
    );
    const signed = fc.tuple(fc.constantFrom('', '', '-'), term).map(([sign, text]) => sign + text);
    const all = fc.array(signed, { minLength: 1, maxLength: 3 }).map((terms) => terms.join(' '));
    const any = fc.array(all, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' or '));
    await fc.assert(
      fc.asyncProperty(any, async (text) => {
        const [ours] = await searchQueries(service.app.get(TenantReads), 'default', text);
        const [same] = await rowsOf<{ theirs: string; same: boolean }>(
          dataSource,
          `select websearch_to_tsquery('simple', $1)::text as theirs, websearch_to_tsquery('simple', $1) = $2::tsquery as same`,
          [text, ours?.query ?? ''],
        );
        expect([text, ours?.query ?? '']).toEqual([text, same?.theirs]);
      }),
      { numRuns: 200 },
    );
  });
});
