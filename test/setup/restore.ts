import { type TestDatabase } from './database.js';

interface Table {
  readonly name: string;
  readonly columns: string;
}

/** Makes a database of the same schema hold every row of another one, as a dump and its restoration do. */
export async function restore(from: TestDatabase, to: TestDatabase): Promise<void> {
  const tables = await from.query<Table>(
    `select t.relname as name, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
     from pg_class t join pg_attribute a on a.attrelid = t.oid
     where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
       and t.relname <> 'schema_migrations' and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     group by t.relname order by t.relname`,
  );
  for (const { name, columns } of tables) {
    const [dump] = await from.query<{ rows: string }>(
      `select coalesce(json_agg(t), '[]')::text as rows from ${name} t`,
    );
    // What the migrations themselves have written.
    if ((await to.query(`select 1 from ${name} limit 1`)).length > 0) await to.query(`delete from ${name}`);
    await to.query(
      `insert into ${name} (${columns}) select ${columns} from json_populate_recordset(null::${name}, $1::json)`,
      [dump?.rows],
    );
  }
  const sequences = await from.query<{ name: string; value: string | null }>(
    `select sequencename as name, last_value as value from pg_sequences where schemaname = 'public'`,
  );
  for (const { name, value } of sequences) {
    if (value !== null) await to.query(`select setval($1::regclass, $2)`, [name, value]);
  }
}
