import { InvalidInput } from '../errors/liaison-error.js';
import { type TotalDto } from './total.dto.js';

/** One page of a list, and where the next one starts. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  /** How many there are on all pages, where that was asked for. */
  readonly total?: TotalDto;
}

/** The values of the sort key of the last row seen, as text. */
export type CursorPosition = readonly string[];

/**
 * Cursors are opaque to callers: base64url of a kind and the sort key's values. They carry no tenant and no filter, so
 * a tampered one can move a caller within what they may see anyway, and nowhere else.
 */
export function encodeCursor(kind: string, position: CursorPosition): string {
  return Buffer.from(JSON.stringify([kind, ...position])).toString('base64url');
}

/** What a value in a cursor must look like, so that a tampered one is the caller's mistake and never the database's. */
export type CursorPart = 'number' | 'time' | 'id' | 'key' | 'name' | 'rank';

const partPatterns: Record<CursorPart, RegExp> = {
  number: /^\d{1,18}$/,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  id: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  key: /^[a-z2-7]{12}$/,
  name: /^[A-Za-z][A-Za-z0-9-]{1,39}$/,
  rank: /^\d{1,10}(\.\d{1,20})?(e-\d{1,2})?$/,
};

function isPart(part: CursorPart | undefined, value: string): boolean {
  if (part === undefined || !partPatterns[part].test(value)) return false;
  return part !== 'time' || (!Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value);
}

/** The position in a cursor of that kind with these values. Throws `InvalidInput` for anything else. */
export function decodeCursor(kind: string, parts: readonly CursorPart[], cursor: string): CursorPosition {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    parsed = undefined;
  }
  if (Array.isArray(parsed) && parsed.length === parts.length + 1 && parsed[0] === kind) {
    const position: unknown[] = parsed.slice(1);
    if (position.every((value, index): value is string => typeof value === 'string' && isPart(parts[index], value))) {
      return position;
    }
  }
  throw new InvalidInput({
    detail: 'The cursor was not made by this list.',
    faults: [{ pointer: 'cursor', detail: 'must be a nextCursor of this list, unchanged' }],
  });
}

/** Where a query goes on in its list: behind the position in its cursor, or at the beginning. */
export function startOf(
  kind: string,
  parts: readonly CursorPart[],
  query: { readonly cursor?: string },
): CursorPosition | undefined {
  return query.cursor === undefined ? undefined : decodeCursor(kind, parts, query.cursor);
}

/** Cuts rows that were read with `limit + 1` to a page. */
export function toPage<R, T>(
  rows: readonly R[],
  limit: number,
  cursorOf: (row: R) => string,
  toItem: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  };
}
