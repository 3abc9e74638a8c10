import { randomInt, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type SimulatorClock } from '../common/clock.js';
import { type HttpCall, readCall, writeAnswer } from '../common/http-exchange.js';
import { type MicrosoftIdentitySimulator } from '../common/microsoft-identity/microsoft-identity-simulator.js';
import { type ApiAnswer } from './api-answer.js';
import { apiErrorAnswer, type ApiErrorCode, ApiRefusal } from './api-error.js';
import { CallbackRoute } from './callback-route.js';
import { CommunicationEndpoint } from './communication-endpoint.js';
import { ConversationEndpoint } from './conversation-endpoint.js';
import { type DeliveryAttempt, type DeliveryCounts } from './delivery-record.js';
import { DiscoveryEndpoint } from './discovery-endpoint.js';
import { bodyBytes, heartbeatBody } from './event-body.js';
import { type Faults, noFaults } from './faults.js';
import { Invitation } from './invitation.js';
import { listens } from './outbound-post.js';
import { PlatformService } from './platform-service.js';
import { type Importance, type Resource } from './resources.js';
import { SimulatedConversation } from './simulated-conversation.js';
import { type PersonOptions, type SimulatedPerson } from './simulated-person.js';
import {
  type ApplicationEndpoint,
  type TrustedApplication,
  type TrustedApplicationRegistration,
} from './trusted-application.js';
import { type WebhookCall } from './webhook-call.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';
import { WebhookTokens } from './webhook-tokens.js';
import { capturedFormat, type WireFormat } from './wire-format.js';
import { World } from './world.js';

export interface SkypeForBusinessOptions {
  /** Issues the tokens of both directions; it is not stopped with this double. */
  readonly identity: MicrosoftIdentitySimulator;
  /** The identity platform's when missing, so that tokens and events agree on the time. */
  readonly clock?: SimulatorClock;
  /** Of the public host; a free port when missing or 0, always on loopback. The pool has a port of its own. */
  readonly port?: number;
  readonly format?: Partial<WireFormat>;
  /** Where the chance behind the faults starts. */
  readonly seed?: number;
  /** Real milliseconds a receiver has to answer. No source says; the SDK's own calls wait 30 s. */
  readonly responseTimeoutMs?: number;
  /** Simulated milliseconds before each further try of a failed call. None by default: no source knows of a retry. */
  readonly retryAfterMs?: readonly number[];
  /** Sources disagree whether `discover` asks for a token; true by default. */
  readonly discoveryNeedsToken?: boolean;
  /** How a callback proves itself before a conversation starts: by a port that answers, or by a 200 to a heartbeat. */
  readonly callbackCheck?: 'connect' | 'heartbeat' | 'none';
  /** Whether heartbeats carry a token, which no source says; true by default. */
  readonly heartbeatToken?: boolean;
  /** Whether webhooks arrive before the answer to the request that causes them. False by default; both happen. */
  readonly eventsBeforeAnswer?: boolean;
}

export interface IncomingChat {
  readonly from: SimulatedPerson;
  readonly to: ApplicationEndpoint;
  readonly subject?: string;
  readonly importance?: Importance;
  /** Comes when the app has accepted, and in the invitation too if the format says so. */
  readonly firstMessage?: string;
  /** A data URI. */
  readonly customContent?: string;
}

export interface RawCall {
  /** Sends to the address of this conversation, as its tenant. */
  readonly conversation?: SimulatedConversation;
  /** Sends to the registered URL of the application, as the tenant of this endpoint; for calls outside conversations. */
  readonly endpoint?: ApplicationEndpoint;
  /** Another address. */
  readonly url?: string;
  /** In place of the right token; null leaves out the Authorization header. */
  readonly token?: string | null;
  /** The whole Authorization header in place of `Bearer <token>`. */
  readonly authorization?: string;
}

interface PlannedAnswer {
  readonly path: string;
  readonly answer: (call: HttpCall) => ApiAnswer;
  times: number;
}

/**
 * A double of the Skype for Business Trusted Application API, retired in 2022: it sends the webhooks and answers the calls
 * that the public reference, its call flows and captured bodies show. Where they disagree, `format` and the options choose.
 * It listens on two loopback ports, since the platform moves an app from its public host to a pool.
 */
export class SkypeForBusinessSimulator {
  readonly clock: SimulatorClock;
  readonly #options: SkypeForBusinessOptions;
  readonly #tokens: WebhookTokens;
  readonly #dispatcher: WebhookDispatcher;
  readonly #world: World;
  readonly #service: PlatformService;
  readonly #publicServer: Server;
  readonly #poolServer: Server;
  #format: WireFormat;
  #planned: PlannedAnswer[] = [];
  #urls: { readonly publicHost: string; readonly pool: string } | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(options: SkypeForBusinessOptions) {
    const { identity, clock = identity.clock } = options;
    this.clock = clock;
    this.#options = options;
    this.#format = { ...capturedFormat, ...options.format };
    const format = (): WireFormat => this.#format;
    const poolUrl = (): string => this.poolUrl;
    this.#tokens = new WebhookTokens(identity);
    this.#dispatcher = new WebhookDispatcher({
      clock,
      tokens: this.#tokens,
      seed: options.seed ?? 1,
      timeoutMs: options.responseTimeoutMs ?? 30_000,
      retryAfterMs: options.retryAfterMs ?? [],
      expectContinue: () => this.#format.expectContinue,
    });
    this.#world = new World(clock, this.#dispatcher, format, poolUrl);
    this.#service = new PlatformService(
      this.#world,
      identity,
      {
        discovery: new DiscoveryEndpoint(format, poolUrl),
        communication: new CommunicationEndpoint(this.#world, (endpoint, url) => this.#reachable(endpoint, url)),
        conversation: new ConversationEndpoint(this.#world),
      },
      options.discoveryNeedsToken ?? true,
    );
    this.#publicServer = createServer((request, response) => {
      void this.#serve(request, response, (call) => this.#service.publicHost(call));
    });
    this.#poolServer = createServer((request, response) => {
      void this.#serve(request, response, (call) => this.#service.pool(call));
    });
  }

  static async start(options: SkypeForBusinessOptions): Promise<SkypeForBusinessSimulator> {
    const simulator = new SkypeForBusinessSimulator(options);
    simulator.#urls = {
      publicHost: await listening(simulator.#publicServer, options.port ?? 0),
      pool: await listening(simulator.#poolServer, 0),
    };
    return simulator;
  }

  /** The public host, where discovery begins. */
  get url(): string {
    return this.#running.publicHost;
  }

  /** Where everything else is, and what `baseuri` names. */
  get poolUrl(): string {
    return this.#running.pool;
  }

  registerApplication(registration: TrustedApplicationRegistration): TrustedApplication {
    return this.#world.registerApplication(registration);
  }

  /** The person of this address, made or changed as told; a person starts as somebody who accepts. */
  person(uri: string, options?: PersonOptions): SimulatedPerson {
    const known = this.#world.person(uri);
    if (known === undefined) return this.#world.addPerson(uri, options ?? {});
    known.name = options?.name ?? known.name;
    known.onInvite = options?.onInvite ?? known.onInvite;
    return known;
  }

  /** Somebody writes to the app. It starts on the registered callback URL, whatever other conversations use. */
  incomingChat(chat: IncomingChat): { readonly conversation: SimulatedConversation; readonly invitation: Invitation } {
    const { from, to, subject = '', importance = 'Normal', firstMessage, customContent } = chat;
    const conversation = new SimulatedConversation(
      { endpoint: to, subject, importance, state: 'Incoming' },
      this.#world,
    );
    this.#world.addConversation(conversation);
    const invitation = new Invitation({
      kind: 'messagingInvitation',
      direction: 'Incoming',
      conversation,
      operationId: randomUUID(),
      to: to.sip,
      person: from,
      firstMessage,
      customContent,
      clock: this.clock,
      format: () => this.#format,
    });
    this.#world.addInvitation(invitation);
    invitation.start();
    return { conversation, invitation };
  }

  /** Every conversation so far, in the order of their beginning, ended ones included. */
  get conversations(): readonly SimulatedConversation[] {
    return this.#world.conversations;
  }

  get format(): WireFormat {
    return this.#format;
  }

  /** Changes what is named; the rest stays. */
  set format(change: Partial<WireFormat>) {
    this.#format = { ...this.#format, ...change };
  }

  get faults(): Faults {
    return this.#dispatcher.faults;
  }

  /** Replaces all faults; what is not named does not go wrong. */
  set faults(faults: Partial<Faults>) {
    this.#dispatcher.faults = { ...noFaults, ...faults };
  }

  /** Chooses the token of every webhook call that follows; undefined in its place leaves out the header. */
  set webhookToken(choose: ((right: string) => string | undefined) | undefined) {
    this.#tokens.override = choose;
  }

  /** The next webhook call gets a token that is issued then; until it nears its end, one token serves many calls. */
  forgetTokens(): void {
    this.#tokens.forget();
  }

  /** The call the platform makes when nothing happened. */
  async heartbeat(endpoint: ApplicationEndpoint): Promise<DeliveryAttempt> {
    return this.#heartbeatAt(endpoint, undefined);
  }

  /** Sends anything at all, at once and past every fault, and answers what became of it. */
  async emitRaw(body: Resource | Buffer | string, raw: RawCall): Promise<DeliveryAttempt> {
    const endpoint = raw.conversation?.endpoint ?? raw.endpoint;
    if (endpoint === undefined) throw new Error('A raw call needs a conversation or an endpoint.');
    const bytes = Buffer.isBuffer(body)
      ? body
      : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), 'utf8');
    const registered = raw.conversation?.route ?? this.#routeTo(endpoint, undefined);
    const route = raw.url === undefined ? registered : this.#routeTo(endpoint, raw.url);
    const call = this.#callTo(endpoint, route, bytes, raw.conversation?.id);
    const bearer = raw.token === null ? undefined : `Bearer ${raw.token ?? ''}`;
    const right = raw.token === undefined ? this.#dispatcher.authorization(call) : bearer;
    return this.#dispatcher.sendNow(call, raw.authorization ?? right);
  }

  /** The next calls whose path starts like this are answered with this error and nothing else happens. */
  failNext(plan: {
    readonly path: string;
    readonly code: ApiErrorCode;
    readonly subcode?: string;
    readonly message?: string;
    readonly times?: number;
  }): void {
    const { path, code, subcode, message, times = 1 } = plan;
    const { error } = new ApiRefusal(code, subcode, message);
    this.#planned.push({ path, times, answer: () => apiErrorAnswer(error) });
  }

  /** The next call whose path starts like this is sent on with 307: to the same path on the pool, or to any address. */
  redirectNext({ path, location }: { readonly path: string; readonly location?: string }): void {
    const answer = (call: HttpCall): ApiAnswer => {
      const query = call.query.size === 0 ? '' : `?${call.query.toString()}`;
      return { status: 307, headers: { Location: location ?? `${this.poolUrl}${call.path}${query}` } };
    };
    this.#planned.push({ path, times: 1, answer });
  }

  /** Every request sent to receivers, in the order their outcomes were known. */
  get deliveries(): readonly DeliveryAttempt[] {
    return this.#dispatcher.deliveries;
  }

  get counts(): DeliveryCounts {
    return this.#dispatcher.counts;
  }

  /** Resolves when no webhook call waits or is under way; rejects when that takes longer than this much real time. */
  async settled(limit: { readonly timeoutMs?: number } = {}): Promise<void> {
    await this.#dispatcher.settled(limit);
  }

  async stop(): Promise<void> {
    this.#stopped ??= (async (): Promise<void> => {
      this.#dispatcher.stop();
      this.#world.stop();
      await Promise.all([closed(this.#publicServer), closed(this.#poolServer)]);
    })();
    await this.#stopped;
  }

  get #running(): { readonly publicHost: string; readonly pool: string } {
    if (this.#urls === undefined) throw new Error('The simulator does not listen.');
    return this.#urls;
  }

  async #reachable(endpoint: ApplicationEndpoint, url: string): Promise<boolean> {
    const timeoutMs = this.#options.responseTimeoutMs ?? 30_000;
    switch (this.#options.callbackCheck ?? 'connect') {
      case 'none':
        return true;
      case 'connect':
        return listens(url, timeoutMs);
      case 'heartbeat':
        return (await this.#heartbeatAt(endpoint, url)).status === 200;
    }
  }

  async #heartbeatAt(endpoint: ApplicationEndpoint, url: string | undefined): Promise<DeliveryAttempt> {
    const bytes = bodyBytes(heartbeatBody(this.#format.baseUri ?? this.poolUrl), this.#format.ampersands);
    const call = this.#callTo(endpoint, this.#routeTo(endpoint, url), bytes, undefined);
    const token = (this.#options.heartbeatToken ?? true) ? this.#dispatcher.authorization(call) : undefined;
    return this.#dispatcher.sendNow(call, token);
  }

  #routeTo(endpoint: ApplicationEndpoint, url: string | undefined): CallbackRoute {
    return new CallbackRoute(
      () => url ?? endpoint.application.callbackUrl,
      undefined,
      () => this.#format.contextEscaping,
    );
  }

  #callTo(
    endpoint: ApplicationEndpoint,
    route: CallbackRoute,
    bytes: Buffer,
    conversationId: string | undefined,
  ): WebhookCall {
    const { tenant, application } = endpoint;
    return {
      lane: conversationId ?? endpoint.sip,
      conversationId,
      ack: undefined,
      route,
      tenant: tenant.tenantId,
      audience: application.audience,
      bytes,
    };
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    answer: (call: HttpCall) => Promise<ApiAnswer> | ApiAnswer,
  ): Promise<void> {
    try {
      const call = await readCall(request);
      if (call === undefined) {
        const tooLarge = apiErrorAnswer({ code: 'EntityTooLarge' });
        writeAnswer(response, { ...tooLarge, headers: { ...tooLarge.headers, Connection: 'close' } });
        return;
      }
      await this.#reply(call, response, this.#plannedFor(call) ?? (await answer(call)));
    } catch (error) {
      if (response.headersSent || response.destroyed) response.destroy();
      else if (error instanceof ApiRefusal) writeAnswer(response, apiErrorAnswer(error.error));
      else writeAnswer(response, apiErrorAnswer({ code: 'ServiceFailure' }));
    }
  }

  /** Lets the consequence happen and answers; the options say whether its webhooks come before or after the answer. */
  async #reply(call: HttpCall, response: ServerResponse, { consequence, ...answer }: ApiAnswer): Promise<void> {
    const given = call.headers['client-request-id'];
    const headers = {
      'X-MS-Server-Fqdn': new URL(this.poolUrl).hostname,
      'X-MS-Correlation-Id': String(randomInt(1, 4_294_967_296)),
      ...(typeof given === 'string' ? { 'client-request-id': given } : {}),
      ...answer.headers,
    };
    if (consequence === undefined) {
      writeAnswer(response, { ...answer, headers });
      return;
    }
    const { lane, action } = consequence;
    if (this.#options.eventsBeforeAnswer === true) {
      action();
      // A receiver that does not answer may delay the answer, but not for ever.
      await this.#dispatcher.settled({ lane, timeoutMs: 2_000 }).catch(() => undefined);
      writeAnswer(response, { ...answer, headers });
      return;
    }
    const resume = this.#dispatcher.pause(lane);
    if (response.closed) resume();
    else response.once('close', resume);
    action();
    writeAnswer(response, { ...answer, headers });
  }

  #plannedFor(call: HttpCall): ApiAnswer | undefined {
    const planned = this.#planned.find(({ path }) => call.path.startsWith(path));
    if (planned === undefined) return undefined;
    planned.times -= 1;
    this.#planned = this.#planned.filter(({ times }) => times > 0);
    return planned.answer(call);
  }
}

async function listening(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The simulator does not listen.');
  return `http://127.0.0.1:${address.port}`;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
