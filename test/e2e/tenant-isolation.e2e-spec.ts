import { type OpenAPIObject } from '@nestjs/swagger';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestTo, type ApiRequest } from '../setup/api-calls.js';
import { callOperation } from '../setup/api-caller.js';
import { ApiDocument, type ApiOperation } from '../setup/api-document.js';
import { startApiStage, type ApiStage } from '../setup/api-stage.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { exportedCounts } from '../setup/export-records.js';
import { eventually, startTestService, type Answer, type TestService } from '../setup/service.js';

describe('the service on a database that does not keep tenants apart', () => {
  let database: TestDatabase;
  let service: TestService;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query('alter table spaces disable row level security');
    service = await startTestService(database.url);
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('does not become ready, and says why', async () => {
    await expect(service.ready).rejects.toMatchObject({
      code: 'tenant-isolation-missing',
      detail: 'The database does not keep tenants apart: row-level security is off for spaces.',
    });
    expect((await service.call('GET', '/health/ready')).status).toBe(503);
  });

  it('lets nobody read', async () => {
    await service.ready.catch(() => undefined);
    for (const path of ['/v1/connections', '/v1/deliveries', '/v1/keys', '/v1/events', '/v1/jobs', '/v1/spaces']) {
      expect([path, (await service.call('GET', path)).status]).toEqual([path, 503]);
    }
  });
});

describe('the service with something of everything', () => {
  let database: TestDatabase;
  let stage: ApiStage;
  let tables: readonly string[];
  const reads = new Map<string, { readonly operation: ApiOperation; readonly request: ApiRequest }>();

  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startApiStage(database.url);
    await stage.service.call('PATCH', '/v1/tenant', { body: { searchLanguage: 'english' } });
    await eventually(
      () => stage.service.get<List>('/v1/messages?q=acme'),
      ({ items }) => items.length > 0,
    );
    tables = await tablesOfTenants();
    const document = new ApiDocument(await stage.service.get<OpenAPIObject>('/openapi.json'));
    // So that there is an act in the ledger.
    const start = document.operation('startConversation');
    await callOperation(stage.service, start, await requestTo(stage, start));
    for (const operation of document.operations.filter(isRead)) {
      const request = await requestTo(stage, operation);
      reads.set(operation.operationId, { operation, request });
      if (operation.parameters.some(({ name }) => name === 'asOf')) {
        const query = { ...request.query, asOf: new Date(Date.now() + 60_000).toISOString() };
        reads.set(`${operation.operationId} of the past`, { operation, request: { ...request, query } });
      }
      if (operation.operationId === 'listMessages') {
        reads.set('a search', { operation, request: { query: { q: 'acme', highlight: true } } });
        reads.set('a search by relevance', { operation, request: { query: { q: 'acme', sort: 'relevance' } } });
      }
    }
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  async function tablesOfTenants(): Promise<readonly string[]> {
    const rows = await database.query<{ name: string }>(
      `select c.relname as name from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
    );
    return rows.map(({ name }) => name);
  }

  /** How many rows of each table the role of tenants sees as that tenant. */
  async function countsAs(tenant: string): Promise<Readonly<Record<string, number>>> {
    const client = new Client({ connectionString: database.url, options: '-c role=liaison_tenant' });
    await client.connect();
    try {
      await client.query(`select set_config('liaison.tenant', $1, false)`, [tenant]);
      const counts: [string, number][] = [];
      for (const table of tables) {
        const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from ${table}`);
        counts.push([table, rows[0]?.count ?? -1]);
      }
      return Object.fromEntries(counts);
    } finally {
      await client.end();
    }
  }

  /** What each reading shows: how many things of a list, or whether there is the one. */
  async function shown(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const [name, { operation, request }] of reads) {
      const answer = await callOperation(stage.service, operation, request);
      counts.set(name, thingsIn(name, answer));
    }
    return counts;
  }

  /** Does something while the role of tenants sees nothing of these tables, which are otherwise as they were. */
  async function hiding(hidden: readonly string[], work: () => Promise<void>): Promise<void> {
    for (const table of hidden) {
      await database.query(
        `create policy hidden on ${table} as restrictive for select to liaison_tenant using (false)`,
      );
    }
    try {
      await work();
    } finally {
      for (const table of hidden) await database.query(`drop policy hidden on ${table}`);
    }
  }

  it('has rows in the tables, of which another tenant sees none without asking for any', async () => {
    const nothing = Object.fromEntries(tables.map((table) => [table, 0]));
    expect(await countsAs('another tenant')).toEqual(nothing);
    const filled = Object.values(await countsAs('default')).filter((count) => count > 0);
    expect(filled.length).toBeGreaterThanOrEqual(20);
  });

  it('shows nothing on any route that the role of tenants does not see, so no route reads past it', async () => {
    const before = await shown();
    expect([...before].filter(([, count]) => count === 0)).toEqual([]);
    expect(before.size).toBeGreaterThanOrEqual(40);
    await hiding(tables, async () => {
      expect([...(await shown())].filter(([, count]) => count > 0)).toEqual([]);
    });
  });

  it('shows nothing from a table that the role does not see, behind another that it sees', async () => {
    const past = [...reads.keys()].filter((name) => name.endsWith('of the past'));
    const behind: Readonly<Record<string, readonly string[]>> = {
      members: ['listMembers', 'listCrmPeople'],
      registrations: ['listRegistrations'],
      messages: ['listSpaceMessages', 'a search', 'a search by relevance'],
      events: ['listMessageHistory', ...past],
    };
    // An export says what it holds, see below; health is counts.
    const named = new Set([...Object.values(behind).flat(), 'exportSpace', 'getCrmHealth']);
    const nested = [...reads].filter(([, { operation }]) => operation.path.includes('}/')).map(([name]) => name);
    expect(nested.filter((name) => !named.has(name))).toEqual([]);
    expect(past.length).toBeGreaterThanOrEqual(8);
    for (const [table, names] of Object.entries(behind)) {
      await hiding([table], async () => {
        const counts = await shown();
        expect(names.map((name) => [name, counts.get(name)])).toEqual(names.map((name) => [name, 0]));
      });
    }
  });

  it.each(['members', 'messages', 'annotations', 'reactions'])(
    'exports no %s that the role does not see',
    async (table) => {
      const path = `/v1/spaces/${stage.ids['spaces'] ?? ''}/export`;
      const counted = async (): Promise<number | undefined> =>
        exportedCounts(await stage.service.get<string>(path))[table];
      expect(await counted()).toBeGreaterThan(0);
      await hiding([table], async () => {
        expect(await counted()).toBe(0);
      });
    },
  );
});

interface List {
  readonly items: readonly unknown[];
}

/** A stream has no end to wait for. */
function isRead({ method, isSecured, responses }: ApiOperation): boolean {
  return method === 'get' && isSecured && responses['200']?.content?.['text/event-stream'] === undefined;
}

function thingsIn(name: string, { status, body }: Answer<unknown>): number {
  if (status === 404) return 0;
  if (status !== 200) throw new Error(`${name}: ${status} ${JSON.stringify(body)}`);
  if (typeof body !== 'object' || body === null) return 1;
  if ('items' in body && Array.isArray(body.items)) return body.items.length;
  // A tenant is there without a row; its settings are not.
  return 'searchLanguage' in body && body.searchLanguage === 'simple' ? 0 : 1;
}
