import { platformDate } from './platform-date.js';
import { type SimulatedPerson } from './simulated-person.js';

export interface RoomDetails {
  readonly title: string;
  readonly isLocked: boolean;
  readonly isAnnouncementOnly: boolean;
  readonly description: string;
}

/** What there is to say about a room. */
interface DescribedRoom {
  readonly type: 'group' | 'direct';
  readonly creator: SimulatedPerson;
  readonly created: number;
  readonly lastActivity: number;
  readonly members: readonly SimulatedPerson[];
  readonly details: RoomDetails;
}

/** The room in the API. The title of a direct room is the name of the other. */
export function roomBody(id: string, room: DescribedRoom, viewer: SimulatedPerson): Readonly<Record<string, unknown>> {
  const other = room.members.find((member) => member !== viewer);
  const { title, description, isLocked, isAnnouncementOnly } = room.details;
  return {
    id,
    title: room.type === 'direct' ? (other?.displayName ?? 'Empty Title') : title,
    type: room.type,
    isLocked,
    lastActivity: platformDate(room.lastActivity),
    creatorId: room.creator.id,
    created: platformDate(room.created),
    ownerId: room.creator.org.id,
    isAnnouncementOnly,
    isReadOnly: false,
    isPublic: false,
    ...(description === '' ? {} : { description }),
  };
}

/** The room in webhooks, which never carry the title. */
export function roomData(id: string, room: DescribedRoom): Readonly<Record<string, unknown>> {
  return {
    id,
    type: room.type,
    isLocked: room.details.isLocked,
    creatorId: room.creator.id,
    lastActivity: platformDate(room.lastActivity),
    created: platformDate(room.created),
  };
}
