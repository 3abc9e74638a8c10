/** How often things happen in the feed, in milliseconds. */
export interface FeedPace {
  /** How soon an event is told to those who wait for it. */
  readonly pollMs: number;
  /** How long a stream may be silent; proxies cut what is silent for 30 or 60 seconds. */
  readonly heartbeatMs: number;
  /** How long a reader may take nothing of what is ready for it before its stream is cut. */
  readonly stalledMs: number;
  /** What a cut reader is asked to wait before it comes back: at least this, and at most twice as long, so that not all come at once. */
  readonly reconnectMs: number;
}

/** Injection token of the `FeedPace`. */
export const FEED_PACE = Symbol('feed pace');

export const usualPace: FeedPace = { pollMs: 100, heartbeatMs: 15_000, stalledMs: 20_000, reconnectMs: 1_000 };

/** How many streams and waiting requests one process keeps open for a credential and for a tenant. */
export interface FeedLimits {
  readonly perCaller: number;
  readonly perTenant: number;
}

/** Injection token of the `FeedLimits`. */
export const FEED_LIMITS = Symbol('feed limits');
