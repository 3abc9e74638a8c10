import { InvalidInput } from '../../../common/errors/liaison-error.js';
import { OutboundFailed } from '../../../common/outbound/outbound.errors.js';
import { type HttpCaller } from '../../../common/outbound/http-caller.js';
import { PlatformUnavailable } from '../../platform.errors.js';
import { type PlatformAccount } from '../../platform-account.js';
import { pathOf } from '../hrefs.js';
import { linkOf } from '../resource.js';
import { settingsOf, type SkypeForBusinessSettings } from '../skype-for-business.settings.js';
import { CallRefused, NotOffered } from './acting.errors.js';
import { AppCaller, type AppAnswer } from './app-caller.js';
import { AppMemory } from './app-memory.js';
import { AppTokens } from './app-tokens.js';
import { Discovery } from './discovery.js';
import { endpointAddress, withEndpoint, withParameter, type EndpointAddress } from './endpoint-address.js';
import { type OperationLedger } from '../../operation.js';
import { checkOperationId, startRequest, type StartMessaging } from './start-request.js';

/** A text of ours. */
export interface OutgoingMessage {
  /** Of 1 to 50 characters, new for each message. */
  readonly operationId: string;
  readonly contentType: 'text/plain' | 'text/html';
  readonly content: string;
}

/** An act that the platform took; events tell how it ends. */
export interface TakenAct {
  readonly operationId: string;
  /** The path of what it made, as facts name it; undefined where the platform did not say. */
  readonly externalId: string | undefined;
}

/** What an act is done as and where: an endpoint of ours and an href that the platform gave for it. */
export interface Target {
  /** A sip address of the application. */
  readonly endpoint: string;
  /** Relative hrefs and paths, as facts hold them, count from where the application was discovered. */
  readonly href: string;
}

/**
 * Acts on the Trusted Application API for one connection. Keep one object per connection, or give them all one memory, which
 * holds the tokens and what was discovered. Acts with a name are told to the ledger before they leave and when they are answered or refused; such an act
 * can be tried again under its name, since the platform takes each name once. One that was refused needs a new name.
 *
 * Every method throws the errors of `AppCaller`, `InvalidInput` for what the reference does not allow, and `NotOffered` for
 * what the platform offers no link for.
 */
export class SkypeForBusinessApi {
  readonly #settings: SkypeForBusinessSettings;
  readonly #caller: AppCaller;
  readonly #discovery: Discovery;

  constructor(
    account: PlatformAccount,
    http: HttpCaller,
    private readonly ledger: OperationLedger,
    now: () => number = Date.now,
    memory = new AppMemory(),
  ) {
    this.#settings = settingsOf(account.settings);
    this.#caller = new AppCaller(this.#settings, new AppTokens(account, http, now, memory), http, now);
    this.#discovery = new Discovery(this.#caller, memory);
  }

  /** Invites somebody to a conversation. What it makes is the invitation. */
  async startMessaging(endpoint: string, start: StartMessaging): Promise<TakenAct> {
    const address = this.#address(endpoint);
    const { contentType, body } = startRequest(start);
    const application = await this.#discovery.application(address);
    if (application.startMessaging === undefined) throw new NotOffered('startMessaging');
    const href = application.startMessaging;
    const headers = { 'content-type': contentType };
    return this.#act(start.operationId, () => this.#post(address, href, { headers, body }));
  }

  /** Takes part in a conversation that somebody began; `href` is the invitation's `accept`. */
  async accept(target: Target): Promise<void> {
    await this.#post(this.#address(target.endpoint), target.href);
  }

  /** `Local` declines for this endpoint, `Global` for all of the invited one's (UCWA, decline). */
  async decline(target: Target, reason: 'Local' | 'Global' = 'Local'): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    await this.#post(this.#address(target.endpoint), target.href, { headers, body: JSON.stringify({ reason }) });
  }

  /** Takes an invitation of ours back. */
  async cancel(target: Target): Promise<void> {
    await this.#post(this.#address(target.endpoint), target.href);
  }

  /** Writes; `href` is the `sendMessage` of the conversation's messaging. What it makes is the message. */
  async sendMessage(target: Target, { operationId, content, contentType }: OutgoingMessage): Promise<TakenAct> {
    checkOperationId(operationId);
    if (content === '') throw new InvalidInput({ detail: 'A message has at least one character.' });
    const address = this.#address(target.endpoint);
    const { url } = await this.#discovery.application(address);
    // The reference names it so; a sample of the sibling user API calls it OperationContext.
    const href = withParameter(new URL(target.href, url).href, 'operationId', operationId);
    const headers = { 'content-type': `${contentType}; charset=utf-8` };
    return this.#act(operationId, () => this.#post(address, href, { headers, body: content }));
  }

  async setIsTyping(target: Target): Promise<void> {
    await this.#post(this.#address(target.endpoint), target.href);
  }

  /** Ends the messages; the conversation stays. */
  async stopMessaging(target: Target): Promise<void> {
    await this.#post(this.#address(target.endpoint), target.href);
  }

  /** Ends the conversation; `href` is its own. */
  async deleteConversation(target: Target): Promise<void> {
    await this.#call(this.#address(target.endpoint), 'DELETE', target.href);
  }

  /**
   * Reads what is at `href` and follows links from there, by their relations without prefix; answers the href of the last one.
   * From an invitation to what writes into its conversation: `conversation`, `messaging`, `sendMessage`. Links exist only
   * while they can be used. Throws `NotOffered` for one that is missing.
   */
  async linkFrom(target: Target, ...rels: readonly [string, ...string[]]): Promise<string> {
    const address = this.#address(target.endpoint);
    let href = target.href;
    for (const rel of rels) {
      const { resource, url } = await this.#call(address, 'GET', href);
      const next = linkOf(resource, rel)?.href;
      if (next === undefined) throw new NotOffered(rel);
      href = new URL(next, url).href;
    }
    return href;
  }

  #address(endpoint: string): EndpointAddress {
    return endpointAddress(endpoint, this.#settings);
  }

  async #act(operationId: string, call: () => Promise<AppAnswer>): Promise<TakenAct> {
    await this.ledger.record({ operationId, externalId: undefined, state: 'asked', reason: undefined });
    const externalId = await this.#made(operationId, call);
    await this.ledger.record({ operationId, externalId, state: 'running', reason: undefined });
    return { operationId, externalId };
  }

  /** Names are used once, so one that exists already is ours: an earlier try got through and its answer was lost. */
  async #made(operationId: string, call: () => Promise<AppAnswer>): Promise<string | undefined> {
    try {
      const { location } = await call();
      return location === undefined ? undefined : pathOf(location);
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error;
      if (error.platformStatus === 409 && error.failure.subcode === 'AlreadyExists') return undefined;
      await this.ledger.record({ operationId, externalId: undefined, state: 'failed', reason: error.failure });
      throw error;
    }
  }

  #post(
    address: EndpointAddress,
    href: string,
    content: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Buffer } = {},
  ): Promise<AppAnswer> {
    return this.#call(address, 'POST', href, content);
  }

  async #call(
    address: EndpointAddress,
    method: 'GET' | 'POST' | 'DELETE',
    href: string,
    content: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Buffer } = {},
  ): Promise<AppAnswer> {
    const { url } = await this.#discovery.application(address);
    if (!URL.canParse(href, url)) throw new InvalidInput({ detail: 'The href is no address.' });
    const target = withEndpoint(new URL(href, url).href, address);
    try {
      return await this.#caller.call({ method, href: target, tenant: address.tenant, ...content });
    } catch (error) {
      if (error instanceof PlatformUnavailable || error instanceof OutboundFailed) this.#discovery.forget(address);
      throw error;
    }
  }
}
