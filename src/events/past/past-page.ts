import { encodeCursor, type CursorPosition } from '../../common/http/page.js';

/** How many candidates are looked at for one page, so that a request has an end; the next one goes on. */
const mostCandidates = 5_000;
const mostAtOnce = 500;

/** Something that may have been there then: a row of now, and its place in the list of now. */
export interface Candidate {
  readonly id: string;
  readonly position: CursorPosition;
}

/** A list of the past: who may stand in it, and what they were. */
export interface PastList<Row> {
  readonly cursorKind: string;
  /** The next candidates behind a position, in the order of the list; fewer than asked for only at its end. */
  readonly candidates: (after: CursorPosition | undefined, count: number) => Promise<readonly Candidate[]>;
  /** The rows of those of the candidates that the list showed then, in any order. */
  readonly asTheyWere: (ids: readonly string[]) => Promise<readonly Row[]>;
}

export interface PastPage<Row> {
  readonly rows: readonly Row[];
  readonly nextCursor: string | null;
}

/**
 * One page of a list of the past. Candidates that were not there then are passed over and others taken, but no more than
 * 5,000: then the page is shorter than `limit`, perhaps empty, and its cursor goes on behind what was looked at.
 */
export async function pastPage<Row extends { readonly id: string }>(
  list: PastList<Row>,
  start: CursorPosition | undefined,
  limit: number,
): Promise<PastPage<Row>> {
  const rows: Row[] = [];
  let shown: CursorPosition | undefined;
  let after = start;
  let looked = 0;
  for (let count = limit + 1; looked < mostCandidates; count = Math.min(2 * count, mostAtOnce)) {
    const candidates = await list.candidates(after, count);
    const then = new Map((await list.asTheyWere(candidates.map(({ id }) => id))).map((row) => [row.id, row]));
    for (const { id, position } of candidates) {
      const row = then.get(id);
      if (row === undefined) continue;
      if (rows.length === limit) return { rows, nextCursor: cursorAt(shown, list) };
      rows.push(row);
      shown = position;
    }
    if (candidates.length < count) return { rows, nextCursor: null };
    after = candidates.at(-1)?.position;
    looked += candidates.length;
  }
  return { rows, nextCursor: cursorAt(after, list) };
}

function cursorAt(position: CursorPosition | undefined, list: { readonly cursorKind: string }): string | null {
  return position === undefined ? null : encodeCursor(list.cursorKind, position);
}
