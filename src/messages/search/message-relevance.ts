import { decodeCursor, encodeCursor, toPage, type Page } from '../../common/http/page.js';
import { rowsOf } from '../../database/rows.js';
import { type Tx } from '../../database/transaction.js';
import { Where } from '../../database/where.js';
import { findFirst } from './message-finder.js';
import { wordWeights } from './message-words.js';
import { ownQuerySql, type Place, type WantedMessages } from './wanted-messages.js';

/** So many of the newest messages that fit are ranked; what a common word is worth in older ones nobody waits for. */
const rankedAtMost = 1_000;
/** A long message has more words by chance: its rank is divided by 1 + the logarithm of its length. */
const normalization = 1;

const cursorKind = 'relevance';

interface Ranked extends Place {
  readonly rank: number;
}

/**
 * The ids of a page of the newest 1,000 messages that fit: the best first, the newer first among equals. The oldest one
 * that is ranked goes along in the cursor, so that all pages rank the same messages, and those that come in between.
 */
export async function pageByRelevance(
  wanted: WantedMessages,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
  tx: Tx,
): Promise<Page<string>> {
  const position = cursor === undefined ? undefined : decodeCursor(cursorKind, parts, cursor);
  const notBefore = position === undefined ? undefined : placeOf(position.slice(3));
  // A cursor that somebody made up must not make us rank everything.
  const count = notBefore === undefined ? rankedAtMost : 2 * rankedAtMost;
  const candidates = await findFirst({ ...wanted, notBefore }, count, undefined, tx);
  const oldest = notBefore ?? candidates.at(-1);
  if (oldest === undefined) return { items: [], nextCursor: null };
  const ranked = new Where().and(
    candidates.map(({ id }) => id),
    (place) => `s.message_id = any(${place}::uuid[])`,
  );
  const query = ownQuerySql(ranked, wanted.queries);
  const beyond = ranked.beside();
  if (position !== undefined) {
    const [rank, sortAt, id] = position.slice(0, 3).map((value) => beyond.place(value));
    beyond.always(`(rank, "sortAt", id) < (${rank}::float4, ${sortAt}::timestamptz, ${id}::uuid)`);
  }
  const rows = await rowsOf<Ranked>(
    tx,
    `select id, "sortAt", rank from (
       select s.message_id as id, s.sort_at as "sortAt",
              ts_rank_cd('${wordWeights}', s.words, ${query}, ${normalization}) as rank
       from message_search s where ${ranked.sql}
     ) ranked where ${beyond.sql} order by rank desc, "sortAt" desc, id desc limit ${beyond.place(limit + 1)}`,
    beyond.parameters,
  );
  return toPage(
    rows,
    limit,
    (row) => encodeCursor(cursorKind, [String(row.rank), ...textsOf(row), ...textsOf(oldest)]),
    ({ id }) => id,
  );
}

const parts = ['rank', 'time', 'id', 'time', 'id'] as const;

function placeOf([sortAt = '', id = '']: readonly string[]): Place {
  return { sortAt: new Date(sortAt), id };
}

function textsOf({ sortAt, id }: Place): readonly string[] {
  return [sortAt.toISOString(), id];
}
