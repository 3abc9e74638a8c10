/** How often CRMs that call nobody are asked for what changed. */
export interface PollPace {
  /** How soon a new or changed connection is found. */
  readonly lookEveryMs: number;
  /** Between two questions to one connection; a tenth more or less, so that many are not asked at once. */
  readonly everyMs: number;
}

/** Injection token of the `PollPace`. */
export const POLL_PACE = Symbol('poll pace');
