import { describe, expect, it } from 'vitest';
import { decodeCursor, type CursorPosition } from '../../common/http/page.js';
import { pastPage, type PastPage } from './past-page.js';

interface Row {
  readonly id: string;
}

/** A list of the numbers up to `size`, of which those were there then that are asked for. */
function numbers(size: number, wasThere: (number: number) => boolean) {
  const asked: number[] = [];
  const list = {
    cursorKind: 'numbers',
    candidates: (after: CursorPosition | undefined, count: number) => {
      asked.push(count);
      const first = Number(after?.[0] ?? 0) + 1;
      const length = Math.min(count, size - first + 1);
      return Promise.resolve(
        Array.from({ length }, (_, index) => ({ id: String(first + index), position: [String(first + index)] })),
      );
    },
    // In another order than the list's, as folding leaves them.
    asTheyWere: (ids: readonly string[]) =>
      Promise.resolve(
        ids
          .filter((id) => wasThere(Number(id)))
          .map((id): Row => ({ id }))
          .reverse(),
      ),
  };
  const page = (cursor: string | null, limit: number): Promise<PastPage<Row>> =>
    pastPage<Row>(list, cursor === null ? undefined : decodeCursor('numbers', ['number'], cursor), limit);
  return { asked, page };
}

const shown = (page: PastPage<Row>): number[] => page.rows.map((row) => Number(row.id));

describe('a page of the past', () => {
  it('is filled with what was there then, and passes over what was not', async () => {
    const { page } = numbers(100, (number) => number % 10 === 0);
    const first = await page(null, 3);
    expect(shown(first)).toEqual([10, 20, 30]);
    expect(shown(await page(first.nextCursor, 3))).toEqual([40, 50, 60]);
  });

  it('has no next one when nothing behind it was there', async () => {
    const { page } = numbers(100, (number) => number <= 3);
    expect(await page(null, 3)).toMatchObject({ rows: [{ id: '1' }, { id: '2' }, { id: '3' }], nextCursor: null });
  });

  it('is empty where nothing was there', async () => {
    expect(await numbers(100, () => false).page(null, 3)).toEqual({ rows: [], nextCursor: null });
    expect(await numbers(0, () => true).page(null, 3)).toEqual({ rows: [], nextCursor: null });
  });

  it('asks once for one more than it shows, where all were there', async () => {
    const { asked, page } = numbers(100, () => true);
    expect(shown(await page(null, 5))).toEqual([1, 2, 3, 4, 5]);
    expect(asked).toEqual([6]);
  });

  it('comes short, with a cursor, when thousands were not there, and the walk still finds everything', async () => {
    const { asked, page } = numbers(20_000, (number) => number === 2 || number === 19_999);
    const first = await page(null, 10);
    expect(shown(first)).toEqual([2]);
    expect(first.nextCursor).not.toBeNull();
    expect(asked.reduce((sum, count) => sum + count)).toBeLessThan(6_000);
    const found = shown(first);
    for (let cursor = first.nextCursor; cursor !== null;) {
      const next = await page(cursor, 10);
      found.push(...shown(next));
      cursor = next.nextCursor;
    }
    expect(found).toEqual([2, 19_999]);
  });
});
