import { platformDate } from './platform-date.js';
import { type SimulatedPerson } from './simulated-person.js';
import { webexId } from './webex-id.js';

export interface MembershipChange {
  readonly isModerator: boolean;
  readonly isRoomHidden: boolean;
}

/** What a membership needs of its room. */
export interface MembershipHome {
  readonly id: string;
  readonly uuid: string;
  readonly cluster: string;
  readonly type: 'group' | 'direct';
  changeMembership(membership: SimulatedMembership, change: MembershipChange, by: SimulatedPerson): void;
}

/** That somebody is in a room. The id consists of person and room, so whoever rejoins has the same one again. */
export class SimulatedMembership {
  isModerator: boolean;
  isRoomHidden = false;

  constructor(
    readonly room: MembershipHome,
    readonly person: SimulatedPerson,
    { isModerator }: { readonly isModerator: boolean },
    readonly created: number,
  ) {
    this.isModerator = isModerator;
  }

  get id(): string {
    return webexId('MEMBERSHIP', `${this.person.uuid}:${this.room.uuid}`, this.room.cluster);
  }

  update(change: MembershipChange, { by = this.person }: { readonly by?: SimulatedPerson } = {}): void {
    this.room.changeMembership(this, change, by);
  }

  /** The same in the API and in webhooks, but for `roomType`, which webhooks may lack. */
  body({ roomType = true }: { readonly roomType?: boolean } = {}): Readonly<Record<string, unknown>> {
    const { person, room } = this;
    return {
      id: this.id,
      roomId: room.id,
      personId: person.id,
      personEmail: person.email,
      personDisplayName: person.displayName,
      personOrgId: person.org.id,
      isModerator: this.isModerator,
      isRoomHidden: this.isRoomHidden,
      ...(roomType ? { roomType: room.type } : {}),
      isMonitor: false,
      created: platformDate(this.created),
    };
  }
}
