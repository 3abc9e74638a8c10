import { type DataSource } from 'typeorm';
import { type SecretBox } from '../common/security/secret-box.js';
import { rowsOf } from './rows.js';

/** A column that holds sealed values, and how a value is bound to its row. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The columns that name a row and what its values are bound to; all of them are read as text. */
  readonly key: readonly string[];
  readonly boundTo: (key: Readonly<Record<string, string>>) => string;
}

/** How far a resealing has come. */
export interface Resealed {
  readonly table: string;
  readonly resealed: number;
  readonly looked: number;
  readonly total: number;
}

const rowsAtOnce = 500;

interface SealedRow {
  readonly place: string;
  readonly sealed: string;
  readonly key: Readonly<Record<string, string>>;
}

/**
 * Seals every value of these columns with the first master key, while services run: a value that changes in between has
 * been sealed with the first key by whoever changed it, and is left alone. Throws `SecretBoxError` for a value that no key
 * opens; what was resealed before stays so, and a second run goes on.
 */
export async function resealColumns(
  dataSource: DataSource,
  box: SecretBox,
  columns: readonly SealedColumn[],
  report: (progress: Resealed) => void,
): Promise<number> {
  let all = 0;
  for (const sealedColumn of columns) {
    all += await resealColumn(dataSource, box, sealedColumn, report);
  }
  return all;
}

async function resealColumn(
  dataSource: DataSource,
  box: SecretBox,
  { table, column, key, boundTo }: SealedColumn,
  report: (progress: Resealed) => void,
): Promise<number> {
  const [counted] = await rowsOf<{ total: number }>(
    dataSource,
    `select count(*)::int as total from ${table} where ${column} is not null`,
  );
  const total = counted?.total ?? 0;
  const texts = key.map((name) => `'${name}', ${name}::text`).join(', ');
  const place = key.map((name) => `${name}::text`).join(` || ' ' || `);
  let [after, looked, resealed] = ['', 0, 0];
  for (;;) {
    const rows = await rowsOf<SealedRow>(
      dataSource,
      `select ${place} as place, ${column} as sealed, jsonb_build_object(${texts}) as key
       from ${table} where ${column} is not null and ${place} > $1 order by 1 limit ${rowsAtOnce}`,
      [after],
    );
    for (const row of rows) {
      if (!box.needsResealing(row.sealed)) continue;
      const fresh = box.seal(box.open(row.sealed, boundTo(row.key)), boundTo(row.key));
      const changed = await rowsOf(
        dataSource,
        `update ${table} set ${column} = $3 where ${place} = $1 and ${column} = $2 returning 1`,
        [row.place, row.sealed, fresh],
      );
      resealed += changed.length;
    }
    looked += rows.length;
    report({ table, resealed, looked, total });
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsAtOnce) return resealed;
    after = last.place;
  }
}
