import { randomUUID } from 'node:crypto';
import { type MessageContent } from './message-content.js';
import { type PlatformEvent, type WebhookOwner } from './platform-event.js';
import { type Quirks } from './quirks.js';
import { RefusedActionError } from './refused-action-error.js';
import { roomBody, roomData, type RoomDetails } from './room-bodies.js';
import { type MembershipChange, type MembershipHome, SimulatedMembership } from './simulated-membership.js';
import { type MessageHome, SimulatedMessage } from './simulated-message.js';
import { type SimulatedPerson } from './simulated-person.js';
import { homeCluster, webexId } from './webex-id.js';

export type RoomChange = Partial<RoomDetails>;

export interface RoomOptions {
  readonly type: 'group' | 'direct';
  readonly title: string;
  readonly creator: SimulatedPerson;
  readonly members: readonly SimulatedPerson[];
}

/** What a room needs of the world around it. */
export interface RoomHome {
  readonly quirks: Quirks;
  now(): number;
  emit(event: PlatformEvent): void;
}

interface Doer {
  readonly by?: SimulatedPerson;
}

/** A room with its members and messages; every change in it is an act of somebody, told to those who may see it. */
export class SimulatedRoom implements MessageHome, MembershipHome {
  readonly uuid = randomUUID();
  readonly type: 'group' | 'direct';
  readonly creator: SimulatedPerson;
  readonly created: number;
  readonly #memberships = new Map<SimulatedPerson, SimulatedMembership>();
  readonly #messages = new Map<string, SimulatedMessage>();
  #cluster = homeCluster;
  #id = webexId('ROOM', this.uuid);
  #details: RoomDetails;
  #lastActivity: number;
  #deleted = false;

  constructor(
    private readonly world: RoomHome,
    { type, title, creator, members }: RoomOptions,
  ) {
    this.type = type;
    this.creator = creator;
    this.created = world.now();
    this.#lastActivity = this.created;
    this.#details = { title, isLocked: false, isAnnouncementOnly: false, description: '' };
    for (const person of new Set([creator, ...members])) this.#join(person, false);
  }

  get id(): string {
    return this.#id;
  }

  get cluster(): string {
    return this.#cluster;
  }

  get quirks(): Quirks {
    return this.world.quirks;
  }

  get details(): RoomDetails {
    return this.#details;
  }

  get isLocked(): boolean {
    return this.#details.isLocked;
  }

  get lastActivity(): number {
    return this.#lastActivity;
  }

  get deleted(): boolean {
    return this.#deleted;
  }

  get members(): readonly SimulatedPerson[] {
    return [...this.#memberships.keys()];
  }

  get memberships(): readonly SimulatedMembership[] {
    return [...this.#memberships.values()];
  }

  /** In the order they were posted, without deleted ones. */
  get messages(): readonly SimulatedMessage[] {
    return [...this.#messages.values()].filter((message) => !message.deleted);
  }

  message(id: string): SimulatedMessage | undefined {
    const message = this.#messages.get(id);
    return message?.deleted === false ? message : undefined;
  }

  now(): number {
    return this.world.now();
  }

  hasMember(person: SimulatedPerson): boolean {
    return !this.#deleted && this.#memberships.has(person);
  }

  isModerator(person: SimulatedPerson): boolean {
    return this.#memberships.get(person)?.isModerator ?? false;
  }

  /** Tells the creator of the room, and everybody in it of each membership. */
  announce(): void {
    this.#emit('rooms', 'created', this.creator, roomData(this.id, this), ({ creator }) => creator === this.creator);
    for (const membership of this.memberships) this.#tellOfMembership('created', membership, this.creator);
  }

  /** `content` is text or everything a message may consist of. Replies go one level deep. */
  post(author: SimulatedPerson, content: string | MessageContent): SimulatedMessage {
    this.requireMember(author);
    if (this.#details.isAnnouncementOnly && !this.isModerator(author)) {
      throw new RefusedActionError(403, 'Only moderators may post here.');
    }
    const wanted = typeof content === 'string' ? { text: content } : content;
    this.#requireParent(wanted.parentId);
    const message = new SimulatedMessage(this, author, wanted, this.now());
    this.#messages.set(message.id, message);
    this.#lastActivity = message.created;
    message.announce();
    return message;
  }

  /** Refused with 409 when already a member; in a locked room only moderators add. */
  add(
    person: SimulatedPerson,
    { by = this.creator, isModerator = false }: Doer & { readonly isModerator?: boolean } = {},
  ): SimulatedMembership {
    this.#requireKeeper(by);
    if (this.#memberships.has(person)) throw new RefusedActionError(409, 'Person is already in the room.');
    const membership = this.#join(person, isModerator);
    this.#tellOfMembership('created', membership, by);
    return membership;
  }

  /** The removed person hears of the removal, and of nothing after it. */
  remove(person: SimulatedPerson, { by = person }: Doer = {}): void {
    if (by === person) this.requireMember(by);
    else this.#requireKeeper(by);
    if (this.type === 'direct') throw new RefusedActionError(400, 'Nobody leaves a direct room.');
    const membership = this.#memberships.get(person);
    if (membership === undefined) throw new RefusedActionError(404, 'Not a member of the room.');
    this.#memberships.delete(person);
    this.#tellOfMembership('deleted', membership, by, [person]);
  }

  changeMembership(membership: SimulatedMembership, change: MembershipChange, by: SimulatedPerson): void {
    this.requireMember(by);
    if (change.isModerator !== membership.isModerator) this.#requireKeeper(by);
    membership.isModerator = change.isModerator;
    membership.isRoomHidden = change.isRoomHidden;
    this.#tellOfMembership('updated', membership, by);
  }

  /** `rooms/updated`, in which of all changes only the lock can be seen. Whoever locks a room becomes its moderator. */
  update(change: RoomChange, { by = this.creator }: Doer = {}): void {
    this.#requireKeeper(by);
    if (this.type === 'direct') throw new RefusedActionError(400, 'A direct room cannot be changed.');
    const locks = change.isLocked === true && !this.isLocked;
    this.#details = { ...this.#details, ...change };
    const membership = this.#memberships.get(by);
    if (locks && membership?.isModerator === false) {
      membership.isModerator = true;
      this.#tellOfMembership('updated', membership, by);
    }
    this.#emit('rooms', 'updated', by, roomData(this.id, this), this.#audience());
  }

  lock(doer: Doer = {}): void {
    this.update({ isLocked: true }, doer);
  }

  unlock(doer: Doer = {}): void {
    this.update({ isLocked: false }, doer);
  }

  /**
   * The room moves to another region: its id changes, and the old one is unknown from then on. Ids of messages stay. Whether
   * the event names the old or the new id is a quirk.
   */
  migrate({ cluster = 'urn:TEAM:eu-central-1_k', by = this.creator }: Doer & { readonly cluster?: string } = {}): void {
    const oldId = this.id;
    this.#cluster = cluster;
    this.#id = webexId('ROOM', this.uuid, cluster);
    const named = this.quirks.migratedRoomId === 'new' ? this.id : oldId;
    this.#emit('rooms', 'migrated', by, roomData(named, this), this.#audience());
  }

  /** By its creator or a moderator. No webhook tells of it. */
  delete({ by = this.creator }: Doer = {}): void {
    this.requireMember(by);
    if (by !== this.creator && !this.isModerator(by)) {
      throw new RefusedActionError(403, 'Only its creator or a moderator may delete a room.');
    }
    this.#deleted = true;
  }

  /** Whether this person may read the message. A bot in a group sees what mentions it, and what it wrote itself. */
  shows(message: SimulatedMessage, person: SimulatedPerson): boolean {
    return this.hasMember(person) && !message.deleted && this.#mayHear(message, person);
  }

  /** What one may not see does not exist. */
  requireMember(person: SimulatedPerson): void {
    if (!this.hasMember(person)) throw new RefusedActionError(404, 'Could not find a room with provided ID.');
  }

  tellOfMessage(
    message: SimulatedMessage,
    told: Pick<PlatformEvent, 'resource' | 'event' | 'actorId' | 'data' | 'traits'>,
  ): void {
    const audience = this.#audience();
    this.world.emit({
      ...told,
      lane: this.uuid,
      concerns: (owner) => audience(owner) && this.#mayHear(message, owner.creator),
    });
  }

  body(viewer: SimulatedPerson): Readonly<Record<string, unknown>> {
    return roomBody(this.id, this, viewer);
  }

  #mayHear(message: SimulatedMessage, person: SimulatedPerson): boolean {
    return person.type !== 'bot' || this.type === 'direct' || message.author === person || message.mentions(person);
  }

  #join(person: SimulatedPerson, isModerator: boolean): SimulatedMembership {
    const membership = new SimulatedMembership(this, person, { isModerator }, this.now());
    this.#memberships.set(person, membership);
    return membership;
  }

  #requireKeeper(by: SimulatedPerson): void {
    this.requireMember(by);
    if (this.isLocked && !this.isModerator(by)) throw new RefusedActionError(403, 'The room is locked.');
  }

  #requireParent(parentId: string | undefined): void {
    if (parentId === undefined) return;
    const parent = this.message(parentId);
    if (parent === undefined) throw new RefusedActionError(404, 'Could not find the parent message.');
    if (parent.parentId !== undefined) throw new RefusedActionError(400, 'A reply cannot be replied to.');
  }

  #tellOfMembership(
    event: 'created' | 'updated' | 'deleted',
    membership: SimulatedMembership,
    by: SimulatedPerson,
    also: readonly SimulatedPerson[] = [],
  ): void {
    const data = membership.body({ roomType: this.quirks.roomTypeInData });
    this.#emit('memberships', event, by, data, this.#audience(also));
  }

  /** The members of this moment, and the organization that owns the room. */
  #audience(also: readonly SimulatedPerson[] = []): (owner: WebhookOwner) => boolean {
    const people = new Set([...this.members, ...also]);
    return ({ creator, ownedBy }) => (ownedBy === 'org' ? creator.org === this.creator.org : people.has(creator));
  }

  #emit(
    resource: string,
    event: string,
    by: SimulatedPerson,
    data: Readonly<Record<string, unknown>>,
    concerns: (owner: WebhookOwner) => boolean,
  ): void {
    this.world.emit({ resource, event, actorId: by.id, data, concerns, lane: this.uuid });
  }
}
