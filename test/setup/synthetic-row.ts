import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { type TestDatabase } from './database.js';

interface Column {
  readonly name: string;
  readonly type: string;
}

/**
 * Makes a row of a table with a value of the right type in every column that needs one, for tests to which it only matters
 * that it is there and whose it is. Answers its id;
 * undefined where there is no such table, or it has none.
 */
export async function makeRow(
  database: TestDatabase,
  table: string,
  known: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  return (await (await rowMaker(database, table, known))?.([{}]))?.[0];
}

/** The same for many rows at once, which may have values of their own for what is known of all. */
export async function rowMaker(
  database: TestDatabase,
  table: string,
  known: Readonly<Record<string, string>>,
): Promise<((rows: readonly Readonly<Record<string, string>>[]) => Promise<(string | undefined)[]>) | undefined> {
  const needed = await database.query<Column>(
    `select column_name as name, udt_name as type from information_schema.columns
     where table_schema = 'public' and table_name = $1
       and (is_nullable = 'NO' and column_default is null or column_name = any($2::text[]))`,
    [table, Object.keys(known)],
  );
  if (!needed.some(({ name }) => name === 'tenant_id')) return undefined;
  const checks = await database.query<{ rule: string }>(
    `select pg_get_constraintdef(oid) as rule from pg_constraint where conrelid = $1::regclass and contype = 'c'`,
    [table],
  );
  const names = needed.map(({ name }) => `"${name}"`);
  return async (rows) => {
    const values = rows.flatMap((own) =>
      needed.map(({ name, type }) => own[name] ?? known[name] ?? allowedBy(checks, name) ?? valueOf(type)),
    );
    const places = rows.map(
      (_, row) => `(${needed.map((__, column) => `$${row * needed.length + column + 1}`).join(', ')})`,
    );
    const made = await database.query<{ id: string | null }>(
      `insert into ${table} as made (${names.join(', ')}) values ${places.join(', ')}
       on conflict do nothing returning to_jsonb(made) ->> 'id' as id`,
      values,
    );
    return made.map(({ id }) => id ?? undefined);
  };
}

/** The first value of a column that may hold only certain ones. */
function allowedBy(checks: readonly { readonly rule: string }[], column: string): string | undefined {
  const pattern = new RegExp(`\\(${column} = (?:ANY \\(\\(?ARRAY\\[)?'([^']+)'`);
  return checks.map(({ rule }) => pattern.exec(rule)?.[1]).find((value) => value !== undefined);
}

function valueOf(type: string): string | boolean | Buffer {
  if (type.startsWith('_')) return '{}';
  switch (type) {
    case 'uuid':
      return randomUUID();
    case 'jsonb':
      return '{}';
    case 'timestamptz':
    case 'date':
      return new Date().toISOString();
    case 'float4':
      return '0.5';
    case 'bool':
      return false;
    case 'bytea':
      return randomBytes(16);
    case 'text':
      return `x${randomUUID()}`;
    case 'tsvector':
      return '';
    default:
      // All kinds of numbers hold as much.
      return String(randomInt(32_768));
  }
}
