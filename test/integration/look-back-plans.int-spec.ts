import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TenantReads } from '../../src/database/tenant-reads.js';
import { EventsQueries } from '../../src/events/events.queries.js';
import { MessagesQueries } from '../../src/messages/messages.queries.js';
import { SpacesQueries } from '../../src/spaces/spaces.queries.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { storeLongHistory, type LongHistory } from '../setup/long-history.js';
import { startTestService, type TestService } from '../setup/service.js';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Plan[];
}

interface Explained {
  readonly 'QUERY PLAN': readonly [{ readonly Plan: Plan }];
}

const explain = `explain (analyze, buffers, format json)`;
/** With what hangs on them, 100,000 events. */
const messageCount = 66_000;
const tenantId = 'default';

describe('a look back at a long history', () => {
  let database: TestDatabase;
  let service: TestService;
  let history: LongHistory;
  /** Tables that may be read whole: partitions without rows, and tables of a page or two. */
  let small: ReadonlySet<string>;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url, { LIAISON_ROLE: 'api' });
    await service.ready;
    history = await storeLongHistory(database, messageCount);
    const tables = await database.query<{ name: string }>(
      `select relname as name from pg_class where relkind = 'r' and relpages < 20`,
    );
    small = new Set(tables.map(({ name }) => name));
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  /** Every statement that the reading makes, run once more as the same role and explained. */
  async function plansOf(read: () => Promise<unknown>): Promise<Plan[]> {
    const reads = service.app.get(TenantReads);
    const [owner, tenant] = [vi.spyOn(service.app.get(DataSource), 'query'), vi.spyOn(reads, 'rows')];
    await read();
    const [byOwner, byTenant] = [[...owner.mock.calls], [...tenant.mock.calls]];
    owner.mockRestore();
    tenant.mockRestore();
    const plans: Explained[] = [];
    for (const [sql, parameters] of byOwner) {
      // What our own code hands over are lists.
      plans.push(...(await database.query<Explained>(`${explain} ${sql}`, parameters as readonly unknown[])));
    }
    for (const [, sql, parameters] of byTenant) {
      plans.push(...(await reads.rows<Explained>(tenantId, `${explain} ${sql}`, parameters)));
    }
    return plans.map((row) => row['QUERY PLAN'][0].Plan);
  }

  const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
  const asOf = (): { limit: number; order: 'desc'; sort: 'time'; asOf: string } => ({
    limit: 50,
    order: 'desc',
    sort: 'time',
    asOf: history.middle,
  });
  const knownAt = (): { limit: number; order: 'asc'; sort: 'time'; knownAt: string } => ({
    limit: 50,
    order: 'asc',
    sort: 'time',
    knownAt: history.middle,
  });
  const messages = (): MessagesQueries => service.app.get(MessagesQueries);
  const spaces = (): SpacesQueries => service.app.get(SpacesQueries);
  const events = (): EventsQueries => service.app.get(EventsQueries);

  it.each<[string, number, () => Promise<unknown>]>([
    ['the messages of a space', 3, () => messages().ofSpace(tenantId, history.spaceId, asOf())],
    ['the messages of a space as known', 3, () => messages().ofSpace(tenantId, history.spaceId, knownAt())],
    ['all messages', 2, () => messages().page(tenantId, asOf())],
    ['all messages as known', 2, () => messages().page(tenantId, { ...asOf(), knownAt: history.middle })],
    ['a message', 2, () => messages().get(tenantId, history.messageId, asOf())],
    ['annotations', 3, () => messages().annotations(tenantId, asOf())],
    ['annotations as known', 3, () => messages().annotations(tenantId, knownAt())],
    ['reactions', 5, () => messages().reactions(tenantId, asOf())],
    ['reactions as known', 5, () => messages().reactions(tenantId, knownAt())],
    ['spaces', 2, () => spaces().page(tenantId, asOf())],
    ['spaces as known', 2, () => spaces().page(tenantId, knownAt())],
    ['a space', 1, () => spaces().get(tenantId, history.spaceId, asOf())],
    ['members', 4, () => spaces().members(tenantId, history.spaceId, asOf())],
    ['members as known', 4, () => spaces().members(tenantId, history.spaceId, knownAt())],
  ])('reads %s by index alone, in %i statements', async (_what, statements, read) => {
    const plans = await plansOf(read);
    expect(plans.length).toBeGreaterThanOrEqual(statements);
    expectIndexesAlone(plans);
  });

  const now = { limit: 50, order: 'desc', sort: 'time' } as const;
  it.each<[string, () => Promise<unknown>]>([
    ['the messages of a space', () => messages().ofSpace(tenantId, history.spaceId, now)],
    ['all messages', () => messages().page(tenantId, { ...now, since: history.middle })],
    ['the messages of somebody', () => messages().page(tenantId, { ...now, authorId: 'user1' })],
    ['a message', () => messages().get(tenantId, history.messageId)],
    ['annotations', () => messages().annotations(tenantId, now)],
    ['reactions', () => messages().reactions(tenantId, now)],
    ['spaces', () => spaces().page(tenantId, now)],
    ['members', () => spaces().members(tenantId, history.spaceId, now)],
    ['the history of a message', () => events().ofMessage(tenantId, history.messageId, now)],
  ])('reads %s of now by index alone', async (_what, read) => {
    const plans = await plansOf(read);
    expect(plans.length).toBeGreaterThanOrEqual(1);
    expectIndexesAlone(plans);
  });

  function expectIndexesAlone(plans: readonly Plan[]): void {
    for (const plan of plans) {
      const whole = nodesOf(plan).filter(
        (node) => node['Node Type'] === 'Seq Scan' && !small.has(node['Relation Name'] ?? ''),
      );
      expect(whole.map((node) => node['Relation Name'])).toEqual([]);
      // Going through the events of the space, or of half of the time, would touch some 50,000 pages.
      expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(15_000);
    }
  }
});
