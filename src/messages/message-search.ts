import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { firstRowOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { type EventFollower } from '../events/event-follower.js';
import { isVisibleAnnotationSql } from './annotation.state.js';

const eventsAtOnce = 1_000;

/** A tsvector may have 1 MB; this much text always fits, and nobody looks for a message by its hundred-thousandth letter. */
const indexedCharacters = 100_000;

/*
 * The words of a message are its own text and, for messages of apps, the text of the generic annotations that can be
 * seen. Every event that touches a message makes its words again from what is stored now, so a deletion, an edit or a
 * removed annotation takes the words away, in whatever order events come.
 */
const indexNext = `
  with cursor as materialized (select position from message_search_cursor for update skip locked),
  batch as materialized (
    select seq, type, subject_id, message_id from events
    where seq > (select position from cursor) order by seq limit ${eventsAtOnce}
  ),
  touched as (
    select message_id as id from batch where message_id is not null
    union
    select a.message_id from batch b join annotations a on a.id = b.subject_id
    where b.message_id is null and b.type like 'annotation.%' and a.message_id is not null
  ),
  indexed as (
    insert into message_search (message_id, tenant_id, words)
    select m.id, m.tenant_id, to_tsvector('simple', left(concat_ws(' ', m.content, generic.text), ${indexedCharacters}))
    from touched join messages m on m.id = touched.id
    left join lateral (
      select string_agg(a.payload ->> 'text', ' ') as text from annotations a
      where a.message_id = m.id and lower(a.type) = 'generic' and ${isVisibleAnnotationSql}
    ) generic on true
    order by m.id
    on conflict (message_id) do update set words = excluded.words
  ),
  moved as (
    update message_search_cursor set position = (select max(seq) from batch) where exists (select 1 from batch)
  )
  select count(*)::int as count from batch`;

/** The condition that message `m` has these words; `words` and `tenant` are places of parameters. */
export function hasWordsSql(words: string, tenant: string): string {
  return `m.id in (select message_id from message_search
                   where tenant_id = ${tenant} and words @@ websearch_to_tsquery('simple', ${words}))`;
}

/**
 * The full-text index of messages. It follows the event log instead of being kept with the facts, because indexing the
 * words costs several times what storing the message does; a message can be found a moment after it can be read.
 */
@Injectable()
export class MessageSearch implements EventFollower {
  readonly name = 'message search';

  constructor(private readonly dataSource: DataSource) {}

  async follow(): Promise<number> {
    return (await firstRowOf<{ count: number }>(this.dataSource, indexNext))?.count ?? 0;
  }

  async restart(tx: Tx): Promise<void> {
    await tx.query(`update message_search_cursor set position = 0`);
  }
}
