import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { DeliveryLog } from '../../src/deliveries/delivery-log.js';
import { markVerified } from '../../src/deliveries/delivery.js';
import { type Fact } from '../../src/events/event.js';
import { ApiDocument } from '../setup/api-document.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { indexAll, tell } from '../setup/facts.js';
import { startTestService, type TestService } from '../setup/service.js';
import { rowMaker } from '../setup/synthetic-row.js';
import { connectWatson } from '../setup/watson.js';

interface Row {
  readonly id?: string;
  readonly name?: string;
}
interface Page {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
}

/** Writes so many rows of a list. */
type Feed = (rows: number) => Promise<unknown>;

type At = Pick<Fact, 'occurredAt'> & { readonly space: { readonly externalId: string } };

const connectionId = uuidV7();
const writesPerSecond = 200;
const rowsBefore = 240;
const rowsAtOnce = 20;
/** After that many the walk may end, also on a machine where it is slower than what is written before it. */
const rowsMeanwhile = 1_000;
const pages = 20;
/** Whoever walks takes a moment for each page. */
const betweenPagesMs = 50;
const start = Date.UTC(2018, 1, 27);
let database: TestDatabase;
let service: TestService;
let document: ApiDocument;
let spaceId = '';
let messageId = '';
let watsonId = '';
let crmId = '';
let number = 0;

/** A time around that of the rows that are there, so that new ones come before, between and behind them. */
const someTime = (): string => new Date(start + randomInt(60_000)).toISOString();

/** What a fact of each kind says, under a name of its own. */
const factOf = {
  message: (name: string, at: At): Fact => ({
    ...at,
    type: 'message.created',
    data: { messageExternalId: name, content: `words ${name}` },
  }),
  annotation: (name: string, at: At): Fact => ({
    ...at,
    type: 'annotation.added',
    data: { messageExternalId: 'first', annotationExternalId: name },
  }),
  reaction: (name: string, at: At): Fact => ({
    ...at,
    type: 'reaction.added',
    data: { messageExternalId: 'first', reaction: name },
  }),
  member: (name: string, at: At): Fact => ({
    ...at,
    type: 'member.joined',
    data: { member: { externalId: name, email: `${name.replace(' ', '.')}@example.com` } },
  }),
  space: (name: string, at: At): Fact => ({
    ...at,
    type: 'space.updated',
    space: { externalId: name },
    data: { changes: {} },
  }),
};

/** Facts of a kind, five in each millisecond. */
const told =
  (kind: keyof typeof factOf): Feed =>
  async (rows) => {
    const facts = Array.from({ length: rows / 5 }, (): readonly Fact[] => {
      const at = { occurredAt: new Date(someTime()), space: { externalId: 'room' }, actor: { externalId: 'somebody' } };
      return Array.from({ length: 5 }, () => factOf[kind](`${kind} ${number++}`, at));
    });
    await tell(service, facts.flat(), { connectionId });
  };
const toldAndIndexed: Feed = async (rows) => {
  await told('message')(rows);
  await indexAll(service);
};

const delivered: Feed = (rows) =>
  Promise.all(
    Array.from({ length: rows }, () => {
      const body = Buffer.from(String(number++));
      const delivery = markVerified({ body, headers: {}, query: '', receivedAt: new Date() }, 'hmac-sha256');
      return service.app.get(DeliveryLog).append(delivery, {
        ...{ tenantId: 'default', connectionId, platform: 'watson-work', laneKey: 'room', sourceTimeMs: undefined },
        ...{ platformIndex: undefined, retryCount: undefined, keptHeaders: [] },
      });
    }),
  );

const connected: Feed = (rows) => Promise.all(Array.from({ length: rows }, () => connectWatson(service)));

const crmConnected: Feed = async (rows) => {
  const secrets = { signingSecrets: `whsec_${Buffer.from('secret of the endpoint').toString('base64')}` };
  const body = { platform: 'generic', name: 'Deals', settings: { url: 'http://127.0.0.1:1' }, secrets };
  await Promise.all(Array.from({ length: rows }, () => service.call('POST', '/v1/crm/connections', { body })));
};

/**
 * New rows of a table at any place of its order, and with them changes of rows that are there already in what work changes:
 * none of that may be what the list is in the order of.
 */
async function stored(
  table: string,
  { changed, ...known }: Readonly<Record<string, string>> & { readonly changed?: string },
  ownOf: () => Readonly<Record<string, string>> = () => ({}),
): Promise<Feed> {
  const common = { tenant_id: 'default', connection_id: connectionId, platform: 'watson-work' };
  const make = await rowMaker(database, table, { ...common, ...known, ...ownOf() });
  if (make === undefined) throw new Error(`there is no table ${table} of tenants`);
  return async (rows) => {
    await make(Array.from({ length: rows }, ownOf));
    if (changed === undefined) return;
    await database.query(
      `update ${table} set ${changed} = now()
       where ctid = any(array(select ctid from ${table} order by random() limit ${rows}))`,
    );
  };
}
const keyId = (): string =>
  Array.from({ length: 12 }, () => 'abcdefghijklmnopqrstuvwxyz234567'[randomInt(32)] ?? '').join('');

/** Every list of the API that somebody can write to while it is walked: where it is, and how it is fed. */
const lists: Readonly<Record<string, readonly [() => string, () => Feed | Promise<Feed>]>> = {
  listEvents: [() => '/v1/events?', () => told('message')],
  listSpaces: [() => '/v1/spaces?', () => told('space')],
  listMembers: [() => `/v1/spaces/${spaceId}/members?`, () => told('member')],
  listMessages: [() => '/v1/messages?', () => told('message')],
  'listMessages, oldest first': [() => '/v1/messages?order=asc&', () => told('message')],
  'listMessages with words': [() => '/v1/messages?q=words&', () => toldAndIndexed],
  'listMessages with words, oldest first': [() => '/v1/messages?q=words&order=asc&', () => toldAndIndexed],
  'listMessages of the past': [
    () => `/v1/messages?asOf=${new Date(start + 90_000).toISOString()}&`,
    () => told('message'),
  ],
  listSpaceMessages: [() => `/v1/spaces/${spaceId}/messages?`, () => told('message')],
  listMessageHistory: [() => `/v1/messages/${messageId}/history?`, () => told('annotation')],
  listAnnotations: [() => '/v1/annotations?', () => told('annotation')],
  listReactions: [() => '/v1/reactions?order=asc&', () => told('reaction')],
  listDeliveries: [() => '/v1/deliveries?', () => delivered],
  listConversations: [
    () => '/v1/conversations?',
    () => stored('conversations', { changed: 'ended_at' }, () => ({ sort_at: someTime() })),
  ],
  listAuthorizations: [
    () => '/v1/authorizations?',
    () => stored('authorizations', { changed: 'revoked_at' }, () => ({ sort_at: someTime() })),
  ],
  listRegistrations: [
    () => `/v1/connections/${watsonId}/registrations?`,
    () => stored('registrations', { connection_id: watsonId, changed: 'checked_at' }),
  ],
  listConnections: [() => '/v1/connections?', () => connected],
  listCrmConnections: [() => '/v1/crm/connections?', () => crmConnected],
  listCrmLinks: [
    () => '/v1/crm/links?',
    () => stored('crm_links', { changed: 'removed_at' }, () => ({ record_external_id: randomUUID() })),
  ],
  listCrmLinkRules: [() => '/v1/crm/link-rules?', () => stored('crm_link_rules', {})],
  listCrmPeople: [() => `/v1/crm/connections/${crmId}/people?spaceId=${spaceId}&`, () => told('member')],
  listCrmChanges: [
    () => '/v1/crm/changes?',
    () => stored('crm_changes', { changed: 'synced_at' }, () => ({ entry_key: randomUUID() })),
  ],
  listCrmMappings: [
    () => '/v1/crm/mappings?',
    () => stored('crm_mappings', {}, () => ({ version: String(randomInt(1, 2 ** 31)) })),
  ],
  listGrants: [() => '/v1/grants?', () => stored('grants', { changed: 'renewed_at' })],
  listPosts: [() => '/v1/posts?', () => stored('posts', { poster: '', changed: 'looked_at' })],
  listDelegations: [() => '/v1/delegations?', () => stored('delegations', {})],
  listJobs: [() => '/v1/jobs?', () => stored('jobs', { changed: 'run_at' })],
  listOperations: [() => '/v1/operations?', () => stored('operations', { changed: 'updated_at' })],
  listCursors: [
    () => '/v1/cursors?',
    () => stored('feed_cursors', { changed: 'moved_at', position: '1000000000' }, () => ({ name: `c${randomUUID()}` })),
  ],
  listKeys: [
    () => '/v1/keys?',
    () => stored('api_keys', { changed: 'last_used_at' }, () => ({ id: keyId(), created_at: someTime() })),
  ],
  listAuditRecords: [() => '/v1/audit?', () => stored('audit_log', {})],
};

describe('a walk through a list that 200 rows a second are written to', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
    await service.ready;
    document = new ApiDocument(await service.get<OpenAPIObject>('/openapi.json'));
    const at = { occurredAt: new Date(start - 1), space: { externalId: 'room' } };
    await tell(service, [{ ...at, type: 'message.created', data: { messageExternalId: 'first', content: '' } }], {
      connectionId,
    });
    watsonId = (await connectWatson(service)).id;
    await crmConnected(1);
    crmId = (await service.get<Page>('/v1/crm/connections?')).items[0]?.id ?? '';
    messageId = (await service.get<Page>('/v1/messages?')).items[0]?.id ?? '';
    spaceId = (await service.get<Page>('/v1/spaces?')).items[0]?.id ?? '';
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  /** The ids of a list from its beginning to its end. */
  async function walk(path: string, limit: number, pauseMs: number): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let cursor = ''; ;) {
      const page: Page = await service.get<Page>(`${path}limit=${limit}${cursor}`);
      ids.push(...page.items.map(({ id, name }) => id ?? name ?? ''));
      if (page.nextCursor === null || page.items.length === 0) return ids;
      cursor = `&cursor=${page.nextCursor}`;
      await delay(pauseMs);
    }
  }

  /** Does something while rows are written, and says how many a second it were. */
  async function whileWriting<T>(write: Feed, work: () => Promise<T>): Promise<{ result: T; rowsPerSecond: number }> {
    const stop = new AbortController();
    const startedAt = performance.now();
    const seconds = (): number => (performance.now() - startedAt) / 1_000;
    const writing = (async () => {
      let written = 0;
      for (; !stop.signal.aborted && written < rowsMeanwhile; written += rowsAtOnce) {
        await write(rowsAtOnce);
        await delay(Math.max(0, ((written + rowsAtOnce) / writesPerSecond - seconds()) * 1_000));
      }
      return written / seconds();
    })();
    try {
      const result = await work();
      stop.abort();
      return { result, rowsPerSecond: await writing };
    } finally {
      stop.abort();
      await writing;
    }
  }

  it('is tried on every list that the document has', () => {
    const isList = (names: readonly string[]): boolean => names.includes('limit') && names.includes('cursor');
    const operations = document.operations
      .filter(({ parameters }) => isList(parameters.map(({ name }) => name)))
      .map(({ operationId }) => operationId);
    const tried = new Set(Object.keys(lists).map((name) => name.split(/[, ]/)[0]));
    expect(operations.filter((name) => !tried.has(name))).toEqual([]);
    expect(operations.length).toBeGreaterThan(20);
  });

  it.each(Object.entries(lists))('skips and repeats nothing in %s', async (_name, [path, feedOf]) => {
    const feed = await feedOf();
    for (let rows = 0; rows < rowsBefore; rows += rowsAtOnce) await feed(rowsAtOnce);
    const before = await walk(path(), 200, 0);
    expect(before.length).toBeGreaterThanOrEqual(rowsBefore);
    const limit = Math.min(200, Math.ceil(before.length / pages));
    const { result: seen, rowsPerSecond } = await whileWriting(feed, () => walk(path(), limit, betweenPagesMs));
    expect(new Set(seen).size).toBe(seen.length);
    const shown = new Set(seen);
    expect(before.filter((id) => !shown.has(id))).toEqual([]);
    // The machine of the test may be busy with other things.
    expect(rowsPerSecond).toBeGreaterThan(writesPerSecond / 4);
  });
});
