import { randomUUID } from 'node:crypto';
import { type Actor, type SimulatedPerson } from './actor.js';
import { type SimulatorClock } from '../common/clock.js';
import { EventBodies, type EventBody } from './event-bodies.js';
import { ObjectIds } from './identifiers.js';
import { type Quirks } from './quirks.js';
import { type AppRegistration, SimulatedApp } from './registered-app.js';
import { type SimulatedMessage } from './simulated-message.js';
import { type SpaceHome, type SpaceOptions, SimulatedSpace } from './simulated-space.js';
import { type WebhookDispatcher } from './webhook-dispatcher.js';

/** Everybody and everything on the platform. */
export class World implements SpaceHome {
  readonly bodies: EventBodies;
  readonly #people = new Map<string, SimulatedPerson>();
  readonly #apps = new Map<string, SimulatedApp>();
  readonly #spaces = new Map<string, SimulatedSpace>();
  readonly #ids = new ObjectIds();

  constructor(
    private readonly clock: SimulatorClock,
    readonly quirks: Quirks,
    private readonly dispatcher: WebhookDispatcher,
  ) {
    this.bodies = new EventBodies(quirks);
  }

  addPerson({ displayName, email }: { readonly displayName: string; readonly email: string }): SimulatedPerson {
    const person: SimulatedPerson = { id: randomUUID(), displayName, email, kind: 'person' };
    this.#people.set(person.id, person);
    return person;
  }

  registerApp(registration: AppRegistration): SimulatedApp {
    const taken = [...this.#apps.values()].some((app) => app.name === registration.name);
    if (taken) throw new Error('APP_NAME_CONFLICT');
    const app = new SimulatedApp(registration, this.dispatcher);
    this.#apps.set(app.appId, app);
    return app;
  }

  createSpace(options: SpaceOptions): SimulatedSpace {
    const space = new SimulatedSpace(this, options);
    this.#spaces.set(space.id, space);
    return space;
  }

  app(appId: string): SimulatedApp | undefined {
    return this.#apps.get(appId);
  }

  actor(id: string): Actor | undefined {
    return this.#people.get(id) ?? this.#apps.get(id);
  }

  personByEmail(email: string): SimulatedPerson | undefined {
    return [...this.#people.values()].find((person) => person.email === email);
  }

  /** The space, when the viewer is a member of it; what one may not see does not exist. */
  visibleSpace(id: string, viewerId: string): SimulatedSpace | undefined {
    const space = this.#spaces.get(id);
    return space !== undefined && !space.deleted && space.hasMember(viewerId) ? space : undefined;
  }

  visibleSpaces(viewerId: string): readonly SimulatedSpace[] {
    return [...this.#spaces.values()].filter((space) => this.visibleSpace(space.id, viewerId) !== undefined);
  }

  visibleMessage(id: string, viewerId: string): SimulatedMessage | undefined {
    for (const space of this.visibleSpaces(viewerId)) {
      const message = space.messages.find((one) => one.id === id);
      if (message !== undefined) return message;
    }
    return undefined;
  }

  now(): number {
    return this.clock.now();
  }

  newId(at: number): string {
    return this.#ids.next(at);
  }

  publish(spaceId: string, body: EventBody, recipientIds: ReadonlySet<string>): void {
    const bytes = Buffer.from(JSON.stringify(body), 'utf8');
    for (const app of this.#apps.values()) {
      if (!recipientIds.has(app.appId)) continue;
      for (const webhook of app.webhooks) {
        if (webhook.state !== 'enabled' || !webhook.events.includes(body.type)) continue;
        this.dispatcher.notify(app.appId, spaceId, { webhook, type: body.type, body: bytes });
      }
    }
  }
}
