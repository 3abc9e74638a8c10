import { type ServerResponse } from 'node:http';
import { toFeedCursor, type FeedPosition } from './feed-position.js';
import { type FeedPace } from './feed-pace.js';

/**
 * Why a stream ended: the reader went away, took nothing for too long, is no longer let in; this process stops; or the log
 * could not be read.
 */
export type StreamEnd = 'reader-left' | 'reader-stalled' | 'caller-ended' | 'stopping' | 'failed';

/** As long as a reader that keeps up may take for a piece. */
const momentMs = 100;

/** Told as a comment before a stream is closed, for whoever looks at it with curl. */
const farewells: Partial<Record<StreamEnd, string>> = {
  'caller-ended': 'the credential is not valid any more',
  stopping: 'this process stops, please come back',
  failed: 'the log could not be read, please come back',
};

/**
 * One answer in the form of Server-Sent Events (WHATWG HTML, section 9.2): headers that keep proxies from holding it back,
 * comments while nothing happens, and an end that makes readers come back at where they were.
 */
export class EventStreamResponse {
  readonly ended: Promise<StreamEnd>;
  readonly #heartbeat: NodeJS.Timeout;
  #resolveEnded: (end: StreamEnd) => void = () => undefined;
  #isOver = false;
  #reached: FeedPosition;
  #told: FeedPosition;

  constructor(
    private readonly response: ServerResponse,
    private readonly pace: FeedPace,
    start: FeedPosition,
  ) {
    this.#reached = start;
    this.#told = start;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.#heartbeat = setTimeout(() => this.#beat(), pace.heartbeatMs);
    response.on('close', () => this.end('reader-left'));
    if (response.destroyed) this.end('reader-left');
    else this.#open(start);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Writes one or more whole blocks, the last of which has this position as its id. False when the reader does not keep up. */
  write(blocks: string, upTo: FeedPosition): boolean {
    if (this.#isOver) return false;
    this.#reached = upTo;
    this.#told = upTo;
    this.#heartbeat.refresh();
    return this.response.write(blocks);
  }

  /** Notes that nothing up to here concerns the reader. The next heartbeat says so, for a reader that comes back. */
  moveOn(upTo: FeedPosition): void {
    this.#reached = upTo;
  }

  /** Resolves when the reader has taken what was written, or the stream is over, which a reader that takes nothing brings about. */
  async flowing(): Promise<void> {
    if (this.#isOver || !this.response.writableNeedDrain) return;
    const stalled = setTimeout(() => this.end('reader-stalled'), this.pace.stalledMs);
    await this.#taken();
    clearTimeout(stalled);
  }

  /** Whether the reader takes what was written within a moment. */
  async flowsSoon(): Promise<boolean> {
    let moment: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (moment = setTimeout(resolve, momentMs)));
    await Promise.race([this.#taken(), late]);
    clearTimeout(moment);
    return !this.#isOver && !this.response.writableNeedDrain;
  }

  /** Ends the stream; the first reason counts. */
  end(reason: StreamEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#heartbeat);
    // Who does not take what is there would not take a farewell either, and must not hold up the end of the process.
    if (this.response.writableNeedDrain) this.response.destroy();
    else if (reason !== 'reader-left') this.response.end(`: ${farewells[reason] ?? reason}\n\n`);
    this.#resolveEnded(reason);
  }

  async #taken(): Promise<void> {
    if (this.#isOver || !this.response.writableNeedDrain) return;
    await Promise.race([new Promise((resolve) => this.response.once('drain', resolve)), this.ended]);
  }

  #open(start: FeedPosition): void {
    const { response, pace } = this;
    response.statusCode = 200;
    response.setHeader('content-type', 'text/event-stream');
    response.setHeader('cache-control', 'no-store, no-transform');
    response.setHeader('x-accel-buffering', 'no');
    // What comes after a stream is another process as often as not.
    response.setHeader('connection', 'close');
    response.flushHeaders();
    response.socket?.setKeepAlive(true, pace.heartbeatMs);
    const reconnectMs = Math.round(pace.reconnectMs * (1 + Math.random()));
    // A block without data tells nothing and sets the place to which a reader comes back, even before the first event.
    response.write(`retry: ${reconnectMs}\nid: ${toFeedCursor(start)}\n\n`);
  }

  #beat(): void {
    // For a reader that does not keep up there is enough to take already.
    if (!this.response.writableNeedDrain) {
      const place = this.#reached === this.#told ? '' : `id: ${toFeedCursor(this.#reached)}\n`;
      this.response.write(`: heartbeat\n${place}\n`);
      this.#told = this.#reached;
    }
    this.#heartbeat.refresh();
  }
}
