import { type SimulatorClock } from '../common/clock.js';
import { type ClientApp } from './client-app.js';
import { type PlatformEvent } from './platform-event.js';
import { type Quirks } from './quirks.js';
import { RefusedActionError } from './refused-action-error.js';
import { type SimulatedAttachmentAction } from './simulated-attachment-action.js';
import { type SimulatedMessage } from './simulated-message.js';
import { SimulatedOrg } from './simulated-org.js';
import { type PersonOptions, SimulatedPerson } from './simulated-person.js';
import { type RoomHome, SimulatedRoom } from './simulated-room.js';
import { keyOf } from './webex-id.js';

/** A message with the room that it is in. */
export interface PlacedMessage {
  readonly room: SimulatedRoom;
  readonly message: SimulatedMessage;
}

/** Everybody and everything on the platform. What a viewer may not see is not there. */
export class World implements RoomHome {
  readonly #orgs = new Map<string, SimulatedOrg>();
  readonly #people = new Map<string, SimulatedPerson>();
  readonly #rooms: SimulatedRoom[] = [];
  readonly #apps = new Map<string, ClientApp>();

  constructor(
    private readonly clock: SimulatorClock,
    readonly quirks: Quirks,
    private readonly tell: (event: PlatformEvent) => void,
  ) {}

  now(): number {
    return this.clock.now();
  }

  emit(event: PlatformEvent): void {
    this.tell(event);
  }

  addOrg(displayName: string): SimulatedOrg {
    const org = new SimulatedOrg(displayName);
    this.#orgs.set(org.uuid, org);
    return org;
  }

  /** By either form of its id. */
  org(orgId: string): SimulatedOrg | undefined {
    return this.#orgs.get(keyOf(orgId));
  }

  addPerson(options: PersonOptions): SimulatedPerson {
    if (this.personByEmail(options.email) !== undefined) throw new RefusedActionError(409, 'The address is taken.');
    const person = new SimulatedPerson(options, this.now());
    this.adopt(person);
    return person;
  }

  adopt(person: SimulatedPerson): void {
    this.#people.set(person.id, person);
  }

  get people(): readonly SimulatedPerson[] {
    return [...this.#people.values()];
  }

  person(id: string): SimulatedPerson | undefined {
    return this.#people.get(id);
  }

  personByEmail(email: string): SimulatedPerson | undefined {
    return this.people.find((person) => person.email.toLowerCase() === email.toLowerCase());
  }

  addApp<App extends ClientApp>(app: App): App {
    this.#apps.set(app.clientId, app);
    return app;
  }

  appByClientId(clientId: string): ClientApp | undefined {
    return this.#apps.get(clientId);
  }

  app(applicationId: string): ClientApp | undefined {
    return [...this.#apps.values()].find((app) => app.applicationId === applicationId);
  }

  createRoom(title: string, creator: SimulatedPerson, members: readonly SimulatedPerson[]): SimulatedRoom {
    return this.#openRoom(new SimulatedRoom(this, { type: 'group', title, creator, members }));
  }

  /** The one room of these two, which begins with the first of them to write. */
  directRoom(creator: SimulatedPerson, other: SimulatedPerson): SimulatedRoom {
    return (
      this.existingDirectRoom(creator, other) ??
      this.#openRoom(new SimulatedRoom(this, { type: 'direct', title: '', creator, members: [other] }))
    );
  }

  existingDirectRoom(one: SimulatedPerson, other: SimulatedPerson): SimulatedRoom | undefined {
    return this.visibleRooms(one).find((room) => room.type === 'direct' && room.hasMember(other));
  }

  visibleRooms(viewer: SimulatedPerson): readonly SimulatedRoom[] {
    return this.#rooms.filter((room) => room.hasMember(viewer));
  }

  visibleRoom(id: string, viewer: SimulatedPerson): SimulatedRoom | undefined {
    return this.#rooms.find((room) => room.id === id && room.hasMember(viewer));
  }

  visibleMessage(id: string, viewer: SimulatedPerson): PlacedMessage | undefined {
    for (const room of this.visibleRooms(viewer)) {
      const message = room.message(id);
      if (message !== undefined) return room.shows(message, viewer) ? { room, message } : undefined;
    }
    return undefined;
  }

  visibleAction(id: string, viewer: SimulatedPerson): SimulatedAttachmentAction | undefined {
    for (const room of this.visibleRooms(viewer)) {
      for (const message of room.messages.filter((one) => room.shows(one, viewer))) {
        const action = message.actions.find((one) => one.id === id);
        if (action !== undefined) return action;
      }
    }
    return undefined;
  }

  #openRoom(room: SimulatedRoom): SimulatedRoom {
    this.#rooms.push(room);
    room.announce();
    return room;
  }
}
