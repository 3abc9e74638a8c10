import { rowsOf } from '../../database/rows.js';
import { type Tx } from '../../database/transaction.js';
import { Where } from '../../database/where.js';
import { beginningOfWeek, narrowedSql, weekOfSql } from './message-words.js';
import { addFits, addIndexed, addScope, type Place, type WantedMessages } from './wanted-messages.js';

/** So many messages are read one by one first: enough for a page where every twentieth one fits. */
const walkedAtMost = 1_000;
/** So many messages that fit are sorted at once, unless they are of one week. */
const sortedAtMost = 2_000;

interface Step {
  readonly found: readonly Place[];
  /** Where to go on; undefined when there is nothing beyond. */
  readonly next: Place | undefined;
}

/** Goes on from a place; answers nothing where that would be too much at once. */
type FindStep = (wanted: WantedMessages, count: number, from: Place | undefined, tx: Tx) => Promise<Step | undefined>;

/**
 * The first messages in time, beyond `from`, that fit; at most `count`. Sets planner options of the transaction.
 *
 * A GIN index gives what fits in no order, so sorting all of it takes the longer the commoner a word is; walking through
 * time takes the longer the rarer it is. So this does neither without a bound. It walks through the first 1,000 messages,
 * where common words fill a page. Then it asks the index for a week, for 8, for 64, for all that is left, and sorts what
 * it gets; where that would be more than 2,000 messages, it takes smaller steps from there on.
 */
export async function findFirst(
  wanted: WantedMessages,
  count: number,
  from: Place | undefined,
  tx: Tx,
): Promise<readonly Place[]> {
  // How common a word is in one space, or was lately, is nothing that the planner knows: it might read the whole table.
  await tx.query(`select set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)`);
  const found: Place[] = [];
  const strides: FindStep[] = [weeks(1), weeks(8), weeks(64), rest];
  let [step, stride, longest, next] = [walk, -1, strides.length - 1, from];
  for (;;) {
    const taken = await step(wanted, count - found.length, next, tx);
    if (taken === undefined) longest = stride - 1;
    else {
      found.push(...taken.found.slice(0, count - found.length));
      if (found.length >= count || taken.next === undefined) return found;
      next = taken.next;
    }
    stride = Math.min(stride + 1, longest);
    step = strides[stride] ?? rest;
  }
}

/** Reads messages in the order of time and looks at the words of each. */
const walk: FindStep = async (wanted, count, from, tx) => {
  const { order } = wanted;
  const scope = addScope(new Where(), wanted, from);
  const fits = addFits(scope.beside(), wanted);
  const rows = await rowsOf<Place & { readonly fits: boolean }>(
    tx,
    `with walked as materialized (
       select m.id, m.sort_at from messages m where ${scope.sql}
       order by m.sort_at ${order}, m.id ${order} limit ${walkedAtMost}
     )
     select * from (
       (select walked.id, walked.sort_at as "sortAt", true as fits from walked cross join lateral (
          select * from message_search s where s.message_id = walked.id limit 1
        ) s where ${fits.sql} order by 2 ${order}, 1 ${order} limit ${fits.place(count)})
       union all
       (select id, sort_at, false from walked order by 2 ${order}, 1 ${order} offset ${walkedAtMost - 1})
     ) reached order by "sortAt" ${order}, id ${order}`,
    scope.parameters,
  );
  return { found: rows.filter((row) => row.fits), next: rows.find((row) => !row.fits) };
};

/** One too many shows that there are too many. */
const all = `limit ${sortedAtMost + 1}`;
const places = `select s.message_id as id, s.sort_at as "sortAt" from message_search s`;

/**
 * Takes the messages of so many weeks from the index, from the first week on in which there is any message. A single week
 * is taken and sorted however much of it fits, because there is no smaller step.
 */
function weeks(length: number): FindStep {
  return async (wanted, count, from, tx) => {
    const { order } = wanted;
    const scope = addScope(new Where(), wanted, from);
    const [first, last] = order === 'asc' ? [0, length - 1] : [1 - length, 0];
    const fits = addIndexed(scope.beside(), wanted, from).always(
      narrowedSql.toWeeks(`array(select generate_series(start.week + ${first}, start.week + ${last}))`),
    );
    const limit = length === 1 ? `order by s.sort_at ${order}, s.message_id ${order} limit ${fits.place(count)}` : all;
    const rows = await rowsOf<{ readonly week: number; readonly id: string | null; readonly sortAt: Date | null }>(
      tx,
      `with start as materialized (
         select ${weekOfSql('m.sort_at')} as week from messages m where ${scope.sql}
         order by m.sort_at ${order}, m.id ${order} limit 1
       )
       select start.week, reached.* from start left join lateral (${places} where ${fits.sql} ${limit}) reached on true
       order by "sortAt" ${order}, id ${order}`,
      scope.parameters,
    );
    const week = rows[0]?.week;
    if (week === undefined) return { found: [], next: undefined };
    const found = rows.flatMap(({ id, sortAt }) => (id === null || sortAt === null ? [] : [{ id, sortAt }]));
    const end = { sortAt: beginningOfWeek(order === 'asc' ? week + length : week + first), id: noId };
    return length > 1 && found.length > sortedAtMost ? undefined : { found, next: end };
  };
}

/** Stands before every id: with the beginning of a week it is the place between that week and the one before. */
const noId = '00000000-0000-0000-0000-000000000000';

/** Takes everything that is left from the index. */
const rest: FindStep = async (wanted, _count, from, tx) => {
  const { order } = wanted;
  const fits = addIndexed(new Where(), wanted, from);
  const found = await rowsOf<Place>(
    tx,
    `select * from (${places} where ${fits.sql} ${all}) reached order by "sortAt" ${order}, id ${order}`,
    fits.parameters,
  );
  return found.length > sortedAtMost ? undefined : { found, next: undefined };
};
