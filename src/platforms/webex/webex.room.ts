import { memberOf, type JsonObject, type JsonValue } from '../../common/json/json.js';

/** What a room is, apart from its title and description; `lastActivity` moves with every message and says nothing new. */
const propertyNames = [
  'type',
  'isLocked',
  'isAnnouncementOnly',
  'isReadOnly',
  'isPublic',
  'madePublic',
  'teamId',
  'creatorId',
  'ownerId',
  'classificationId',
  'created',
] as const;

/** The properties that a room, or the part of it that a webhook tells, names. */
export function roomProperties(room: JsonObject): Readonly<Record<string, JsonValue>> {
  const named = propertyNames.flatMap((name) => {
    const value = memberOf(room, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(named);
}

/** Says whether we may read the room: `false`, or why not (`gone`, `refused`). */
export const unavailableProperty = 'unavailable';
