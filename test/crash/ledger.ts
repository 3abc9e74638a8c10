import { type Answer } from './sender.js';

/** A row of the store, as far as the ledger cares. */
export interface StoredBody {
  readonly copies: number;
  /** When the service received the first stored copy, by the clock that it shares with us. */
  readonly receivedAtMs: number;
}

/** What a look at the store says about what we were told. */
export interface Comparison {
  /** Acknowledged and gone, or gone and brought back by a later copy; each loss is reported once. */
  readonly lost: number;
  /** Stored more than once. */
  readonly doubled: number;
  /** Stored although nobody was told so: the answer was lost, not the delivery. */
  readonly unacknowledged: number;
  /** Stored, but never sent by us. */
  readonly foreign: number;
}

interface Entry {
  /** When the first acknowledgement came that still has to hold; undefined before it and after its loss. */
  promisedAtMs: number | undefined;
  acknowledged: boolean;
}

/** Totals over everything that was sent. */
export interface Totals {
  /** Distinct bodies. */
  readonly bodies: number;
  /** Distinct bodies that were acknowledged at least once. */
  readonly acknowledged: number;
  /** Acknowledgements of bodies that had been acknowledged before. */
  readonly again: number;
  readonly refused: ReadonlyMap<number, number>;
  /** Answers 503 that do not say when to come back. */
  readonly withoutRetryAfter: number;
  readonly unknown: number;
  readonly slowestMs: number;
}

/** What every sender was told about every body: the truth that the store is held against. */
export class Ledger {
  readonly #entries = new Map<string, Entry>();
  readonly #refused = new Map<number, number>();
  readonly #refusals: number[] = [];
  #acknowledged = 0;
  #again = 0;
  #unknown = 0;
  #withoutRetryAfter = 0;
  #slowestMs = 0;

  /** Must be called before the first byte is sent: the store may be looked at at any time after it. */
  sending(hash: string): void {
    if (!this.#entries.has(hash)) this.#entries.set(hash, { promisedAtMs: undefined, acknowledged: false });
  }

  answered(hash: string, answer: Answer): void {
    const entry = this.#entries.get(hash);
    if (entry === undefined) throw new Error('an answer to something that was never sent');
    if (answer.outcome === 'unknown') {
      this.#unknown += 1;
      return;
    }
    this.#slowestMs = Math.max(this.#slowestMs, answer.ms);
    if (answer.outcome === 'refused') {
      this.#refused.set(answer.status, (this.#refused.get(answer.status) ?? 0) + 1);
      this.#refusals.push(performance.now());
      if (answer.status === 503 && !answer.retryAfter) this.#withoutRetryAfter += 1;
      return;
    }
    entry.promisedAtMs ??= Date.now();
    if (entry.acknowledged) this.#again += 1;
    else this.#acknowledged += 1;
    entry.acknowledged = true;
  }

  /** How many calls were refused between two moments of `performance.now()`. */
  refusedBetween(from: number, until: number): number {
    return this.#refusals.filter((at) => at >= from && at <= until).length;
  }

  get totals(): Totals {
    return {
      bodies: this.#entries.size,
      acknowledged: this.#acknowledged,
      again: this.#again,
      refused: this.#refused,
      withoutRetryAfter: this.#withoutRetryAfter,
      unknown: this.#unknown,
      slowestMs: this.#slowestMs,
    };
  }

  /**
   * Holds the store against the ledger; nothing may be under way. A copy that a platform sends again could fill the hole
   * that a crash tore, so a stored body must also have been received before its first acknowledgement.
   */
  compare(stored: ReadonlyMap<string, StoredBody>): Comparison {
    let lost = 0;
    let doubled = 0;
    let unacknowledged = 0;
    let known = 0;
    for (const [hash, entry] of this.#entries) {
      const body = stored.get(hash);
      if (body !== undefined) {
        known += 1;
        if (body.copies > 1) doubled += 1;
        if (!entry.acknowledged) unacknowledged += 1;
      }
      const { promisedAtMs } = entry;
      if (promisedAtMs !== undefined && (body === undefined || body.receivedAtMs > promisedAtMs)) {
        lost += 1;
        entry.promisedAtMs = undefined;
      }
    }
    return { lost, doubled, unacknowledged, foreign: stored.size - known };
  }
}
