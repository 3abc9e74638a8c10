import { type EventDto } from '../events/event.dto.js';

/**
 * An event in the envelope of CloudEvents 1.0. The last seven but `data` are extension attributes, whose names have lower-case
 * letters only and at most 20 of them, as the specification asks for.
 */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  /** A reference to the connection that the event came by. */
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** When it was so at the source. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Record<string, unknown>;
  readonly cursor: string;
  readonly learnedat: string;
  readonly platform: string;
  readonly deliveryid: string;
  readonly spaceid?: string;
  readonly messageid?: string;
}

/** The event type in CloudEvents, such as `liaison.message.created`. */
function cloudEventType(type: string): string {
  return `liaison.${type}`;
}

/** An event of the feed as a CloudEvent; attributes without a value are left out, as the specification wants it. */
export function toCloudEvent(event: EventDto): CloudEvent {
  return {
    specversion: '1.0',
    id: event.id,
    source: `/v1/connections/${event.connectionId}`,
    type: cloudEventType(event.type),
    subject: event.subjectId,
    time: event.occurredAt,
    datacontenttype: 'application/json',
    cursor: event.cursor,
    learnedat: event.learnedAt,
    platform: event.platform,
    deliveryid: event.deliveryId,
    ...(event.spaceId === null ? {} : { spaceid: event.spaceId }),
    ...(event.messageId === null ? {} : { messageid: event.messageId }),
    data: event.data,
  };
}
