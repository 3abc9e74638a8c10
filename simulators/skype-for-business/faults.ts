/** What goes wrong between the platform and a receiver. Probabilities lie between 0 and 1. */
export interface Faults {
  /** A call is made twice, with the same bytes. */
  readonly duplicate: number;
  /** Whether the second call of the same events carries the next ack; no source says what a repeat looks like. */
  readonly duplicateTakesNewAck: boolean;
  /** A waiting call of the conversation overtakes the one whose turn it is. */
  readonly reorder: number;
  /** A call is lost; its ack is used up. */
  readonly drop: number;
  /** Simulated milliseconds, at least and at most, before each call. */
  readonly delayMs: readonly [number, number];
}

export const noFaults: Faults = { duplicate: 0, duplicateTakesNewAck: false, reorder: 0, drop: 0, delayMs: [0, 0] };
