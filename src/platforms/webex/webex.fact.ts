import { filledTextOf, isJsonObject, memberOf, parseJsonBytes, type JsonObject } from '../../common/json/json.js';
import { type Actor, type EventMap, type EventType, type Member, type SpacelessType } from '../../events/event-map.js';
import { type Fact, type SpaceReference } from '../../events/event.js';
import { Untranslatable } from '../platform.errors.js';

/** When and by whom, and its place among the facts of the room where that is not its time (ms). */
export interface Occurrence {
  readonly occurredAt: Date;
  readonly actor?: Actor | undefined;
  readonly position?: number | undefined;
}

/** A fact about something in a room; `data` belongs to `type` by the signature. */
export function inRoom<T extends Exclude<EventType, SpacelessType>>(
  room: string | SpaceReference,
  type: T,
  occurrence: Occurrence,
  data: EventMap[T],
): Fact {
  const space = typeof room === 'string' ? { externalId: room } : room;
  // The compiler does not relate a generic member to the union that is built from it.
  return { type, ...stated(occurrence), space, data } as unknown as Fact;
}

/** A fact about something that is in no room. */
export function outsideRooms<T extends SpacelessType>(type: T, occurrence: Occurrence, data: EventMap[T]): Fact {
  // As above.
  return { type, ...stated(occurrence), space: undefined, data } as unknown as Fact;
}

function stated({ occurredAt, actor, position }: Occurrence): Omit<Fact, 'type' | 'space' | 'data'> {
  return { occurredAt, ...(actor === undefined ? {} : { actor }), ...(position === undefined ? {} : { position }) };
}

/** The body as an object. Throws `Untranslatable` for anything else. */
export function objectIn(bytes: Buffer): JsonObject {
  const parsed = parseJsonBytes(bytes);
  if (!parsed.ok) throw new Untranslatable(parsed.fault, `The body is not usable JSON (${parsed.fault}).`);
  if (!isJsonObject(parsed.value)) throw new Untranslatable('not-an-object', 'The body is JSON, but not an object.');
  return parsed.value;
}

/** The member as a text with at least one character. Throws `Untranslatable` where there is none. */
export function required(object: JsonObject, name: string): string {
  const value = filledTextOf(object, name);
  if (value === undefined) throw new Untranslatable('missing-field', `The body has no ${name}.`);
  return value;
}

/** The person whom messages, memberships and card submissions name. */
export function personIn(object: JsonObject): Actor | undefined {
  const externalId = filledTextOf(object, 'personId');
  if (externalId === undefined) return undefined;
  const displayName = filledTextOf(object, 'personDisplayName');
  const email = filledTextOf(object, 'personEmail');
  return {
    externalId,
    ...(displayName === undefined ? {} : { displayName }),
    ...(email === undefined ? {} : { email }),
  };
}

/** The person of a membership. Throws `Untranslatable` where it names none. */
export function memberIn(membership: JsonObject): Member {
  const person = { ...personIn(membership), externalId: required(membership, 'personId') };
  const isModerator = memberOf(membership, 'isModerator');
  if (typeof isModerator !== 'boolean') return person;
  return { ...person, role: isModerator ? 'moderator' : 'member' };
}
