import { decodeCursor, encodeCursor } from '../common/http/page.js';
import { feedCursor } from '../events/event.dto.js';

/** A place in the feed: the event of this number and everything before it has been seen, and nothing behind it. */
export type FeedPosition = bigint;

export const beginningOfFeed: FeedPosition = 0n;

/** The cursor of a place, as callers get it. */
export function toFeedCursor(position: FeedPosition): string {
  return encodeCursor(feedCursor, [String(position)]);
}

/** The place that a cursor names. Throws `InvalidInput` for what is no cursor of the feed. */
export function fromFeedCursor(cursor: string): FeedPosition {
  return BigInt(decodeCursor(feedCursor, ['number'], cursor)[0] ?? '');
}

/** The one of two places that is farther on. */
export function farther(a: FeedPosition, b: FeedPosition): FeedPosition {
  return a > b ? a : b;
}
