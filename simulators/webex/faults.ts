/** What goes wrong between the platform and a receiver. Probabilities lie between 0 and 1. */
export interface Faults {
  /** A delivery is sent once more, with the same bytes. */
  readonly duplicate: number;
  /** A waiting delivery of the lane overtakes the one whose turn it is. */
  readonly reorder: number;
  /** A delivery is lost on the way, and the platform does not notice. */
  readonly drop: number;
  /** Simulated milliseconds, at least and at most, before each delivery of a lane. */
  readonly delayMs: readonly [number, number];
  /** The receiver gets and answers the request, but too late for the platform, which counts a failure. */
  readonly timeouts: number;
}

export const noFaults: Faults = { duplicate: 0, reorder: 0, drop: 0, delayMs: [0, 0], timeouts: 0 };
