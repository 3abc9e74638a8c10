import { type Arguments, FieldError } from './graphql-type.js';

/** A page of a list, and where it lies. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly totalCount: number;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** How a list writes its cursors, and how far down the list an item lies. */
export interface CursorKind<Item> {
  write(item: Item, position: number): string;
  /** Items with a smaller rank come first. */
  rank(item: Item, position: number): number;
  /** The rank a cursor stands for, or undefined when it is none of this list. */
  read(cursor: string): number | undefined;
}

export interface PageSizes {
  /** Without `first` or `last`. */
  readonly usual: number;
  /** More is cut off without a word; the pageInfo tells. */
  readonly largest: number;
}

/** Cursors of messages: base64 of the time in milliseconds, over a list that starts with the newest. */
export function timeCursors<Item>(timeOf: (item: Item) => number): CursorKind<Item> {
  return {
    write: (item) => Buffer.from(String(timeOf(item)), 'utf8').toString('base64'),
    rank: (item) => -timeOf(item),
    read: (cursor) => negated(wholeNumber(Buffer.from(cursor, 'base64').toString('utf8'))),
  };
}

/** Cursors of reacting users: the plain time in milliseconds. */
export function plainTimeCursors<Item>(timeOf: (item: Item) => number): CursorKind<Item> {
  return {
    write: (item) => String(timeOf(item)),
    rank: (item) => -timeOf(item),
    read: (cursor) => negated(wholeNumber(cursor)),
  };
}

/** Cursors of spaces and people: base64 of "List:" and the place in the list. */
export function placeCursors<Item>(): CursorKind<Item> {
  return {
    write: (_item, position) => Buffer.from(`List:${position}`, 'utf8').toString('base64'),
    rank: (_item, position) => position,
    read: (cursor) => wholeNumber(/^List:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString('utf8'))?.[1] ?? ''),
  };
}

/** Cuts a page by `after`, `before` and then `first` (from the top) or `last` (from the bottom), order unchanged. */
export function pageOf<Item>(
  list: readonly Item[],
  args: Arguments,
  cursors: CursorKind<Item>,
  sizes: PageSizes,
): Page<Item> {
  const { first, last } = args;
  if (first !== undefined && last !== undefined) throw new FieldError('400 Bad Request');
  const after = cursorRank(args['after'], cursors);
  const before = cursorRank(args['before'], cursors);
  const placed = list.map((item, position) => ({ item, position, rank: cursors.rank(item, position) }));
  const between = placed.filter(({ rank }) => rank > (after ?? -Infinity) && rank < (before ?? Infinity));
  const size = Math.min(Number(first ?? last ?? sizes.usual), sizes.largest);
  const cut = last === undefined ? between.slice(0, size) : between.slice(Math.max(0, between.length - size));
  const [top] = cut;
  const bottom = cut.at(-1);
  return {
    items: cut.map(({ item }) => item),
    totalCount: list.length,
    startCursor: top === undefined ? null : cursors.write(top.item, top.position),
    endCursor: bottom === undefined ? null : cursors.write(bottom.item, bottom.position),
    hasNextPage: bottom !== undefined && bottom.position < list.length - 1,
    hasPreviousPage: top !== undefined && top.position > 0,
  };
}

function cursorRank<Item>(cursor: Arguments[string], cursors: CursorKind<Item>): number | undefined {
  if (cursor === undefined) return undefined;
  const rank = typeof cursor === 'string' ? cursors.read(cursor) : undefined;
  if (rank === undefined) throw new FieldError('400 Bad Request');
  return rank;
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function negated(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value;
}
