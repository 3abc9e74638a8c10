import { type Tx } from '../database/transaction.js';

/**
 * Does something with events after they are committed, in their order, from a position of its own: for work that would
 * make facts wait if it were done with them. Workers call it when their lanes leave them time, and at least every second.
 */
export interface EventFollower {
  readonly name: string;
  /** Takes the next events; answers how many. Any number of processes may call it at the same time. */
  follow(): Promise<number>;
  /** Starts again from the first event. */
  restart(tx: Tx): Promise<void>;
}

/** Injection token of the list of all followers. */
export const EVENT_FOLLOWERS = Symbol('event followers');
