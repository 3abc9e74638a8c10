import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AccessTokens } from './access-tokens.js';
import { type SimulatedPerson } from './actor.js';
import { SimulatorClock } from '../common/clock.js';
import { type DeliveryAttempt, type DeliveryCounts } from './delivery-record.js';
import { type Faults, noFaults } from './faults.js';
import { GraphqlEndpoint } from './graphql-endpoint.js';
import { type PageSizes } from './graphql-page.js';
import { type HttpAnswer, type HttpCall, readCall, writeAnswer } from '../common/http-exchange.js';
import { errorAnswer } from './error-answer.js';
import { MessagesEndpoint } from './messages-endpoint.js';
import { OauthEndpoint, type OauthOptions } from './oauth-endpoint.js';
import { documentedBehaviour, type Quirks } from './quirks.js';
import { type AppRegistration, type SimulatedApp, type SimulatedWebhook } from './registered-app.js';
import { type SimulatedSpace, type SpaceOptions } from './simulated-space.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';
import { World } from './world.js';

export interface WatsonWorkOptions extends OauthOptions {
  /** A free port when missing or 0; always on loopback. */
  readonly port?: number;
  readonly clock?: SimulatorClock;
  /** Real milliseconds a receiver has to answer; 3000 on the platform. */
  readonly responseTimeoutMs?: number;
  /** 3599 on the platform since October 2017. */
  readonly tokenLifetimeSeconds?: number;
  readonly quirks?: Partial<Quirks>;
  /** Where the chance behind the faults starts. */
  readonly seed?: number;
  /** 25 and 200; the platform documents neither. */
  readonly pageSizes?: PageSizes;
}

interface PlannedFailure {
  readonly path: string;
  readonly status: number;
  times: number;
}

/**
 * A double of Watson Work Services' platform side: it emits outbound webhooks as the Watson Work webhook reference 1.8.0
 * describes them, and answers OAuth, message and GraphQL calls on loopback. It is meant to be no kinder than the platform.
 */
export class WatsonWorkSimulator {
  readonly clock: SimulatorClock;
  readonly #dispatcher: WebhookDispatcher;
  readonly #world: World;
  readonly #tokens: AccessTokens;
  readonly #oauth: OauthEndpoint;
  readonly #messages: MessagesEndpoint;
  readonly #graphql: GraphqlEndpoint;
  readonly #server: Server;
  #plannedFailures: PlannedFailure[] = [];
  #stopped: Promise<void> | undefined;

  private constructor(options: WatsonWorkOptions) {
    const quirks: Quirks = { ...documentedBehaviour, ...options.quirks };
    const clock = options.clock ?? new SimulatorClock();
    const timeoutMs = options.responseTimeoutMs ?? 3_000;
    this.clock = clock;
    this.#dispatcher = new WebhookDispatcher({ clock, quirks, seed: options.seed ?? 1, timeoutMs });
    this.#world = new World(clock, quirks, this.#dispatcher);
    this.#tokens = new AccessTokens(clock, options.tokenLifetimeSeconds ?? 3_599);
    this.#oauth = new OauthEndpoint(this.#world, this.#tokens, clock, quirks, options.refreshTokens ?? 'rotate');
    this.#messages = new MessagesEndpoint(this.#world, this.#tokens, clock);
    const pageSizes = options.pageSizes ?? { usual: 25, largest: 200 };
    this.#graphql = new GraphqlEndpoint(this.#world, this.#tokens, clock, pageSizes);
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(options: WatsonWorkOptions = {}): Promise<WatsonWorkSimulator> {
    const simulator = new WatsonWorkSimulator(options);
    await new Promise<void>((resolve, reject) => {
      simulator.#server.once('error', reject);
      simulator.#server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return simulator;
  }

  /** The base of OAuth, REST and GraphQL. */
  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The simulator has stopped.');
    return `http://127.0.0.1:${address.port}`;
  }

  registerApp(registration: AppRegistration): SimulatedApp {
    return this.#world.registerApp(registration);
  }

  addPerson(person: { readonly displayName: string; readonly email: string }): SimulatedPerson {
    return this.#world.addPerson(person);
  }

  createSpace(options: SpaceOptions): SimulatedSpace {
    return this.#world.createSpace(options);
  }

  /** Signs and sends anything at all, in the queue of the space like every other notification. */
  emitRaw(space: SimulatedSpace, webhook: SimulatedWebhook, body: object | Buffer): void {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body), 'utf8');
    const type = 'type' in body && typeof body.type === 'string' ? body.type : 'raw';
    this.#dispatcher.notify(webhook.appId, space.id, { webhook, type, body: bytes });
  }

  get faults(): Faults {
    return this.#dispatcher.faults;
  }

  /** Replaces all faults; what is not named does not go wrong. */
  set faults(faults: Partial<Faults>) {
    this.#dispatcher.faults = { ...noFaults, ...faults };
  }

  /** The next notification of this app in this space carries index 1 again. */
  restartIndex(app: SimulatedApp, space: SimulatedSpace): void {
    this.#dispatcher.restartIndex(app.appId, space.id);
  }

  /** The next calls whose path starts like this are answered with the Error entity and nothing else happens. */
  failNext({
    path,
    status,
    times = 1,
  }: {
    readonly path: string;
    readonly status: number;
    readonly times?: number;
  }): void {
    this.#plannedFailures.push({ path, status, times });
  }

  /** The person who agrees at the authorization endpoint; without one, consent is refused. */
  consentAs(person: SimulatedPerson | undefined): void {
    this.#oauth.consentAs(person);
  }

  revokeRefreshTokens(person: SimulatedPerson): void {
    this.#oauth.revokeRefreshTokens(person);
  }

  /** Makes every access token invalid before its time. */
  expireTokens(): void {
    this.#tokens.expireAll();
  }

  /** Every request sent to receivers, in the order their outcomes were known; verifications are not among them. */
  get deliveries(): readonly DeliveryAttempt[] {
    return this.#dispatcher.deliveries;
  }

  get counts(): DeliveryCounts {
    return this.#dispatcher.counts;
  }

  /** Resolves when every queue is empty; rejects when that takes longer than this much real time. */
  async settled(limit: { readonly timeoutMs?: number } = {}): Promise<void> {
    await this.#dispatcher.settled(limit);
  }

  async stop(): Promise<void> {
    this.#stopped ??= new Promise((resolve) => {
      this.#dispatcher.stop();
      this.clock.stop();
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    await this.#stopped;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const call = await readCall(request);
      writeAnswer(
        response,
        call === undefined ? { status: 413, headers: { Connection: 'close' } } : this.#answer(call),
      );
    } catch {
      if (response.headersSent) response.destroy();
      else writeAnswer(response, { status: 500, body: { status: 500, error: 'Internal Server Error' } });
    }
  }

  #answer(call: HttpCall): HttpAnswer {
    const planned = this.#plannedFailures.find(({ path }) => call.path.startsWith(path));
    if (planned !== undefined) {
      planned.times -= 1;
      this.#plannedFailures = this.#plannedFailures.filter(({ times }) => times > 0);
      return errorAnswer(call, planned.status, 'Planned failure', this.clock.now());
    }
    const spaceId = /^\/v1\/spaces\/([^/]+)\/messages$/.exec(call.path)?.[1];
    if (spaceId !== undefined && call.method === 'POST') return this.#messages.post(call, spaceId);
    switch (`${call.method} ${call.path}`) {
      case 'POST /oauth/token':
        return this.#oauth.token(call);
      case 'GET /oauth/authorize':
        return this.#oauth.authorize(call);
      case 'POST /graphql':
        return this.#graphql.post(call);
      default:
        return errorAnswer(call, 404, 'Not Found', this.clock.now());
    }
  }
}
