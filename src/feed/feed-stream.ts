import { type Envelope, type FeedEvent } from './feed-event.js';
import { type EventStreamResponse } from './event-stream-response.js';
import { type FeedFilter } from './feed-filter.js';
import { type FeedPage } from './feed-pages.js';
import { toFeedCursor, type FeedPosition } from './feed-position.js';
import { type FeedTail, type TailListener } from './feed-tail.js';

/** What somebody follows. */
export interface Following {
  readonly tenantId: string;
  readonly filter: FeedFilter;
  readonly envelope: Envelope;
  readonly start: FeedPosition;
}

/** About so much is written before it is asked whether the reader keeps up. */
const pieceCharacters = 32_768;

/** Reads the page behind a position; who has to wait for its turn waits here. */
export type ReadPage = (after: FeedPosition) => Promise<FeedPage>;

/**
 * One reader of the feed. It is in one of two states: behind, and reads pages from the log as fast as its reader takes them;
 * or at the end, and is handed what comes by the tail. A reader that does not keep up at the end is behind again, so
 * nothing is kept for it in memory but the piece that is on its way.
 */
export class FeedStream implements TailListener {
  #position: FeedPosition;
  #told = 0;
  #fellBehind: () => void = () => undefined;

  constructor(
    private readonly following: Following,
    private readonly output: EventStreamResponse,
    private readonly readPage: ReadPage,
    private readonly tail: FeedTail,
  ) {
    this.#position = following.start;
  }

  get tenantId(): string {
    return this.following.tenantId;
  }
  get filter(): FeedFilter {
    return this.following.filter;
  }
  get position(): FeedPosition {
    return this.#position;
  }
  /** How many events were written. */
  get told(): number {
    return this.#told;
  }

  /** Follows until the output is over. Rejects when the log cannot be read. */
  async run(): Promise<void> {
    while (!this.output.isOver) {
      const behind = new Promise<void>((resolve) => (this.#fellBehind = resolve));
      if (await this.#advance()) await Promise.race([behind, this.output.ended]);
      // A slow reader is waited for here, where no page is held for it.
      await this.output.flowing();
    }
    this.tail.leave(this);
  }

  take(events: readonly FeedEvent[], upTo: FeedPosition): void {
    for (const piece of this.#pieces(events)) {
      if (this.#write(piece)) continue;
      this.tail.leave(this);
      this.#fellBehind();
      return;
    }
    this.#moveOn(upTo);
  }

  stop(): void {
    this.output.end('stopping');
  }

  /** Writes the next page, or as much of it as the reader takes; whether the tail has taken over. */
  async #advance(): Promise<boolean> {
    const page = await this.readPage(this.#position);
    if (!(await this.#writeAll(page.events))) return false;
    this.#moveOn(page.upTo);
    return page.atEnd && this.tail.join(this);
  }

  /** Whether all of it was written, and taken as it was. */
  async #writeAll(events: readonly FeedEvent[]): Promise<boolean> {
    for (const piece of this.#pieces(events)) {
      if (!this.#write(piece) && !(await this.output.flowsSoon())) return false;
    }
    return !this.output.isOver;
  }

  #write({ blocks, count, upTo }: Piece): boolean {
    this.#position = upTo;
    if (!this.output.isOver) this.#told += count;
    return this.output.write(blocks, upTo);
  }

  #moveOn(upTo: FeedPosition): void {
    this.#position = upTo;
    this.output.moveOn(upTo);
  }

  *#pieces(events: readonly FeedEvent[]): Generator<Piece> {
    let [blocks, count] = ['', 0];
    for (const [index, event] of events.entries()) {
      blocks += blockOf(event, this.following.envelope);
      count += 1;
      if (blocks.length < pieceCharacters && index < events.length - 1) continue;
      yield { blocks, count, upTo: event.position };
      [blocks, count] = ['', 0];
    }
  }
}

interface Piece {
  readonly blocks: string;
  readonly count: number;
  readonly upTo: FeedPosition;
}

function blockOf(event: FeedEvent, envelope: Envelope): string {
  return `id: ${toFeedCursor(event.position)}\nevent: ${event.row.type}\ndata: ${event.json(envelope)}\n\n`;
}
