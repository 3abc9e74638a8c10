import {
  filledTextOf,
  isJsonObject,
  memberOf,
  parseJsonBytes,
  type JsonFault,
  type JsonObject,
  type JsonValue,
} from '../../common/json/json.js';
import { type Failure } from '../../events/event-map.js';
import { readEventPlace, type EventPlace } from './event-place.js';
import { readFailure } from './failure.js';
import { conversationIn } from './hrefs.js';
import { embeddedOf, linkOf, plainRel, readLink } from './resource.js';

/** One event of a body. Relations have lost their prefix. */
export interface TapEvent {
  readonly rel: string;
  readonly href: string;
  readonly title: string | undefined;
  /** The relation of the collection that the event is about, such as `typingParticipants`. */
  readonly collection: string | undefined;
  /** `started`, `updated`, `completed` of operations, `added`, `updated`, `deleted` of resources, or a new one. */
  readonly type: string;
  /** There is no event type for a failure: it is `completed` with the status `Failure`. */
  readonly failed: boolean;
  readonly reason: Failure | undefined;
  /** What the event is about; empty where the body holds only a link to it. */
  readonly resource: JsonObject;
}

/** A webhook body as far as it can be read. */
export interface EventBody {
  readonly place: EventPlace;
  /** In the order of the body; a sender can occur several times in it. Undefined where there is no list of senders. */
  readonly events: readonly TapEvent[] | undefined;
  /** Says nothing: a list of senders that is empty, as heartbeats and checks of reachability have it. */
  readonly isHeartbeat: boolean;
  /** How many events had no relation, no href or no type. */
  readonly unreadable: number;
}

export type ReadEventBody =
  { readonly ok: true; readonly body: EventBody } | { readonly ok: false; readonly fault: JsonFault | 'not-an-object' };

/** Reads a webhook body (Webhooks.md, UCWA event channel details). Never throws; `baseuri` is not looked at. */
export function readEventBody(bytes: Buffer): ReadEventBody {
  const parsed = parseJsonBytes(bytes);
  if (!parsed.ok) return parsed;
  if (!isJsonObject(parsed.value)) return { ok: false, fault: 'not-an-object' };
  const senders = memberOf(parsed.value, 'sender');
  const wire = Array.isArray(senders) ? senders.flatMap(eventsOf) : undefined;
  const events = wire?.map(readEvent).filter((event) => event !== undefined);
  const place = readEventPlace(linkOf(parsed.value, 'self')?.href ?? '');
  return {
    ok: true,
    body: {
      place: { ...place, conversationId: place.conversationId ?? firstConversation(events ?? []) },
      events,
      isHeartbeat: Array.isArray(senders) && senders.length === 0,
      unreadable: (wire?.length ?? 0) - (events?.length ?? 0),
    },
  };
}

function eventsOf(sender: JsonValue): readonly JsonValue[] {
  const events = isJsonObject(sender) ? memberOf(sender, 'events') : undefined;
  // Array.isArray forgets that the members of a JSON array are JSON values.
  return Array.isArray(events) ? (events as readonly JsonValue[]) : [];
}

function readEvent(value: JsonValue): TapEvent | undefined {
  if (!isJsonObject(value)) return undefined;
  const linkValue = memberOf(value, 'link');
  const link = readLink(linkValue);
  const rel = relOf(linkValue);
  const type = filledTextOf(value, 'type');
  if (link === undefined || rel === undefined || type === undefined) return undefined;
  return {
    rel,
    href: link.href,
    title: link.title,
    collection: relOf(memberOf(value, 'in')),
    type,
    failed: filledTextOf(value, 'status') === 'Failure',
    reason: readFailure(memberOf(value, 'reason')),
    // The name under `_embedded` follows the link; the resource's own `rel` can be another.
    resource: embeddedOf(value, rel) ?? {},
  };
}

function relOf(value: JsonValue | undefined): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const rel = isJsonObject(first) ? filledTextOf(first, 'rel') : undefined;
  return rel === undefined ? undefined : plainRel(rel);
}

/** Bodies of the sibling user API have no key; their hrefs name the conversation. */
function firstConversation(events: readonly TapEvent[]): string | undefined {
  for (const { href, resource } of events) {
    const found = conversationIn(href) ?? conversationIn(linkOf(resource, 'conversation')?.href ?? '');
    if (found !== undefined) return found;
  }
  return undefined;
}
