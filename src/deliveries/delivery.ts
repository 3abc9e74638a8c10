/** What came in by one webhook call, before anybody vouches for it. */
export interface RawDelivery {
  /** The body exactly as received. */
  readonly body: Buffer;
  /** Header names in lower case, as node:http gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** What stood behind the question mark of the called address, as it was sent; empty where there was none. */
  readonly query: string;
  readonly receivedAt: Date;
}

declare const verified: unique symbol;

/**
 * A delivery whose platform scheme has been checked. It cannot be written down by hand: only `markVerified` makes one,
 * and only the guard and the log (which holds nothing else) call it.
 */
export type VerifiedDelivery = RawDelivery & {
  readonly [verified]: true;
  /** The scheme that vouches for it, for example `hmac-sha256`. */
  readonly scheme: string;
};

/** States that `delivery` has passed `scheme`. Call it where that was just checked, or where only such rows are stored. */
export function markVerified(delivery: RawDelivery, scheme: string): VerifiedDelivery {
  // The symbol exists in types only; this is the one place that grants it.
  return { ...delivery, scheme } as VerifiedDelivery;
}

/** The value of a header that must be sent exactly once; undefined when it is absent or repeated. */
export function singleHeader(delivery: RawDelivery, name: string): string | undefined {
  const value = delivery.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Under this name the query of the called address is kept among a delivery's headers; no real header has a colon. */
export const queryHeader = ':query';
