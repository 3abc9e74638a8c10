import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { firstRowOf } from '../database/rows.js';
import { beginningOfFeed, farther, type FeedPosition } from './feed-position.js';

/**
 * How far the log is known to go. Events become visible in the order of their numbers (see `EventLog`), so one that was
 * seen, of whichever tenant, vouches for all before it: whatever is read afterwards is complete up to there.
 */
@Injectable()
export class FeedEnd {
  #known: FeedPosition = beginningOfFeed;
  #looking: Promise<FeedPosition> | undefined;
  #next: Promise<FeedPosition> | undefined;

  constructor(private readonly dataSource: DataSource) {}

  /** The last event that this process has seen. */
  get known(): FeedPosition {
    return this.#known;
  }

  /** Notes that an event was seen. */
  note(position: FeedPosition): void {
    this.#known = farther(this.#known, position);
  }

  /**
   * The last event that can be seen at some moment after this call. Callers who come while a look is under way, which may be
   * too early for them, share the next one, so that however many come together make two queries.
   */
  look(): Promise<FeedPosition> {
    if (this.#looking !== undefined) {
      this.#next ??= this.#looking
        .catch(() => undefined)
        .then(() => {
          this.#next = undefined;
          return this.look();
        });
      return this.#next;
    }
    this.#looking = this.#query().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #query(): Promise<FeedPosition> {
    const sql = `select coalesce(max(seq), 0) as "end" from events`;
    const end = BigInt((await firstRowOf<{ end: string }>(this.dataSource, sql))?.end ?? 0);
    this.note(end);
    return end;
  }
}
