import { firstRowOf } from '../../database/rows.js';
import { type Tx } from '../../database/transaction.js';
import { storedSql, wordedSql } from './message-words.js';

const messagesAtOnce = 500;
/** Counting more would take longer than knowing it is worth. */
const countedAtMost = 10_000_000;

interface Reindex {
  readonly tenantId: string;
  /** As text, because only that has the microseconds that tell two changes apart. */
  readonly changedAt: string;
  readonly total: number | null;
  readonly nextAt: Date | null;
  readonly nextId: string | null;
}

const count = `
  update search_languages set total = (select count(*) from (
    select 1 from messages where tenant_id = $1 limit ${countedAtMost}) counted)
  where tenant_id = $1`;

const indexAgain = `
  with page as materialized (
    select id, sort_at from messages
    where tenant_id = $1 and ($2::timestamptz is null or (sort_at, id) < ($2::timestamptz, $3::uuid))
    order by sort_at desc, id desc limit ${messagesAtOnce}
  ),
  touched as materialized (
    select page.id, $1::text as tenant_id from page left join message_search s on s.message_id = page.id
    where s.language is distinct from (select language from search_languages where tenant_id = $1)
  ),
  ${wordedSql},
  ${storedSql},
  moved as (
    update search_languages l set done = done + (select count(*) from page), next_at = last.sort_at, next_id = last.id
    from (select id, sort_at from page order by sort_at, id limit 1) last
    where l.tenant_id = $1 and l.changed_at = $4::timestamptz
  )
  select count(*)::int as count from page`;

const finish = `
  update search_languages set reindexed_at = now(), in_use = array[language], total = done
  where tenant_id = $1 and changed_at = $2::timestamptz`;

/**
 * Indexes the next messages, newest first, of the tenant that has waited longest for its new language; answers how many.
 * The caller holds the cursor of the index, so that nobody stores words in a language that he read before it was changed.
 */
export async function reindexNext(tx: Tx): Promise<number> {
  const next = await firstRowOf<Reindex>(
    tx,
    `select tenant_id as "tenantId", changed_at::text as "changedAt", total, next_at as "nextAt", next_id as "nextId"
     from search_languages where reindexed_at is null order by changed_at limit 1`,
  );
  if (next === undefined) return 0;
  if (next.total === null) await tx.query(count, [next.tenantId]);
  const again = await firstRowOf<{ count: number }>(tx, indexAgain, [
    next.tenantId,
    next.nextAt,
    next.nextId,
    next.changedAt,
  ]);
  if (again === undefined || again.count < messagesAtOnce) await tx.query(finish, [next.tenantId, next.changedAt]);
  return again?.count ?? 0;
}
