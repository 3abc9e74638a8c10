import { type DataSource, type EntityManager } from 'typeorm';
import { advisoryLocks } from './advisory-locks.js';
import { rowsOf } from './rows.js';

/** The partitioned tables and the column that decides where a row lives. */
const partitioned = [
  { table: 'deliveries', column: 'source_time' },
  { table: 'events', column: 'learned_at' },
  { table: 'audit_log', column: 'at' },
] as const;

/** How many months ahead are kept ready; a service that runs makes the next one long before it is needed. */
const monthsAhead = 3;

/**
 * Makes the monthly partitions from last month on until three months ahead. Rows outside of them are in the default
 * partition, where nothing is lost; rows of a month that gets its partition later move there. Safe to run at any time
 * and from several processes at once.
 */
export async function ensurePartitions(dataSource: DataSource, now: Date): Promise<void> {
  // A transaction per table, so that nobody holds the locks of one while waiting for another.
  for (const { table, column } of partitioned) {
    await dataSource.transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(${advisoryLocks.partitions})`);
      const existing = new Set(await partitionsOf(tx, table));
      for (let offset = -1; offset <= monthsAhead; offset++) {
        const month = monthAround(now, offset);
        const name = `${table}_${month.label}`;
        if (!existing.has(name)) await createPartition(tx, table, column, name, month);
      }
    });
  }
}

/**
 * Drops the months of a table that ended at `before` or earlier, with everything in them, and answers which. What lies in
 * the default partition stays.
 */
export function dropMonthsBefore(dataSource: DataSource, table: 'audit_log', before: Date): Promise<readonly string[]> {
  return dataSource.transaction(async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(${advisoryLocks.partitions})`);
    const oldest = monthAround(before, 0).label;
    const dropped = (await partitionsOf(tx, table)).filter((name) => {
      const [, label] = /_(\d{4}_\d{2})$/.exec(name) ?? [];
      return label !== undefined && label < oldest;
    });
    for (const name of dropped) await tx.query(`drop table ${name}`);
    return dropped;
  });
}

async function partitionsOf(tx: EntityManager, table: string): Promise<readonly string[]> {
  const rows = await rowsOf<{ name: string }>(
    tx,
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = $1::regclass order by 1`,
    [table],
  );
  return rows.map((row) => row.name);
}

interface Month {
  readonly label: string;
  readonly from: string;
  readonly until: string;
}

/** The month `offset` months away from the one of `now`, in UTC. */
export function monthAround(now: Date, offset: number): Month {
  const start = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
  const end = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1));
  return {
    label: start.toISOString().slice(0, 7).replace('-', '_'),
    from: start.toISOString(),
    until: end.toISOString(),
  };
}

async function createPartition(
  tx: EntityManager,
  table: string,
  column: string,
  name: string,
  month: Month,
): Promise<void> {
  const range = `${column} >= '${month.from}' and ${column} < '${month.until}'`;
  await tx.query(`create table ${name} (like ${table} including defaults including constraints)`);
  // A month's rows may be in the default partition already (a clock that ran ahead, a service that slept for long);
  // moving them is the one rightful removal, so the append-only trigger stands aside within this transaction.
  // Attaching takes this lock anyway; from here on nobody stores a row of this month in the default partition.
  await tx.query(`lock table ${table}_default in access exclusive mode`);
  const [row] = await rowsOf<{ present: boolean }>(
    tx,
    `select exists (select 1 from ${table}_default where ${range}) as present`,
  );
  if (row?.present === true) {
    await tx.query(`alter table ${table}_default disable trigger ${table}_append_only`);
    await tx.query(
      `with moved as (delete from ${table}_default where ${range} returning *) insert into ${name} select * from moved`,
    );
    await tx.query(`alter table ${table}_default enable trigger ${table}_append_only`);
  }
  await tx.query(
    `alter table ${table} attach partition ${name} for values from ('${month.from}') to ('${month.until}')`,
  );
}
