import { type FailureReason } from './failure-reason.js';
import { type Resource } from './resources.js';
import { type WireFormat } from './wire-format.js';

export interface EventLink {
  readonly rel: string;
  readonly href: string;
  readonly title?: string;
}

/** Operations start, update and complete; resources are added, updated and deleted. There is no `failed`. */
export type EventType = 'started' | 'updated' | 'completed' | 'added' | 'deleted';

export interface WireEvent {
  readonly link: EventLink;
  readonly in?: EventLink;
  readonly _embedded?: Readonly<Record<string, Resource>>;
  readonly type: EventType;
  readonly status?: 'Success' | 'Failure';
  readonly reason?: FailureReason;
}

export interface SentEvent {
  readonly sender: EventLink;
  readonly event: WireEvent;
}

interface Sender extends EventLink {
  readonly events: WireEvent[];
}

/**
 * The body of a webhook call. Events keep their order, so a sender has one entry for each run of its events and can occur
 * several times (UCWA, event channel details). The list is called `sender`.
 */
export function eventBody(
  events: readonly SentEvent[],
  { self, next, baseUri }: { readonly self: string; readonly next: string; readonly baseUri: string },
): Resource {
  const senders: Sender[] = [];
  for (const { sender, event } of events) {
    const last = senders.at(-1);
    if (last?.href === sender.href && last.rel === sender.rel) last.events.push(event);
    else senders.push({ ...sender, events: [event] });
  }
  return { _links: { self: { href: self }, next: { href: next } }, sender: senders, baseuri: baseUri };
}

/** What arrives when nothing happened: no sender, no next, and a base with a path. */
export function heartbeatBody(poolUrl: string): Resource {
  return {
    _links: { self: { href: '/eventsservice' } },
    sender: [],
    baseuri: `${poolUrl}/platformservice/v1/applications`,
  };
}

export function bodyBytes(body: Resource, ampersands: WireFormat['ampersands']): Buffer {
  const text = JSON.stringify(body, (key, value: unknown) =>
    key === 'href' && typeof value === 'string' && ampersands === 'literal' ? value.replaceAll('&', '\\u0026') : value,
  );
  return Buffer.from(ampersands === 'escaped' ? text.replaceAll('&', '\\u0026') : text, 'utf8');
}
