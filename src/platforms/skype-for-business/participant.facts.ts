import { type Draft } from './draft.js';
import { type TapEvent } from './event-body.js';
import { personOf } from './person.js';

/** A participant that is told of in one of these takes part; in others, such as the lobby, that is not said. */
const membership: readonly (string | undefined)[] = [undefined, 'participants', 'conversation'];

/** Somebody joined, changed or left. Typing is no fact. `undefined` for any other event. */
export function participantFacts(event: TapEvent): readonly Draft[] | undefined {
  const { type, collection, resource, href, title } = event;
  if (collection === 'typingParticipants') return [];
  const member = personOf(resource, { href, title });
  if (member === undefined || !membership.includes(collection)) return undefined;
  switch (type) {
    case 'added':
      return [{ type: 'member.joined', data: { member } }];
    case 'updated':
      return [{ type: 'member.updated', data: { member } }];
    case 'deleted':
      return [{ type: 'member.left', data: { member } }];
    default:
      return undefined;
  }
}
