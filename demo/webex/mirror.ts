import { type SimulatedMessage } from '../../simulators/webex/simulated-message.js';
import { type SimulatedRoom } from '../../simulators/webex/simulated-room.js';
import { type SpaceReading } from '../space-reading.js';

/** Where what Liaison shows differs from what Webex itself has, in words; nothing when the two are equal. */
export function differences(
  room: SimulatedRoom,
  posted: readonly SimulatedMessage[],
  shown: SpaceReading | undefined,
): readonly string[] {
  if (shown === undefined) return ['the room is missing'];
  const present = shown.members.filter(({ leftAt }) => leftAt === null);
  return [
    ...(shown.space.title === room.details.title ? [] : ['the title differs']),
    ...(sameTexts(
      present.map(({ externalId, displayName, email }) => `${externalId} ${displayName ?? ''} ${email ?? ''}`),
      room.members.map(({ id, displayName, email }) => `${id} ${displayName} ${email}`),
    )
      ? []
      : ['the members differ']),
    ...(shown.messages.length === posted.length ? [] : ['the number of messages differs']),
    ...posted.flatMap((message) => messageDifferences(message, shown)),
  ];
}

function messageDifferences(original: SimulatedMessage, reading: SpaceReading): readonly string[] {
  const shown = reading.messages.find(({ externalId }) => externalId === original.id);
  if (shown === undefined) return [`message ${original.id} is missing`];
  const text = original.deleted ? null : (original.body()['markdown'] ?? original.text);
  const differing = [
    ...(shown.author?.externalId === original.author.id ? [] : ['author']),
    ...((shown.deletedAt !== null) === original.deleted ? [] : ['deletion']),
    ...(shown.content === text ? [] : ['text']),
    ...(sameTexts(
      shown.annotations.map(({ externalId, payload }) => `${externalId} ${JSON.stringify(sorted(payload))}`),
      original.actions.map(({ id, inputs }) => `${id} ${JSON.stringify(sorted(inputs))}`),
    )
      ? []
      : ['what was filled in']),
  ];
  return differing.map((what) => `${what} of message ${original.id}`);
}

/** Postgres keeps the members of objects in an order of its own. */
function sorted(inputs: unknown): readonly unknown[] {
  return Object.entries(inputs ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a.toSorted()) === JSON.stringify(b.toSorted());
}
