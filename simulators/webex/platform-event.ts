import { type ClientApp } from './client-app.js';
import { type SimulatedPerson } from './simulated-person.js';

/** For whom a webhook was registered. */
export interface WebhookOwner {
  readonly creator: SimulatedPerson;
  readonly app: ClientApp;
  readonly ownedBy: 'creator' | 'org';
}

/** Something that happened, before it is known who hears of it. */
export interface PlatformEvent {
  readonly resource: string;
  readonly event: string;
  /** Who did it. */
  readonly actorId: string;
  /** The thin body that webhooks carry. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What filters may look at although it is not in `data`. */
  readonly traits?: Readonly<Record<string, unknown>>;
  /** Events of one lane leave in the order they happened, as long as no fault shuffles them. */
  readonly lane: string;
  /** Whether the owner of a webhook may see it. */
  readonly concerns: (owner: WebhookOwner) => boolean;
}
