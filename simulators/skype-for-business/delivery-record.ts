/** One webhook call as the platform saw it. */
export interface DeliveryAttempt {
  /** The address as it stood on the wire, query included. */
  readonly url: string;
  /** Missing on heartbeats and raw bodies that belong to no conversation. */
  readonly conversationId: string | undefined;
  readonly ack: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** The simulator's time when the request left. */
  readonly at: number;
  readonly status: number | 'timeout' | 'refused' | 'network';
  /** Real milliseconds until the outcome was known. */
  readonly ms: number;
  /** Counts the tries of one call from 0. */
  readonly retry: number;
  /** Set on what the duplicate fault sent. */
  readonly duplicate: boolean;
}

/** Calls, not requests: a retry does not count. */
export interface DeliveryCounts {
  readonly emitted: number;
  readonly accepted: number;
  /** Refused or unanswered to the last try, lost by a fault, or without an address to go to. */
  readonly dropped: number;
  readonly duplicated: number;
}
