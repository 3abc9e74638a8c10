/** What goes wrong between the platform and a receiver. Probabilities lie between 0 and 1. */
export interface Faults {
  /** An accepted notification is sent once more, with the same bytes, index and retry count. */
  readonly duplicate: number;
  /** A waiting notification of the space overtakes the one whose turn it is. */
  readonly reorder: number;
  /** A notification is lost although the platform takes it for delivered. */
  readonly drop: number;
  /**
   * Whether a lost notification uses up an index. The reference says both that the index grows with each success and that
   * it shows missed events; true follows the second sentence, false leaves no trace at all.
   */
  readonly dropLeavesGap: boolean;
  /** Simulated milliseconds, at least and at most, before each first try. */
  readonly delayMs: readonly [number, number];
  /** The receiver gets and answers the request, but the socket is closed on the answer, so it is sent again. */
  readonly abortAfterSend: number;
}

export const noFaults: Faults = {
  duplicate: 0,
  reorder: 0,
  drop: 0,
  dropLeavesGap: true,
  delayMs: [0, 0],
  abortAfterSend: 0,
};
