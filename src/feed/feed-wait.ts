import { type FeedEvent } from './feed-event.js';
import { type FeedFilter } from './feed-filter.js';
import { type FeedPage } from './feed-pages.js';
import { type FeedPosition } from './feed-position.js';
import { type TailListener } from './feed-tail.js';

/** One request that waits at the end of the feed for the first events that it asks for. */
export class FeedWait implements TailListener {
  /** What came, or an empty page at the place that was reached when the wait was stopped. */
  readonly over: Promise<FeedPage>;
  #position: FeedPosition;
  #resolve: (page: FeedPage) => void = () => undefined;

  constructor(
    readonly tenantId: string,
    readonly filter: FeedFilter,
    start: FeedPosition,
  ) {
    this.#position = start;
    this.over = new Promise((resolve) => (this.#resolve = resolve));
  }

  get position(): FeedPosition {
    return this.#position;
  }

  take(events: readonly FeedEvent[], upTo: FeedPosition): void {
    this.#position = upTo;
    if (events.length > 0) this.#resolve({ events, upTo, atEnd: true });
  }

  /** Ends the wait; may be called at any time. */
  stop(): void {
    this.#resolve({ events: [], upTo: this.#position, atEnd: true });
  }
}
