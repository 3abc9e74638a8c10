import { type Actor, type SimulatedPerson } from './actor.js';
import { type EventBodies, type EventBody, type SpaceChange } from './event-bodies.js';
import { type Quirks } from './quirks.js';
import { RefusedActionError } from './refused-action-error.js';
import { type GenericAnnotation, SimulatedMessage } from './simulated-message.js';
import { type MessageHome } from './space-surroundings.js';

export interface SpaceOptions {
  readonly title: string;
  readonly members?: readonly SimulatedPerson[];
  readonly apps?: readonly Actor[];
  readonly description?: string;
}

/** What a space needs of the world around it. */
export interface SpaceHome {
  readonly bodies: EventBodies;
  readonly quirks: Quirks;
  now(): number;
  newId(at: number): string;
  /** Sends an event to the webhooks of the members, and of those who were members just before. */
  publish(spaceId: string, body: EventBody, recipientIds: ReadonlySet<string>): void;
}

/** A space with its members and messages; whatever changes in it is told to the apps that are members. */
export class SimulatedSpace implements MessageHome {
  readonly id: string;
  readonly created: number;
  readonly createdBy: Actor;
  readonly #members = new Map<string, Actor>();
  readonly #messages: SimulatedMessage[] = [];
  #details: SpaceChange & { readonly title: string };
  #updated: number;
  #updatedBy: Actor;
  #membersUpdated: number;
  #lastStamp = 0;
  #deleted = false;

  constructor(
    private readonly world: SpaceHome,
    { title, members = [], apps = [], description = '' }: SpaceOptions,
  ) {
    const [creator] = [...members, ...apps];
    if (creator === undefined) throw new RefusedActionError(400, 'A space has at least one member.');
    for (const member of [...members, ...apps]) this.#members.set(member.id, member);
    this.created = this.stamp();
    this.id = world.newId(this.created);
    this.createdBy = creator;
    this.#details = { title, description };
    this.#updated = this.created;
    this.#updatedBy = creator;
    this.#membersUpdated = this.created;
  }

  get bodies(): EventBodies {
    return this.world.bodies;
  }

  get quirks(): Quirks {
    return this.world.quirks;
  }

  get title(): string {
    return this.#details.title;
  }

  get details(): SpaceChange {
    return this.#details;
  }

  get updated(): number {
    return this.#updated;
  }

  get updatedBy(): Actor {
    return this.#updatedBy;
  }

  get membersUpdated(): number {
    return this.#membersUpdated;
  }

  get members(): readonly Actor[] {
    return [...this.#members.values()];
  }

  /** In the order they were posted, deleted ones included. */
  get messages(): readonly SimulatedMessage[] {
    return this.#messages;
  }

  get deleted(): boolean {
    return this.#deleted;
  }

  hasMember(id: string): boolean {
    return this.#members.has(id);
  }

  post(author: SimulatedPerson, text: string): SimulatedMessage {
    this.requireMember(author.id);
    const message = this.#newMessage(author, text);
    message.announce();
    return message;
  }

  /** An app message, by an app or by a person through an app: its text travels in the annotation, not in the content. */
  postAsApp(author: Actor, generic: GenericAnnotation): SimulatedMessage {
    this.requireMember(author.id);
    const message = this.#newMessage(author, null);
    message.announce(generic);
    return message;
  }

  /** Tells of the new members without saying who added them, and beside it of a change that names no field. */
  addMembers(added: readonly Actor[], { by = this.createdBy }: { readonly by?: Actor } = {}): void {
    this.requireAlive();
    const joining = added.filter((member) => !this.#members.has(member.id));
    if (joining.length === 0) return;
    for (const member of joining) this.#members.set(member.id, member);
    this.#tellMembers('space-members-added', joining, by);
  }

  /** The removed apps hear of their removal, and nothing after it. */
  removeMembers(removed: readonly Actor[], { by = this.createdBy }: { readonly by?: Actor } = {}): void {
    this.requireAlive();
    const leaving = removed.filter((member) => this.#members.has(member.id));
    if (leaving.length === 0) return;
    for (const member of leaving) this.#members.delete(member.id);
    this.#tellMembers('space-members-removed', leaving, by);
  }

  update(change: SpaceChange, { by = this.createdBy }: { readonly by?: Actor } = {}): void {
    this.requireAlive();
    this.#details = { ...this.#details, ...change };
    const at = this.stamp();
    this.#touch(by, at);
    this.emit(this.bodies.spaceUpdated(this, change, by, at));
  }

  delete({ by = this.createdBy }: { readonly by?: Actor } = {}): void {
    this.requireAlive();
    const event = this.bodies.spaceDeleted(this, by, this.stamp());
    this.#deleted = true;
    this.emit(event);
  }

  stamp(): number {
    const now = this.world.now();
    this.#lastStamp = this.quirks.sharedMilliseconds ? now : Math.max(now, this.#lastStamp + 1);
    return this.#lastStamp;
  }

  newId(at: number): string {
    return this.world.newId(at);
  }

  requireAlive(): void {
    if (this.#deleted) throw new RefusedActionError(404, 'The space was deleted.');
  }

  requireMember(id: string): void {
    this.requireAlive();
    if (!this.#members.has(id)) throw new RefusedActionError(403, 'Not a member of the space.');
  }

  emit(body: EventBody): void {
    this.world.publish(this.id, body, new Set(this.#members.keys()));
  }

  #newMessage(author: Actor, content: string | null): SimulatedMessage {
    const message = new SimulatedMessage(this, author, content, this.stamp());
    this.#messages.push(message);
    return message;
  }

  #tellMembers(type: 'space-members-added' | 'space-members-removed', changed: readonly Actor[], by: Actor): void {
    const ids = changed.map((member) => member.id);
    const at = this.stamp();
    this.#membersUpdated = at;
    this.#touch(by, at);
    const event = this.bodies.membersChanged(type, this, ids, at);
    this.world.publish(this.id, event, new Set([...this.#members.keys(), ...ids]));
    this.emit(this.bodies.spaceUpdated(this, {}, by, this.stamp()));
  }

  #touch(by: Actor, at: number): void {
    this.#updated = at;
    this.#updatedBy = by;
  }
}
