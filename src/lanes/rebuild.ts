import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { rowsOf, firstRowOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { EVENT_FOLLOWERS, type EventFollower } from '../events/event-follower.js';
import { EVENT_PROCESSORS, type EventProcessor } from '../events/event-processor.js';
import { eventColumnsOf } from '../events/event-row.js';
import { type LiaisonEvent } from '../events/event.js';

export interface TableComparison {
  readonly table: string;
  readonly rows: number;
  /** In the live table and not in the rebuilt one, and the other way round; both 0 when they are equal row for row. */
  readonly onlyLive: number;
  readonly onlyRebuilt: number;
}

export interface RebuildReport {
  readonly events: number;
  readonly tables: readonly TableComparison[];
  readonly equal: boolean;
}

const eventsPerStep = 1_000;

const allEvents = `select ${eventColumnsOf('e')} from events e order by e.seq`;

/** Makes every projection again from the event log. */
@Injectable()
export class Rebuild {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(EVENT_PROCESSORS) private readonly processors: readonly EventProcessor[],
    @Inject(EVENT_FOLLOWERS) private readonly followers: readonly EventFollower[],
  ) {}

  /**
   * Rebuilds beside the live tables and compares, inside one snapshot: as events and their effect commit together, the
   * two must be equal whatever is going on meanwhile. Changes nothing.
   */
  verify(): Promise<RebuildReport> {
    return this.dataSource.transaction('REPEATABLE READ', async (tx) => {
      const events = await this.#rebuildIntoTemporaryTables(tx);
      const tables = await this.#compare(tx);
      await this.#dropTemporaryTables(tx);
      return { events, tables, equal: tables.every((table) => table.onlyLive + table.onlyRebuilt === 0) };
    });
  }

  /** Replaces the live rows by the rebuilt ones. Readers go on until the end; workers wait. Reports what differed. */
  replace(): Promise<RebuildReport> {
    return this.dataSource.transaction('READ COMMITTED', async (tx) => {
      await tx.query(`lock table ${this.#tables.map((table) => `public.${table}`).join(', ')} in exclusive mode`);
      const events = await this.#rebuildIntoTemporaryTables(tx);
      const tables = await this.#compare(tx);
      for (const table of this.#tables) {
        await tx.query(`delete from public.${table}`);
        await tx.query(`insert into public.${table} select * from pg_temp.${table}`);
      }
      await this.#dropTemporaryTables(tx);
      for (const follower of this.followers) await follower.restart(tx);
      return { events, tables, equal: tables.every((table) => table.onlyLive + table.onlyRebuilt === 0) };
    });
  }

  get #tables(): readonly string[] {
    return this.processors.flatMap((processor) => processor.tables);
  }

  /** Temporary tables hide the live ones of the same name, so the processors run unchanged. */
  async #rebuildIntoTemporaryTables(tx: Tx): Promise<number> {
    // This may take long, and it is asked for.
    await tx.query(`set local statement_timeout = 0`);
    await tx.query(`set local idle_in_transaction_session_timeout = 0`);
    for (const table of this.#tables) {
      await tx.query(`create temporary table ${table} (like public.${table} including all) on commit drop`);
    }
    // One cursor over the whole log: it is sorted once, not once a step.
    await tx.query(`declare rebuilt_events no scroll cursor for ${allEvents}`);
    let count = 0;
    for (;;) {
      const events = await rowsOf<LiaisonEvent>(tx, `fetch ${eventsPerStep} from rebuilt_events`);
      if (events.length === 0) break;
      for (const processor of this.processors) await processor.process(events, tx);
      count += events.length;
    }
    await tx.query(`close rebuilt_events`);
    return count;
  }

  #compare(tx: Tx): Promise<TableComparison[]> {
    return this.#tables.reduce<Promise<TableComparison[]>>(async (before, table) => {
      const list = await before;
      const row = await firstRowOf<{ rows: number; onlyLive: number; onlyRebuilt: number }>(
        tx,
        `select (select count(*) from pg_temp.${table})::int as rows,
                (select count(*) from (select * from public.${table} except all select * from pg_temp.${table}) a)::int
                  as "onlyLive",
                (select count(*) from (select * from pg_temp.${table} except all select * from public.${table}) b)::int
                  as "onlyRebuilt"`,
      );
      return row === undefined ? list : [...list, { table, ...row }];
    }, Promise.resolve([]));
  }

  async #dropTemporaryTables(tx: Tx): Promise<void> {
    for (const table of this.#tables) await tx.query(`drop table pg_temp.${table}`);
  }
}
