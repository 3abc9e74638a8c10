import { type JsonObject, type JsonValue } from '../../common/json/json.js';
import { largestId } from './tryton.id.js';
import { changeTimeOf, fieldsOf, idOf, rowsIn } from './tryton.records.js';
import { type TrytonRpc } from './tryton.rpc.js';
import { before, datetimeOf, timeFrom, type TrytonTime } from './tryton.value.js';

const perPage = 100;
/**
 * A change has the time when its transaction began and is seen when that ended. So each sweep begins that much before the
 * newest change that the one before it saw, until that change is so old that nothing can come in before it any more. What it
 * is old by is told by the server's clock, all else by its database's; ours has no part in this.
 */
const longestTransaction = 600_000;
const beginning: TrytonTime = { text: '1970-01-01T00:00:00.000000', date: new Date(0) };

/** Behind this change, in the order of time and id. */
interface Mark {
  readonly time: TrytonTime;
  readonly id: number;
}

/** `next` is where the next sweep over the changes begins, once this one has come to its end; undefined: none has begun. */
interface Position {
  readonly mark: Mark;
  readonly next: Mark | undefined;
}

export interface ChangedRows {
  readonly rows: readonly JsonObject[];
  readonly position: string;
  readonly hasMore: boolean;
}

/** A page of the opportunities that changed after the position, as `ConnectorCalls.changedAfter` wants it. */
export async function changedRows(rpc: TrytonRpc, position: string | undefined): Promise<ChangedRows> {
  if (position === undefined) {
    return { rows: [], position: textOf({ mark: await nextSweep(rpc), next: undefined }), hasMore: false };
  }
  const { mark, next: known } = positionIn(position);
  const next = known ?? later(await nextSweep(rpc), mark);
  // What is changed for the first time in between comes with the second list.
  const made = await page(rpc, 'create_date', [['write_date', '=', null]], mark);
  const changed = await page(rpc, 'write_date', [['write_date', '!=', null]], mark);
  const rows = [...new Map([...made, ...changed].map((row) => [idOf(row), row])).values()].sort((one, other) =>
    compare(markOf(one), markOf(other)),
  );
  const taken = rows.slice(0, perPage);
  const last = taken.at(-1);
  const hasMore = last !== undefined && Math.max(made.length, changed.length, rows.length) >= perPage;
  const after = hasMore ? { mark: markOf(last), next } : { mark: next, next: undefined };
  return { rows: taken, position: textOf(after), hasMore };
}

/** Where a sweep must begin that follows one which begins now. */
async function nextSweep(rpc: TrytonRpc): Promise<Mark> {
  const newestBy = async (field: string): Promise<TrytonTime> => {
    const params = [[[field, '!=', null]], 0, 1, [[field, 'DESC']], ['create_date', 'write_date']];
    const [row] = rowsIn(await rpc.read('sale.opportunity', 'search_read', params));
    return row === undefined ? beginning : changeTimeOf(row);
  };
  const [made, changed] = [await newestBy('create_date'), await newestBy('write_date')];
  const newest = made.text < changed.text ? changed : made;
  const isSettled = (rpc.serverTime ?? 0) - newest.date.getTime() > longestTransaction;
  return isSettled ? { time: newest, id: largestId } : { time: before(newest, longestTransaction), id: 0 };
}

async function page(
  rpc: TrytonRpc,
  field: 'create_date' | 'write_date',
  domain: readonly JsonValue[],
  { time, id }: Mark,
): Promise<readonly JsonObject[]> {
  const at = datetimeOf(time);
  const after = [
    'OR',
    [[field, '>', at]],
    [
      [field, '=', at],
      ['id', '>', id],
    ],
  ];
  const order = [
    [field, 'ASC'],
    ['id', 'ASC'],
  ];
  const fields = fieldsOf('opportunity');
  return rowsIn(await rpc.read('sale.opportunity', 'search_read', [[...domain, after], 0, perPage, order, fields]));
}

function markOf(row: JsonObject): Mark {
  return { time: changeTimeOf(row), id: Number(idOf(row)) };
}

function compare(one: Mark, other: Mark): number {
  if (one.time.text !== other.time.text) return one.time.text < other.time.text ? -1 : 1;
  return one.id - other.id;
}

function later(one: Mark, other: Mark): Mark {
  return compare(one, other) < 0 ? other : one;
}

function textOf({ mark, next }: Position): string {
  return [mark, ...(next === undefined ? [] : [next])].map(({ time, id }) => `${time.text} ${id}`).join(' ');
}

/** One that is not ours begins with the first change, so that none is left out. */
function positionIn(text: string): Position {
  const [time, id, nextTime, nextId] = text.split(' ');
  return { mark: markIn(time, id) ?? { time: beginning, id: 0 }, next: markIn(nextTime, nextId) };
}

function markIn(text = '', id = ''): Mark | undefined {
  const time = timeFrom(text);
  return time === undefined || !/^\d{1,10}$/.test(id) ? undefined : { time, id: Number(id) };
}
