import { randomUUID } from 'node:crypto';
import { type Actor } from './actor.js';
import { type OutboundEventType, outboundEventTypes } from './event-bodies.js';
import { alphanumericText } from './identifiers.js';
import { type WebhookDispatcher } from './webhook-dispatcher.js';
import { verifyEndpoint, WebhookVerificationError } from './webhook-verification.js';

/** What an app may do in the spaces it was added to. */
const appPermissions = [
  'message_create',
  'message_read',
  'transcript_read',
  'membership_list',
  'file_download',
  'file_upload',
  'space_change',
  'space_read',
] as const;

/** What an app may ask a user for. */
const userScopes = [
  ...appPermissions,
  'space_list',
  'space_create',
  'profile_read',
  'profile_update',
  'settings_read',
  'settings_update',
] as const;

export type Permission = (typeof userScopes)[number];

export interface AppRegistration {
  readonly name: string;
  readonly permissions?: readonly Permission[];
  readonly scopes?: readonly Permission[];
  readonly redirectUris?: readonly string[];
}

export interface WebhookRegistration {
  readonly url: string;
  readonly events: readonly OutboundEventType[];
  readonly secret?: string;
}

export type WebhookState = 'waiting' | 'enabled' | 'disabled';

/** A webhook of an app: waiting for validation, then enabled, or disabled after a failed check. */
export class SimulatedWebhook {
  readonly webhookId = randomUUID();
  #url: string;
  #events: readonly OutboundEventType[];
  #secret: string;
  #state: WebhookState = 'waiting';

  constructor(
    readonly appId: string,
    registration: WebhookRegistration,
    private readonly dispatcher: WebhookDispatcher,
    private readonly forget: (webhook: SimulatedWebhook) => void,
  ) {
    this.#url = checkedWebhookUrl(registration.url);
    this.#events = checkedEvents(registration.events);
    this.#secret = registration.secret ?? alphanumericText(32);
  }

  get url(): string {
    return this.#url;
  }

  get events(): readonly OutboundEventType[] {
    return this.#events;
  }

  get secret(): string {
    return this.#secret;
  }

  get state(): WebhookState {
    return this.#state;
  }

  /**
   * Sends the verification challenge and resolves when the end point passed. Otherwise the webhook is disabled, what
   * waited for it is discarded, and the platform's error tag is thrown.
   */
  async enable(): Promise<void> {
    const failure = await verifyEndpoint(this, {
      timeoutMs: this.dispatcher.timeoutMs,
      signal: this.dispatcher.signal,
    });
    if (failure !== undefined) {
      this.disable();
      throw new WebhookVerificationError(failure);
    }
    this.#state = 'enabled';
    this.dispatcher.resetSchedule(this);
  }

  /** Changes the registration, which makes the platform verify the end point again. */
  async update(change: { readonly url?: string; readonly events?: readonly OutboundEventType[] }): Promise<void> {
    if (change.url !== undefined) this.#url = checkedWebhookUrl(change.url);
    if (change.events !== undefined) this.#events = checkedEvents(change.events);
    await this.enable();
  }

  /** From now on everything is signed with this secret, retries of older notifications included. */
  rotateSecret(newSecret: string): void {
    this.#secret = newSecret;
  }

  disable(): void {
    this.#state = 'disabled';
    this.dispatcher.discard(this);
  }

  /** Deletes the webhook with everything that waits for it. */
  remove(): void {
    this.disable();
    this.forget(this);
  }
}

/** An app with its credentials and webhooks. */
export class SimulatedApp implements Actor {
  readonly appId = randomUUID();
  readonly kind = 'app';
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly scopes: readonly Permission[];
  readonly redirectUris: readonly string[];
  #appSecret = alphanumericText(28);
  #webhooks: SimulatedWebhook[] = [];

  constructor(
    registration: AppRegistration,
    private readonly dispatcher: WebhookDispatcher,
  ) {
    if (registration.name.trim() === '') throw new Error('APP_NAME_BLANK');
    this.name = registration.name;
    this.permissions = registration.permissions ?? appPermissions;
    this.scopes = registration.scopes ?? userScopes;
    this.redirectUris = (registration.redirectUris ?? []).map(checkedRedirectUri);
  }

  get id(): string {
    return this.appId;
  }

  get displayName(): string {
    return this.name;
  }

  get appSecret(): string {
    return this.#appSecret;
  }

  get webhooks(): readonly SimulatedWebhook[] {
    return this.#webhooks;
  }

  regenerateSecret(): string {
    this.#appSecret = alphanumericText(28);
    return this.#appSecret;
  }

  addWebhook(registration: WebhookRegistration): SimulatedWebhook {
    const webhook = new SimulatedWebhook(this.appId, registration, this.dispatcher, (gone) => {
      this.#webhooks = this.#webhooks.filter((other) => other !== gone);
    });
    this.#webhooks.push(webhook);
    return webhook;
  }
}

function checkedEvents(events: readonly OutboundEventType[]): readonly OutboundEventType[] {
  const unknown = events.find((type) => !outboundEventTypes.includes(type));
  if (unknown !== undefined) throw new Error(`No webhook can be registered for "${unknown}".`);
  return [...events];
}

/** The platform takes https and public hosts only; a loopback address is let through, since the simulator lives on one. */
function checkedWebhookUrl(text: string): string {
  if (text.length < 12 || text.length > 2_000) throw new Error('OBW_WEBHOOK_URL_LENGTH');
  if (!URL.canParse(text)) throw new Error('OBW_WEBHOOK_URL_INVALID');
  if (!isHttpsOrLoopback(new URL(text))) throw new Error('OBW_WEBHOOK_URL_WITHOUT_HTTPS');
  return text;
}

function checkedRedirectUri(text: string): string {
  if (!URL.canParse(text)) throw new Error('APP_URI_INVALID');
  if (!isHttpsOrLoopback(new URL(text))) throw new Error('APP_URI_WRONG_SCHEME');
  return text;
}

function isHttpsOrLoopback(url: URL): boolean {
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
}
