import { randomUUID } from 'node:crypto';
import { type ClientApp } from './client-app.js';
import { platformDate } from './platform-date.js';
import { type PlatformEvent, type WebhookOwner } from './platform-event.js';
import { type Quirks } from './quirks.js';
import { type SimulatedPerson } from './simulated-person.js';
import { registeredFor } from './webhook-catalogue.js';
import { passesFilter } from './webhook-filter.js';
import { bareId, webexId } from './webex-id.js';

const windowMs = 5 * 60 * 1_000;
const mostFailures = 100;

export interface WebhookRegistration {
  readonly name: string;
  readonly targetUrl: string;
  readonly resource: string;
  readonly event: string;
  readonly filter?: string;
  readonly secret?: string;
  readonly ownedBy?: 'creator' | 'org';
}

/** A webhook: resource, event and filter never change. It outlives the token that it was registered with. */
export class SimulatedWebhook implements WebhookOwner {
  readonly id = webexId('WEBHOOK', randomUUID());
  readonly resource: string;
  readonly event: string;
  readonly filter: string | undefined;
  readonly ownedBy: 'creator' | 'org';
  #name: string;
  #targetUrl: string;
  #secret: string | undefined;
  #active = true;
  #failures: number[] = [];
  #onProbationUntil = 0;

  constructor(
    registration: WebhookRegistration,
    readonly creator: SimulatedPerson,
    readonly app: ClientApp,
    readonly created: number,
    private readonly quirks: Quirks,
  ) {
    this.resource = registration.resource;
    this.event = registration.event;
    this.filter = registration.filter;
    this.ownedBy = registration.ownedBy ?? 'creator';
    this.#name = registration.name;
    this.#targetUrl = registration.targetUrl;
    this.#secret = registration.secret;
  }

  get name(): string {
    return this.#name;
  }

  get targetUrl(): string {
    return this.#targetUrl;
  }

  get secret(): string | undefined {
    return this.#secret;
  }

  get active(): boolean {
    return this.#active;
  }

  /** Whether this event is told to this webhook. */
  hears(event: PlatformEvent): boolean {
    return (
      this.#active &&
      registeredFor(this, event) &&
      event.concerns(this) &&
      passesFilter(this.filter, event, this.creator.id)
    );
  }

  /** From now on everything is signed with the new secret, what waits included. */
  update(change: { readonly name: string; readonly targetUrl: string; readonly secret?: string }): void {
    this.#name = change.name;
    this.#targetUrl = change.targetUrl;
    if (change.secret !== undefined) this.#secret = change.secret;
  }

  /** For five minutes after this, a single failure switches the webhook off again. */
  reactivate(at: number): void {
    if (this.#active) return;
    this.#active = true;
    this.#failures = [];
    this.#onProbationUntil = at + windowMs;
  }

  deactivate(): void {
    this.#active = false;
  }

  /** Takes note of a failed attempt; the hundredth within five minutes switches the webhook off. Nothing switches it on. */
  failed(at: number): void {
    this.#failures = [...this.#failures.filter((earlier) => earlier > at - windowMs), at];
    if (this.#failures.length >= mostFailures || at < this.#onProbationUntil) this.deactivate();
  }

  /** The webhook as the API shows it, the secret in clear. */
  body(): Readonly<Record<string, unknown>> {
    return {
      ...this.#head(),
      ...(this.#secret === undefined ? {} : { secret: this.#secret }),
      ...this.#origin(this.creator.org.id),
      status: this.#active ? 'active' : this.quirks.offStatus,
      created: platformDate(this.created, this.quirks.timestamps),
    };
  }

  /**
   * What is posted. `id` and `created` are those of the webhook, the same every time; `orgId` is the webhook's
   * organization too. Resource and event are those that happened, never `all`.
   */
  envelope({ resource, event, actorId, data }: PlatformEvent): Readonly<Record<string, unknown>> {
    const { org } = this.creator;
    return {
      ...this.#head(),
      resource,
      event,
      ...this.#origin(this.quirks.envelopeOrgId === 'uri' ? org.id : bareId(org.uuid)),
      status: 'active',
      created: platformDate(this.created, this.quirks.timestamps),
      actorId,
      data,
    };
  }

  #head(): Readonly<Record<string, unknown>> {
    return {
      id: this.id,
      name: this.#name,
      targetUrl: this.#targetUrl,
      resource: this.resource,
      event: this.event,
      ...(this.filter === undefined ? {} : { filter: this.filter }),
    };
  }

  #origin(orgId: string): Readonly<Record<string, unknown>> {
    return { orgId, createdBy: this.creator.id, appId: this.app.applicationId, ownedBy: this.ownedBy };
  }
}
