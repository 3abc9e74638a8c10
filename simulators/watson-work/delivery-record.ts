/** One request to a receiver as the platform saw it. */
export interface DeliveryAttempt {
  readonly appId: string;
  readonly webhookId: string;
  readonly spaceId: string;
  readonly type: string;
  readonly index: number;
  readonly retryCount: number;
  /** The body as sent; every try of a notification shares one buffer. */
  readonly bytes: Buffer;
  readonly token: string;
  /** The simulator's time when the request left. */
  readonly at: number;
  readonly status: number | 'timeout' | 'refused' | 'network';
  /** Real milliseconds until the outcome was known. */
  readonly ms: number;
  /** Set on a second copy which the duplicate fault sent. */
  readonly duplicate: boolean;
}

/** Notifications, not requests: one event for two webhooks counts twice, its retries do not count. */
export interface DeliveryCounts {
  readonly emitted: number;
  readonly accepted: number;
  /** Given up after 72 hours, lost by a fault, or discarded with its webhook. */
  readonly dropped: number;
  readonly duplicated: number;
}
