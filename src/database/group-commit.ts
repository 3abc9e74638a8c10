import { StorageUnavailable } from '../common/errors/liaison-error.js';
import { isDataError } from '../common/errors/sql-state.js';

export interface GroupCommitOptions<T> {
  /** What an item is called in errors, such as `delivery`. */
  readonly noun: string;
  /** Stores all items or none, in one statement, and resolves after the commit. */
  readonly flush: (items: readonly T[]) => Promise<void>;
  readonly sizeOf: (item: T) => number;
  readonly maxItems: number;
  readonly maxBytes: number;
  /** More than this waiting is refused at once: the platform's retry is a better queue than our memory. */
  readonly maxWaiting: number;
  readonly maxWaitingBytes: number;
  /** From `add` to an answer, whatever happens. */
  readonly deadlineMs: number;
  readonly now?: () => number;
}

interface Waiting<T> {
  readonly item: T;
  readonly size: number;
  readonly expiresAt: number;
  settle: ((error?: unknown) => void) | undefined;
}

/** How soon another try makes sense when we cannot store. */
const retryAfterSeconds = 5;
const sweepMs = 100;

/**
 * Group commit: everything that waits goes into one statement; the next flush starts as soon as the last returns. There
 * is no timer on the way of an item, so a lone one waits for nobody, and under load batches grow by themselves.
 *
 * `add` resolves when its item is committed. It rejects with `StorageUnavailable` when the database fails, the queue is
 * full or the deadline passes (then the outcome is unknown and a retry must be harmless), and with the database's own
 * error when that item alone was refused: an item that the database refuses cannot fail its neighbours, because a batch
 * with a data error is halved until the culprit stands alone.
 */
export class GroupCommit<T> {
  #queue: Waiting<T>[] = [];
  #queuedBytes = 0;
  #inFlight: readonly Waiting<T>[] = [];
  #running: Promise<void> | undefined;
  #sweeper: NodeJS.Timeout | undefined;
  readonly #now: () => number;

  constructor(private readonly options: GroupCommitOptions<T>) {
    this.#now = options.now ?? (() => performance.now());
  }

  get waiting(): number {
    return this.#queue.length + this.#inFlight.length;
  }

  add(item: T): Promise<void> {
    const size = this.options.sizeOf(item);
    if (this.#queue.length >= this.options.maxWaiting || this.#queuedBytes + size > this.options.maxWaitingBytes) {
      return Promise.reject(this.#unavailable('could not be stored, because too many are waiting.'));
    }
    return new Promise((resolve, reject) => {
      const entry: Waiting<T> = {
        item,
        size,
        expiresAt: this.#now() + this.options.deadlineMs,
        settle: (error) => {
          entry.settle = undefined;
          if (error === undefined) resolve();
          else reject(error instanceof Error ? error : new Error('the store failed', { cause: error }));
        },
      };
      this.#queue.push(entry);
      this.#queuedBytes += size;
      this.#sweeper ??= setInterval(() => this.#expire(), sweepMs).unref();
      this.#running ??= this.#run();
    });
  }

  /** Resolves when everything that was added has been answered. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // One turn of the event loop, so that all requests that are already readable join the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      this.#inFlight = this.#takeBatch();
      await this.#store(this.#inFlight);
      this.#inFlight = [];
    }
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
    this.#running = undefined;
  }

  #takeBatch(): Waiting<T>[] {
    let count = 0;
    let bytes = 0;
    for (const entry of this.#queue) {
      if (count === this.options.maxItems || (count > 0 && bytes + entry.size > this.options.maxBytes)) break;
      count += 1;
      bytes += entry.size;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count).filter((entry) => entry.settle !== undefined);
  }

  async #store(batch: readonly Waiting<T>[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      await this.options.flush(batch.map((entry) => entry.item));
      for (const entry of batch) entry.settle?.();
    } catch (error) {
      if (isDataError(error) && batch.length > 1) {
        const middle = batch.length >> 1;
        await this.#store(batch.slice(0, middle));
        await this.#store(batch.slice(middle));
        return;
      }
      const failure = isDataError(error) ? error : this.#unavailable('could not be stored now.', error);
      for (const entry of batch) entry.settle?.(failure);
    }
  }

  #expire(): void {
    const now = this.#now();
    for (const entry of [...this.#inFlight, ...this.#queue]) {
      if (entry.expiresAt <= now) entry.settle?.(this.#unavailable('could not be stored in time.'));
    }
  }

  #unavailable(what: string, cause?: unknown): StorageUnavailable {
    return new StorageUnavailable({ detail: `The ${this.options.noun} ${what}`, cause, retryAfterSeconds });
  }
}
