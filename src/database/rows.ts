import { type DataSource, type EntityManager } from 'typeorm';

/**
 * Runs a SELECT (or an INSERT with RETURNING) and gives its rows. `Row` states what the SQL beside the call selects: pg
 * cannot know it, so this is the one place where that claim is made.
 */
export async function rowsOf<Row>(
  source: DataSource | EntityManager,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  const result: unknown = await source.query(sql, [...parameters]);
  // TypeORM gives `[rows, count]` for UPDATE and DELETE and the rows alone for everything else.
  const rows: unknown = Array.isArray(result) && Array.isArray(result[0]) ? result[0] : result;
  // The claim described above.
  return rows as Row[];
}

/** The first row, or undefined. */
export async function firstRowOf<Row>(
  source: DataSource | EntityManager,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Row | undefined> {
  return (await rowsOf<Row>(source, sql, parameters))[0];
}
