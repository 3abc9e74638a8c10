import { columnLiterals, unnestOf, type ColumnType } from '../database/array-literal.js';
import { rowsOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';

/** The Postgres type of each column of a projection, by its name. */
export type ColumnTypes<Row> = Readonly<Record<keyof Row & string, ColumnType>>;

/** What one event does to one row: the row as it is, if there is one, becomes the row as it shall be. */
export interface RowChange<Row> {
  readonly id: string;
  readonly apply: (row: Row | undefined) => Row;
}

/**
 * A read table whose rows are folds of events. A batch costs one SELECT and one upsert, however many events it has: the
 * rows are folded in memory in between. Nobody else writes these rows meanwhile, because their lane is held.
 */
export class ProjectionTable<Row extends { readonly id: string }> {
  readonly #columns: readonly (readonly [keyof Row & string, ColumnType])[];
  readonly #select: string;
  readonly #upsert: string;

  constructor(
    readonly name: string,
    columns: ColumnTypes<Row>,
  ) {
    const names = Object.keys(columns);
    // `ColumnTypes` names the row's columns and no others, which Object.entries forgets.
    this.#columns = Object.entries(columns) as [keyof Row & string, ColumnType][];
    const updates = names.filter((column) => column !== 'id').map((column) => `${column} = excluded.${column}`);
    this.#select = `select ${names.join(', ')} from ${name} where id = any($1::uuid[])`;
    // The order of ids is the order of row locks, should two writers ever meet.
    this.#upsert = `
      insert into ${name} (${names.join(', ')})
      select ${names.join(', ')} from ${unnestOf(this.#columns, 'r')} order by id
      on conflict (id) do update set ${updates.join(', ')}`;
  }

  /** Applies the changes in their order and saves the rows that they touched. */
  async fold(changes: readonly RowChange<Row>[], tx: Tx): Promise<void> {
    if (changes.length === 0) return;
    const ids = [...new Set(changes.map((change) => change.id))];
    const stored = await rowsOf<Row>(tx, this.#select, [ids]);
    const rows = new Map(stored.map((row) => [row.id, row]));
    for (const { id, apply } of changes) rows.set(id, apply(rows.get(id)));
    await tx.query(this.#upsert, columnLiterals([...rows.values()], this.#columns));
  }
}
