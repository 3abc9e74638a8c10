import { type Grant } from './grants.js';
import { type PlatformEvent } from './platform-event.js';
import { RefusedActionError } from './refused-action-error.js';
import { type SimulatedPerson } from './simulated-person.js';
import { SimulatedWebhook, type WebhookRegistration } from './simulated-webhook.js';
import { catalogueEntry } from './webhook-catalogue.js';
import { type WebhookDispatcher } from './webhook-dispatcher.js';
import { filterParts } from './webhook-filter.js';
import { type World } from './world.js';

const orgOnlyFilters = ['hostEmail', 'hostUserId', 'ownerEmail', 'ownerId'];

/** The webhooks of everybody. */
export class WebhookRegistry {
  #webhooks: SimulatedWebhook[] = [];

  constructor(private readonly dispatcher: WebhookDispatcher) {}

  get all(): readonly SimulatedWebhook[] {
    return this.#webhooks;
  }

  /** Sends an event to every webhook that it is for; to one that is off it is lost. */
  tell(event: PlatformEvent): void {
    for (const webhook of this.#webhooks) if (webhook.hears(event)) this.dispatcher.send(webhook, event);
  }

  /** Checks what the guide asks for; the token is needed now and never again. */
  register(registration: WebhookRegistration, grant: Grant, world: World): SimulatedWebhook {
    const { resource, event, filter, ownedBy = 'creator' } = registration;
    const entry = catalogueEntry(resource, event);
    if (entry === undefined) throw new RefusedActionError(400, `There is no webhook for ${resource}/${event}.`);
    const { scopes } = entry;
    const allowed =
      entry.everyScope === true
        ? scopes.every((scope) => grant.allows(scope))
        : scopes.length === 0 || scopes.some((scope) => grant.allows(scope));
    if (!allowed) throw new RefusedActionError(403, 'The access token is missing required scopes.');
    this.#requireOwnable(registration, entry.forOrg ?? false, grant.person);
    requireFilter(filter, entry.filters, ownedBy, grant.person, world);
    requireTarget(registration.targetUrl);
    const webhook = new SimulatedWebhook(registration, grant.person, grant.app, world.now(), world.quirks);
    this.#webhooks.push(webhook);
    return webhook;
  }

  /** One's own, and for an administrator those of the organization. */
  visibleTo(person: SimulatedPerson, ownedBy: 'creator' | 'org'): readonly SimulatedWebhook[] {
    return this.#webhooks.filter(
      (webhook) =>
        webhook.ownedBy === ownedBy &&
        (ownedBy === 'org' ? person.admin && webhook.creator.org === person.org : webhook.creator === person),
    );
  }

  visible(id: string, person: SimulatedPerson): SimulatedWebhook | undefined {
    return [...this.visibleTo(person, 'creator'), ...this.visibleTo(person, 'org')].find((one) => one.id === id);
  }

  remove(webhook: SimulatedWebhook): void {
    webhook.deactivate();
    this.#webhooks = this.#webhooks.filter((other) => other !== webhook);
  }

  #requireOwnable(registration: WebhookRegistration, forOrg: boolean, person: SimulatedPerson): void {
    if (registration.ownedBy !== 'org') return;
    if (!forOrg) throw new RefusedActionError(400, 'The resource cannot be owned by the organization.');
    if (!person.admin) throw new RefusedActionError(403, 'Only an administrator may register for the organization.');
    const { resource, filter } = registration;
    const taken = this.visibleTo(person, 'org').some((one) => one.resource === resource && one.filter === filter);
    if (taken) throw new RefusedActionError(409, 'The organization has a webhook on this resource and filter.');
  }
}

function requireFilter(
  filter: string | undefined,
  known: readonly string[],
  ownedBy: 'creator' | 'org',
  person: SimulatedPerson,
  world: World,
): void {
  if (filter === undefined) return;
  const parts = filterParts(filter);
  if (parts === undefined) throw new RefusedActionError(400, 'invalid filter');
  for (const [name, value] of parts) {
    if (!known.includes(name)) throw new RefusedActionError(400, `invalid filter: ${name}`);
    const ofOthers = orgOnlyFilters.includes(name) && ownedBy !== 'org';
    if (ofOthers || !isVisible(name, value, person, world)) {
      throw new RefusedActionError(400, `invalid value for filter: ${name}`);
    }
  }
}

function isVisible(name: string, value: string, person: SimulatedPerson, world: World): boolean {
  switch (name) {
    case 'roomId':
      return world.visibleRoom(value, person) !== undefined;
    case 'messageId':
      return world.visibleMessage(value, person) !== undefined;
    case 'personId':
      return world.person(value) !== undefined;
    default:
      return true;
  }
}

/** The platform takes public addresses only; loopback is let through, since the simulator lives there. */
function requireTarget(targetUrl: string): void {
  const url = URL.canParse(targetUrl) ? new URL(targetUrl) : undefined;
  const loopback = url?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url?.protocol !== 'https:' && !loopback) throw new RefusedActionError(400, 'targetUrl is not valid.');
}
