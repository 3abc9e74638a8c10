import { type Client } from 'pg';
import { DataSource } from 'typeorm';
import { migrate } from '../../src/database/migrate.js';
import { ensurePartitions, monthAround } from '../../src/database/partitions.js';
import { rowsOf, withClient } from '../database-server.js';
import { insertWords, messageStatements } from './history-messages.js';
import { insertPeople } from './history-people.js';
import { spaceIdOf } from './history-sql.js';

/*
 * A year of conversations, made by the database itself: every second message is in one busy space, the others are spread
 * over a thousand. Of a hundred messages ten were edited, two deleted, ten carry an annotation, ten a reaction and ten the
 * word `deal`; one in a hundred thousand has the word `quetzal`. The facts are in the event log, learned 80 ms after they
 * happened, and their effect is in the read tables: exactly what the service makes of them, which a test holds against a
 * rebuild.
 */
const monthsBack = 12;
const rowsPerStatement = 50_000;

/** What the questions need to know of the history. */
export interface History {
  readonly messages: number;
  readonly busySpaceId: string;
  readonly from: Date;
  readonly until: Date;
}

const busySpaceId = spaceIdOf(0);

/** Fills an empty database; takes about a minute per million messages. */
export async function fillHistory(url: string, messages: number, report: (line: string) => void): Promise<History> {
  await migrate(url);
  const now = new Date();
  const dataSource = await new DataSource({ type: 'postgres', url }).initialize();
  await ensurePartitions(dataSource, now).finally(() => dataSource.destroy());
  const from = new Date(monthAround(now, -monthsBack).from);
  const until = new Date(now.getTime() - 3_600_000 * 24);
  await withClient(url, async (client) => {
    // What a crash would lose here is thrown away anyway.
    await client.query(`set synchronous_commit = off`);
    await client.query(`set maintenance_work_mem = '512MB'`);
    await makeEarlierPartitions(client, now);
    const indexes = await dropIndexes(client);
    const stepMs = (until.getTime() - from.getTime()) / messages;
    for (let first = 1; first <= messages; first += rowsPerStatement) {
      const last = Math.min(first + rowsPerStatement - 1, messages);
      for (const statement of messageStatements) await client.query(statement, [first, last, from, stepMs]);
      if (last % 1_000_000 === 0) report(`  wrote ${last.toLocaleString('en')} messages`);
    }
    await insertPeople(client, messages, from);
    report('  building indexes');
    for (const { table, definition } of indexes) if (table !== searchTable) await client.query(definition);
    await client.query(`vacuum (analyze)`);
    report('  indexing words');
    for (let first = 1; first <= messages; first += rowsPerStatement) {
      const last = Math.min(first + rowsPerStatement - 1, messages);
      await client.query(insertWords, [first, last, from, stepMs]);
    }
    for (const { table, definition } of indexes) if (table === searchTable) await client.query(definition);
    await client.query(`update message_search_cursor set position = (select max(seq) from events)`);
    await client.query(`select setval('event_seq', (select max(seq) from events))`);
    await client.query(`vacuum (analyze)`);
  });
  return { messages, busySpaceId, from, until };
}

/** A log that is a year old has a year of partitions; the service itself only looks one month back. */
async function makeEarlierPartitions(client: Client, now: Date): Promise<void> {
  for (let offset = -monthsBack; offset < -1; offset++) {
    const { label, from, until } = monthAround(now, offset);
    await client.query(`create table events_${label} partition of events for values from ('${from}') to ('${until}')`);
  }
}

interface Index {
  readonly table: string;
  readonly definition: string;
}

const searchTable = 'message_search';

/** Takes the indexes that no constraint needs away and answers how to make them again: loading goes five times as fast. */
async function dropIndexes(client: Client): Promise<readonly Index[]> {
  const indexes = await rowsOf<Index & { readonly name: string }>(
    client,
    `select i.relname as name, t.relname as table, pg_get_indexdef(i.oid) as definition
     from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
     where t.relname = any($1) and not i.relispartition
       and not exists (select 1 from pg_constraint where conindid = i.oid)`,
    [['events', 'messages', 'annotations', 'reactions', 'members', searchTable]],
  );
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  // Made for the parent alone, an index of a partitioned table would stay without those of the partitions.
  return indexes.map(({ table, definition }) => ({ table, definition: definition.replace(' ON ONLY ', ' ON ') }));
}
