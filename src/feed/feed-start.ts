import { Injectable } from '@nestjs/common';
import { InvalidInput } from '../common/errors/liaison-error.js';
import { CursorBeyondEnd } from './feed.errors.js';
import { FeedEnd } from './feed-end.js';
import { beginningOfFeed, fromFeedCursor, type FeedPosition } from './feed-position.js';
import { NamedCursors } from './named-cursors.js';

/** How a query says where to begin. */
export interface StartQuery {
  readonly after?: string;
  /** The common name of `after` in lists. */
  readonly cursor?: string;
  readonly cursorName?: string;
}

/** Finds the place at which a caller wants to begin. */
@Injectable()
export class FeedStart {
  constructor(
    private readonly end: FeedEnd,
    private readonly cursors: NamedCursors,
  ) {}

  /** The place of a cursor, or of the words `beginning` and `end`. Throws `InvalidInput`, `CursorBeyondEnd`. */
  async placeOf(cursor: string): Promise<FeedPosition> {
    if (cursor === 'beginning') return beginningOfFeed;
    if (cursor === 'end') return this.end.look();
    const position = fromFeedCursor(cursor);
    if (position > this.end.known && position > (await this.end.look())) throw new CursorBeyondEnd();
    return position;
  }

  /** The place that is said, or the usual one where nothing is said. Throws `InvalidInput`, `CursorBeyondEnd`, `NotFound`. */
  async of(tenantId: string, query: StartQuery, usual: 'beginning' | 'end'): Promise<FeedPosition> {
    const { after, cursor, cursorName } = query;
    if ([after, cursor, cursorName].filter((start) => start !== undefined).length > 1) {
      throw new InvalidInput({
        detail: 'Say where to begin once: with `after` or with `cursorName`.',
        faults: [{ pointer: '/after', detail: 'must stand alone' }],
      });
    }
    if (cursorName !== undefined) return this.cursors.positionOf(tenantId, cursorName);
    return this.placeOf(after ?? cursor ?? usual);
  }
}
