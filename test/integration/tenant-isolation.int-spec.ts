import { Client, Pool, type PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TenantIsolationMissing, TenantReads } from '../../src/database/tenant-reads.js';
import { createReadPool } from '../../src/database/read-pool.js';
import { createDataSource } from '../../src/database/data-source.js';
import { ensurePartitions } from '../../src/database/partitions.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { makeRow } from '../setup/synthetic-row.js';

/** What a row needs besides values of the right types. */
const rules: Readonly<Record<string, Readonly<Record<string, string>>>> = { posts: { poster: '' } };

const tenants = ['tenant a', 'tenant b'] as const;
let database: TestDatabase;
let tables: readonly string[];

/** A session of the role, as that tenant or as nobody. */
async function sessionOf(tenant: string | undefined): Promise<Client> {
  const client = new Client({ connectionString: database.url, options: '-c role=liaison_tenant' });
  await client.connect();
  if (tenant !== undefined) await client.query(`select set_config('liaison.tenant', $1, false)`, [tenant]);
  return client;
}
/** The tables of the schema, those of tenants, and which rows a session sees in each. */
const tablesWhere = async (condition: string): Promise<readonly string[]> =>
  (
    await database.query<{ name: string }>(
      `select c.relname as name from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
         and ${condition} order by 1`,
    )
  ).map((row) => row.name);
const hasTenant = `exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and not attisdropped)`;

beforeAll(async () => {
  database = await createTestDatabase();
  const dataSource = await createDataSource(database.url, { poolSize: 1 }).initialize();
  await ensurePartitions(dataSource, new Date());
  await dataSource.destroy();
  tables = await tablesWhere(`not relispartition and ${hasTenant}`);
  for (const table of tables) {
    for (const tenant of tenants) {
      await makeRow(database, table, { tenant_id: tenant, ...rules[table] });
      await makeRow(database, table, { tenant_id: tenant, ...rules[table] });
    }
  }
});
afterAll(async () => {
  await database.drop();
});

describe('a tenant in the database', () => {
  it('sees all rows of its own and none of another in every table, without asking for either', async () => {
    expect(tables.length).toBeGreaterThanOrEqual(20);
    const session = await sessionOf('tenant a');
    try {
      for (const table of tables) {
        const { rows } = await session.query<{ tenant_id: string }>(`select tenant_id from ${table}`);
        const own = await database.query(`select tenant_id from ${table} where tenant_id = 'tenant a'`);
        expect(own.length).toBeGreaterThan(0);
        expect([table, rows]).toEqual([table, own]);
      }
    } finally {
      await session.end();
    }
  });

  it('sees none of another when it asks for that one', async () => {
    const session = await sessionOf('tenant a');
    try {
      for (const table of tables) {
        const { rows } = await session.query(
          `select 1 from ${table} where tenant_id = 'tenant b' or tenant_id is null`,
        );
        expect([table, rows]).toEqual([table, []]);
      }
    } finally {
      await session.end();
    }
  });

  it.each([undefined, '', 'tenant c', "tenant a' or true --"])('that is %j sees nothing', async (tenant) => {
    const session = await sessionOf(tenant);
    try {
      for (const table of tables) {
        expect([table, (await session.query(`select 1 from ${table}`)).rows]).toEqual([table, []]);
      }
    } finally {
      await session.end();
    }
  });

  it('changes nothing in any table', async () => {
    const session = await sessionOf('tenant a');
    try {
      for (const table of tables) {
        for (const change of [
          `insert into ${table} (tenant_id) values ('tenant a')`,
          `update ${table} set tenant_id = 'tenant a'`,
          `delete from ${table}`,
          `truncate ${table}`,
          `select 1 from ${table} for update`,
        ]) {
          await expect(session.query(change), change).rejects.toMatchObject({ code: '42501' });
        }
      }
    } finally {
      await session.end();
    }
  });

  it('gets no further by giving up the role', async () => {
    const session = await sessionOf('tenant a');
    try {
      await session.query('reset role');
      expect((await session.query(`select current_user as role`)).rows).toEqual([{ role: 'liaison_tenant' }]);
    } finally {
      await session.end();
    }
  });

  it('reads no partition past its table', async () => {
    const partitions = await tablesWhere(`relispartition and ${hasTenant}`);
    expect(partitions.length).toBeGreaterThan(10);
    const session = await sessionOf('tenant a');
    try {
      for (const partition of partitions) {
        await expect(session.query(`select 1 from ${partition}`), partition).rejects.toMatchObject({ code: '42501' });
      }
    } finally {
      await session.end();
    }
  });

  it('reads no other table but the attempts of its posts', async () => {
    const [post] = await database.query<{ id: string }>(`select id from posts where tenant_id = 'tenant a' limit 1`);
    const [other] = await database.query<{ id: string }>(`select id from posts where tenant_id = 'tenant b' limit 1`);
    await database.query(
      `insert into post_attempts (post_id, number, started_at) values ($1, 1, now()), ($2, 1, now())`,
      [post?.id, other?.id],
    );
    const session = await sessionOf('tenant a');
    try {
      const { rows } = await session.query(`select post_id as id from post_attempts`);
      expect(rows).toEqual([{ id: post?.id }]);
      const others = await tablesWhere(`not relispartition and not ${hasTenant} and relname <> 'post_attempts'`);
      expect(others.length).toBeGreaterThan(3);
      for (const table of others) {
        await expect(session.query(`select 1 from ${table}`), table).rejects.toMatchObject({ code: '42501' });
      }
    } finally {
      await session.end();
    }
  });
});

describe('TenantReads', () => {
  /** Reads over so many connections, and what was sent on them. */
  async function withReads(
    size: number,
    work: (reads: TenantReads, pool: Pool, sent: string[]) => Promise<void>,
  ): Promise<void> {
    const pool = createReadPool(database.url, size);
    const sent: string[] = [];
    pool.on('connect', (client: PoolClient) => {
      // Everything is passed on as it is.
      const query: unknown = Reflect.get(client, 'query');
      Object.assign(client, {
        query: (...all: readonly unknown[]): unknown => {
          sent.push(String(all[0]));
          return typeof query === 'function' ? Reflect.apply(query, client, all) : undefined;
        },
      });
    });
    const reads = new TenantReads(pool);
    try {
      await reads.verify();
      sent.length = 0;
      await work(reads, pool, sent);
    } finally {
      await reads.end();
    }
  }
  const tenantsSeen = `select distinct tenant_id as tenant from connections`;

  it('gives each tenant its own rows over one connection', async () => {
    await withReads(1, async (reads) => {
      for (const tenant of [...tenants, ...tenants]) {
        expect(await reads.rows(tenant, tenantsSeen)).toEqual([{ tenant }]);
      }
      expect(await reads.rows('tenant c', tenantsSeen)).toEqual([]);
    });
  });

  it('gives each tenant its own rows when many ask at the same moment', async () => {
    await withReads(3, async (reads) => {
      const asked = Array.from({ length: 300 }, (_, n) => tenants[(n * 7) % 3 === 0 ? 0 : 1]);
      const seen = await Promise.all(
        asked.map(async (tenant) => (await reads.rows<{ tenant: string }>(tenant, tenantsSeen))[0]?.tenant),
      );
      expect(seen).toEqual(asked);
    });
  });

  it('sets the tenant of a connection only when it is another than before', async () => {
    await withReads(1, async (reads, _, sent) => {
      for (const tenant of ['tenant a', 'tenant a', 'tenant a', 'tenant b', 'tenant b']) {
        await reads.rows(tenant, tenantsSeen);
      }
      expect(sent.filter((sql) => sql.includes('set_config'))).toHaveLength(2);
      expect(sent).toHaveLength(7);
    });
  });

  it('throws a connection away whose tenant could not be set, and one whose query failed', async () => {
    await withReads(1, async (reads, pool) => {
      await reads.rows('tenant a', tenantsSeen);
      await expect(reads.rows('tenant \u0000', tenantsSeen)).rejects.toThrow();
      expect(pool.totalCount).toBe(0);
      expect(await reads.rows('tenant b', tenantsSeen)).toEqual([{ tenant: 'tenant b' }]);
      await expect(reads.rows('tenant b', 'select 1 / 0')).rejects.toThrow();
      expect(pool.totalCount).toBe(0);
    });
  });

  it('reads nothing before the database was found to keep tenants apart', async () => {
    const reads = new TenantReads(createReadPool(database.url, 1));
    await expect(reads.rows('tenant a', tenantsSeen)).rejects.toMatchObject({ code: 'storage-unavailable' });
    await reads.end();
  });

  it.each([
    ['a table of tenants that nobody protected', `create table made_later (tenant_id text)`, `drop table made_later`],
    [
      'a table whose protection was taken off',
      `alter table spaces disable row level security`,
      `alter table spaces enable row level security`,
    ],
  ])('refuses %s', async (_, damage, repair) => {
    await withReads(1, async (reads) => {
      await database.query(damage);
      try {
        await expect(reads.verify()).rejects.toBeInstanceOf(TenantIsolationMissing);
        await expect(reads.rows('tenant a', tenantsSeen)).rejects.toMatchObject({ code: 'storage-unavailable' });
      } finally {
        await database.query(repair);
      }
      await reads.verify();
      expect(await reads.rows('tenant a', tenantsSeen)).toHaveLength(1);
    });
  });

  it('refuses connections that are not the role', async () => {
    const reads = new TenantReads(new Pool({ connectionString: database.url }));
    await expect(reads.verify()).rejects.toMatchObject({ code: 'tenant-isolation-missing' });
    await reads.end();
  });
});
