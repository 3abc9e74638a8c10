import { type DataSource } from 'typeorm';
import { type SecretBox } from '../common/security/secret-box.js';
import { rowsOf } from './rows.js';

/** A column that holds sealed values, and how a value is bound to its row. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The columns of the primary key, in its order: the table is read along it. */
  readonly key: readonly string[];
  /** The columns that a value is bound to; they are read as text. */
  readonly boundBy: readonly string[];
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
  readonly place: readonly string[];
  readonly sealed: string;
  readonly bound: Readonly<Record<string, string>>;
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
  { table, column, key, boundBy, boundTo }: SealedColumn,
  report: (progress: Resealed) => void,
): Promise<number> {
  const [counted] = await rowsOf<{ total: number }>(
    dataSource,
    `select count(*)::int as total from ${table} where ${column} is not null`,
  );
  const total = counted?.total ?? 0;
  const texts = boundBy.map((name) => `'${name}', ${name}::text`).join(', ');
  const place = key.map((name) => `${name}::text`).join(', ');
  // Compared with their own types, so that the primary key serves.
  const row = `(${key.join(', ')})`;
  const given = `(${key.map((_name, index) => `$${index + 1}`).join(', ')})`;
  const [valuePlace, freshPlace] = [`$${key.length + 1}`, `$${key.length + 2}`];
  let after: readonly string[] | undefined;
  let [looked, resealed] = [0, 0];
  for (;;) {
    const rows = await rowsOf<SealedRow>(
      dataSource,
      `select jsonb_build_array(${place}) as place, ${column} as sealed, jsonb_build_object(${texts}) as bound
       from ${table} where ${column} is not null ${after === undefined ? '' : `and ${row} > ${given}`}
       order by ${key.join(', ')} limit ${rowsAtOnce}`,
      after,
    );
    for (const { place: at, sealed, bound } of rows) {
      if (!box.needsResealing(sealed)) continue;
      const fresh = box.seal(box.open(sealed, boundTo(bound)), boundTo(bound));
      const changed = await rowsOf(
        dataSource,
        `update ${table} set ${column} = ${freshPlace} where ${row} = ${given} and ${column} = ${valuePlace} returning 1`,
        [...at, sealed, fresh],
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
