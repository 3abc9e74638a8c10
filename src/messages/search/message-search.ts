import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { sqlStateOf } from '../../common/errors/sql-state.js';
import { firstRowOf } from '../../database/rows.js';
import { inTransaction, type Tx } from '../../database/transaction.js';
import { type EventFollower } from '../../events/event-follower.js';
import { typesWithTextSql } from './annotation-text.js';
import { reindexNext } from './message-reindex.js';
import { storedSql, wordedSql } from './message-words.js';

const eventsAtOnce = 1_000;
const insufficientPrivilege = '42501';

/*
 * Of annotations only what has text, or had it before it was changed, is worth a look at its message; most have none.
 */
const indexNext = `
  with batch as materialized (
    select seq, type, subject_id, message_id, tenant_id, data from events
    where seq > (select position from message_search_cursor) order by seq limit ${eventsAtOnce}
  ),
  touched as materialized (
    select message_id as id, tenant_id from batch where message_id is not null and (type like 'message.%'
      or type in ('annotation.edited', 'annotation.removed')
      or type = 'annotation.added' and lower(data ->> 'annotationType') in (${typesWithTextSql}))
    union
    select a.message_id, a.tenant_id from batch b join annotations a on a.id = b.subject_id
    where b.message_id is null and b.type like 'annotation.%' and a.message_id is not null
  ),
  ${wordedSql},
  ${storedSql},
  moved as (
    update message_search_cursor set position = (select max(seq) from batch) where exists (select 1 from batch)
  )
  select count(*)::int as count from batch`;

const isDue = `
  select exists (select 1 from events where seq > (select position from message_search_cursor)) or
         exists (select 1 from search_languages where reindexed_at is null) as due`;

/**
 * The full-text index of messages. It follows the event log instead of being kept with the facts, because indexing the
 * words costs several times what storing the message does; a message can be found a moment after it can be read.
 */
@Injectable()
export class MessageSearch implements EventFollower {
  readonly name = 'message search';
  #hasPendingEntries = true;

  constructor(private readonly dataSource: DataSource) {}

  async follow(): Promise<number> {
    if ((await firstRowOf<{ due: boolean }>(this.dataSource, isDue))?.due !== true) {
      await this.#settle();
      return 0;
    }
    return inTransaction(this.dataSource, async (tx) => {
      // Position and words are lost together or not at all, so nothing is gained by waiting for the disk.
      await tx.query(`set local synchronous_commit = off`);
      // One at a time. What comes next is a statement of its own, so that it sees what the one before has done, and the
      // languages as they are now.
      const cursor = await firstRowOf(tx, `select position from message_search_cursor for update skip locked`);
      if (cursor === undefined) return 0;
      const indexed = (await firstRowOf<{ count: number }>(tx, indexNext))?.count ?? 0;
      const reindexed = indexed < eventsAtOnce ? await reindexNext(tx) : 0;
      this.#hasPendingEntries = true;
      return indexed + reindexed;
    });
  }

  async restart(tx: Tx): Promise<void> {
    await tx.query(`update message_search_cursor set position = 0`);
  }

  /** New entries of a GIN index wait in a list that every search has to read; a quiet moment is the time to sort them in. */
  async #settle(): Promise<void> {
    if (!this.#hasPendingEntries) return;
    this.#hasPendingEntries = false;
    try {
      await this.dataSource.query(`select gin_clean_pending_list('message_search_words')`);
    } catch (error) {
      // Only the owner of the index may; where that is somebody else, vacuuming does it later.
      if (sqlStateOf(error) !== insufficientPrivilege) throw error;
    }
  }
}
