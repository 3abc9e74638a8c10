import { type ColumnTypes } from './projection-table.js';
import { type LiaisonEvent } from './event.js';
import { earlier } from './latest.js';

/**
 * Where a row stands in lists over time, and since when we know. Readers of the past ask these columns before they read
 * an event (see `past/`): a row whose place was told by `sort_at` and learned by `sort_learned_at` stood there then too.
 */
export interface SortPlace {
  readonly sort_at: Date;
  /** When we learned the fact that puts it at `sort_at`. */
  readonly sort_learned_at: Date;
  /** When we learned the first of all facts about it. */
  readonly learned_at: Date;
}

export const sortPlaceColumns = {
  sort_at: 'timestamptz',
  sort_learned_at: 'timestamptz',
  learned_at: 'timestamptz',
} as const satisfies ColumnTypes<SortPlace>;

/** The place of a row of which the event is the first that we hear. */
export function placeOfFirst(event: LiaisonEvent): SortPlace {
  return { sort_at: event.occurredAt, sort_learned_at: event.learnedAt, learned_at: event.learnedAt };
}

/** The place, after the event, of a row that stands at its earliest fact; the same in whatever order events come. */
export function placeAtEarliest(known: SortPlace, event: LiaisonEvent): SortPlace {
  const difference = event.occurredAt.getTime() - known.sort_at.getTime();
  return {
    sort_at: earlier(known.sort_at, event.occurredAt),
    sort_learned_at:
      difference < 0
        ? event.learnedAt
        : difference > 0
          ? known.sort_learned_at
          : earlier(known.sort_learned_at, event.learnedAt),
    learned_at: earlier(known.learned_at, event.learnedAt),
  };
}
