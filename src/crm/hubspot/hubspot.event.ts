import {
  filledTextOf,
  isJsonObject,
  memberOf,
  parseJsonBytes,
  type JsonObject,
  type JsonValue,
} from '../../common/json/json.js';
import { recordKinds, type RecordKind } from '../crm-record.js';
import { recordTypes } from './hubspot.objects.js';

/** One of the events that a call brings, up to a hundred of them. */
export interface HubSpotEvent {
  /** For example `deal.propertyChange`; empty where there is none. */
  readonly type: string;
  /** What happened, the part behind the dot: `creation`, `propertyChange`, `deletion`. */
  readonly act: string;
  /** Undefined for what is no record that spaces are linked to. */
  readonly kind: RecordKind | undefined;
  readonly objectId: string | undefined;
  readonly occurredAtMs: number | undefined;
  readonly portalId: string | undefined;
  /** 0 for the first try. */
  readonly attempt: number | undefined;
  /** Everything, for what only some types have. */
  readonly raw: JsonObject;
}

/** The events in a call; undefined where its body is no list of objects. */
export function eventsIn(body: Buffer): readonly HubSpotEvent[] | undefined {
  const parsed = parseJsonBytes(body);
  if (!parsed.ok || !Array.isArray(parsed.value)) return undefined;
  const list: readonly JsonValue[] = parsed.value;
  const objects = list.filter(isJsonObject);
  return objects.length === list.length ? objects.map(eventIn) : undefined;
}

/** The lane of a record's calls and of what is read about it. */
export function laneOf(kind: RecordKind, objectId: string): string {
  return `${kind}/${objectId}`;
}

/** An id, which HubSpot writes as a number. */
export function idIn(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return /^\d{1,20}$/.test(value) ? value : undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
}

function eventIn(raw: JsonObject): HubSpotEvent {
  const type = filledTextOf(raw, 'subscriptionType') ?? '';
  const [subject = '', act = ''] = type.split('.');
  const [occurredAt, attempt] = [memberOf(raw, 'occurredAt'), memberOf(raw, 'attemptNumber')];
  return {
    type,
    act,
    kind: kindOf(subject, filledTextOf(raw, 'objectTypeId')),
    objectId: idIn(memberOf(raw, 'objectId')),
    occurredAtMs: isCount(occurredAt) ? occurredAt : undefined,
    portalId: idIn(memberOf(raw, 'portalId')),
    attempt: isCount(attempt) ? attempt : undefined,
    raw,
  };
}

/** Older subscriptions name the type in front, `deal.creation`; newer ones beside, `object.creation` and `0-3`. */
function kindOf(subject: string, typeId: string | undefined): RecordKind | undefined {
  return recordKinds.find((kind) =>
    subject === 'object' ? recordTypes[kind].typeId === typeId : recordTypes[kind].singular === subject,
  );
}

/** A date as JavaScript can have it, and every smaller number. */
function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 8_640_000_000_000_000;
}
