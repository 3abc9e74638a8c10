import { type OutgoingHttpHeaders } from 'node:http';

/** One request to a receiver as the platform saw it. */
export interface DeliveryAttempt {
  readonly webhookId: string;
  readonly targetUrl: string;
  readonly resource: string;
  readonly event: string;
  /** The body as sent. */
  readonly bytes: Buffer;
  readonly headers: OutgoingHttpHeaders;
  /** The simulator's time when the request left. */
  readonly at: number;
  readonly status: number | 'timeout' | 'unreachable';
  /** Real milliseconds until the outcome was known. */
  readonly ms: number;
  /** Set on a second copy which the duplicate fault sent. */
  readonly duplicate: boolean;
}

/** Deliveries, not requests: an event for two webhooks counts twice, the copy of a duplicate not at all. */
export interface DeliveryCounts {
  readonly emitted: number;
  readonly accepted: number;
  /** Unanswered or refused, and so lost: nothing is ever sent again. */
  readonly failed: number;
  /** Lost by a fault, or because the webhook was off or gone when their turn came. */
  readonly dropped: number;
  readonly duplicated: number;
}
