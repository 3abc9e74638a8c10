import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createDataSource } from '../../src/database/data-source.js';
import { migrate } from '../../src/database/migrate.js';
import { migrations } from '../../src/database/migrations/migrations.js';
import { entities } from '../../src/registry.module.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';

const open: TestDatabase[] = [];

async function database(options: { readonly empty?: boolean } = {}): Promise<TestDatabase> {
  const made = await createTestDatabase(options);
  open.push(made);
  return made;
}

/** Everything that migrations made, one line each. */
async function schemaOf(made: TestDatabase): Promise<string[]> {
  const rows = await made.query<{ line: string }>(`
    select format('column %s.%s %s %s %s', table_name, column_name, udt_name, is_nullable, column_default) as line
    from information_schema.columns where table_schema = 'public' and table_name <> 'schema_migrations'
    union all select format('index %s', indexdef) from pg_indexes
              where schemaname = 'public' and tablename <> 'schema_migrations'
    union all select format('constraint %s %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
              where connamespace = 'public'::regnamespace and conrelid::regclass::text <> 'schema_migrations'
    union all select format('trigger %s', pg_get_triggerdef(oid)) from pg_trigger where not tgisinternal
    union all select format('sequence %s', sequencename) from pg_sequences
              where schemaname = 'public' and sequencename not like 'schema_migrations%'
    union all select format('policy %s %s %s %s', tablename, policyname, roles, qual) from pg_policies
              where schemaname = 'public'
    union all select format('row security %s', relname) from pg_class where relrowsecurity
    union all select format('grant %s %s', table_name, privilege_type) from information_schema.role_table_grants
              where grantee = 'liaison_tenant'
    union all select format('function %s', proname) from pg_proc where pronamespace = 'public'::regnamespace
    order by 1`);
  return rows.map((row) => row.line);
}

async function undoAll(url: string): Promise<void> {
  const dataSource = await createDataSource(url, { poolSize: 2 }).initialize();
  for (const migration of migrations) {
    expect(migration).toBeDefined();
    await dataSource.undoLastMigration();
  }
  await dataSource.destroy();
}

describe('migrations', () => {
  afterEach(async () => {
    for (const made of open.splice(0)) await made.drop();
  });

  it('make the whole schema on an empty database, and nothing when they run again', async () => {
    const empty = await database({ empty: true });
    expect(await migrate(empty.url)).toBe(migrations.length);
    expect(await schemaOf(empty)).toEqual(await schemaOf(await database()));
    expect(await migrate(empty.url)).toBe(0);
  });

  it('leave nothing behind when they are undone, and run again after that', async () => {
    const made = await database();
    const schema = await schemaOf(made);
    expect(schema.length).toBeGreaterThan(100);
    await undoAll(made.url);
    expect(await schemaOf(made)).toEqual([]);
    expect(await migrate(made.url)).toBe(migrations.length);
    expect(await schemaOf(made)).toEqual(schema);
  });

  it('run once when four processes start at the same moment', async () => {
    const empty = await database({ empty: true });
    const counts = await Promise.all([0, 1, 2, 3].map(() => migrate(empty.url)));
    expect(counts.toSorted((a, b) => a - b)).toEqual([0, 0, 0, migrations.length]);
  });

  it('run to their end after they were killed at any moment', { timeout: 60_000 }, async () => {
    const empty = await database({ empty: true });
    const schema = await schemaOf(await database());
    let killed = 0;
    for (let round = 0; round < 14; round++) {
      const running = migrate(empty.url).then(
        () => 'ran',
        () => 'killed',
      );
      await delay(5 + round * 6);
      await empty.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'liaison main'`,
      );
      if ((await running) === 'killed') killed += 1;
      await migrate(empty.url);
      expect(await schemaOf(empty)).toEqual(schema);
      await undoAll(empty.url);
    }
    expect(killed).toBeGreaterThan(0);
  });

  it('make what the entities say: each column with its type and whether it may be null', async () => {
    const made = await database();
    const dataSource = await createDataSource(made.url, { poolSize: 1, entities }).initialize();
    const said = dataSource.entityMetadatas.flatMap((entity) =>
      entity.columns.map((column) =>
        [
          `${entity.tableName}.${column.databaseName}`,
          `${column.isArray ? '_' : ''}${String(column.type)}`,
          column.isNullable ? 'YES' : 'NO',
        ].join(' '),
      ),
    );
    await dataSource.destroy();
    const columns = await made.query<{ line: string }>(
      `select format('%s.%s %s %s', table_name, column_name, udt_name, is_nullable) as line
       from information_schema.columns where table_schema = 'public' and table_name in ('connections', 'api_keys')`,
    );
    expect(said.toSorted()).toEqual(columns.map((column) => column.line).toSorted());
  });

  it('keep deliveries once per connection, time and content, and events once per delivery and ordinal', async () => {
    const made = await database();
    const keys = await made.query<{ name: string; definition: string }>(
      `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
       where conname in ('deliveries_once', 'events_once', 'parked_deliveries_pkey') order by conname`,
    );
    expect(keys.map((key) => key.definition)).toEqual([
      'UNIQUE (connection_id, source_time, fingerprint)',
      'UNIQUE (learned_at, delivery_seq, ordinal)',
      'PRIMARY KEY (connection_id, delivery_seq)',
    ]);
  });
});
