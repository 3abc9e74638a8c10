import { SimulatorClock } from '../common/clock.js';
import { Api } from './api.js';
import { ApiServer } from './api-server.js';
import { type CallLog } from './call-log.js';
import { ClientApp, type TokenLifetimes } from './client-app.js';
import { type DeliveryAttempt, type DeliveryCounts } from './delivery-record.js';
import { type Faults, noFaults } from './faults.js';
import { Grant, Grants, type TokenPair } from './grants.js';
import { OauthEndpoint } from './oauth-endpoint.js';
import { Pager, type PageSizes } from './page.js';
import { type PlannedFailure } from './planned-failures.js';
import { type Quirks, usualBehaviour } from './quirks.js';
import { RefusedActionError } from './refused-action-error.js';
import { SimulatedIntegration } from './simulated-integration.js';
import { type SimulatedOrg } from './simulated-org.js';
import { type SimulatedPerson } from './simulated-person.js';
import { type SimulatedRoom } from './simulated-room.js';
import { SimulatedServiceApp } from './simulated-service-app.js';
import { type SimulatedWebhook, type WebhookRegistration } from './simulated-webhook.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';
import { WebhookRegistry } from './webhook-registry.js';
import { World } from './world.js';

const daySeconds = 86_400;

export interface WebexOptions {
  /** A free port when missing or 0; always on loopback. */
  readonly port?: number;
  readonly clock?: SimulatorClock;
  readonly quirks?: Partial<Quirks>;
  /** Real milliseconds a receiver has to answer; 5000 when missing, since the platform's limit is not documented. */
  readonly responseTimeoutMs?: number;
  /** 1209599 and 7775999 seconds on the platform. */
  readonly integrationLifetimes?: TokenLifetimes;
  /** 3600 and 7776000 seconds in the specification's example. */
  readonly serviceAppLifetimes?: TokenLifetimes;
  /** In place of the sizes of every list. */
  readonly pageSizes?: PageSizes;
  /** Where the chance behind the faults starts. */
  readonly seed?: number;
}

export interface PersonRegistration {
  readonly displayName: string;
  readonly email: string;
  /** The simulator's first organization when missing. */
  readonly org?: SimulatedOrg;
  /** A Full Admin. */
  readonly admin?: boolean;
}

export interface AppRegistration {
  readonly name: string;
  /** The developer account; one that all apps share when missing. */
  readonly developer?: SimulatedPerson;
  readonly scopes?: readonly string[];
}

/**
 * A double of the Webex platform on loopback: REST interface and OAuth below `/v1`, and webhooks that are sent once and
 * never again. It is meant to be no kinder than the platform.
 */
export class WebexSimulator {
  readonly clock: SimulatorClock;
  /** The organization of people for whom none is named. */
  readonly org: SimulatedOrg;
  /** The account that apps are registered in when none is named. */
  readonly developer: SimulatedPerson;
  readonly #world: World;
  readonly #grants: Grants;
  readonly #dispatcher: WebhookDispatcher;
  readonly #registry: WebhookRegistry;
  readonly #oauth: OauthEndpoint;
  readonly #server: ApiServer;
  readonly #portal: ClientApp;
  readonly #bots = new Map<SimulatedPerson, { readonly app: ClientApp; token: string }>();
  #stopped: Promise<void> | undefined;

  private constructor(private readonly options: WebexOptions) {
    const quirks: Quirks = { ...usualBehaviour, ...options.quirks };
    const clock = options.clock ?? new SimulatorClock();
    const timeoutMs = options.responseTimeoutMs ?? 5_000;
    this.clock = clock;
    this.#grants = new Grants(clock);
    this.#dispatcher = new WebhookDispatcher({ clock, quirks, seed: options.seed ?? 1, timeoutMs });
    this.#registry = new WebhookRegistry(this.#dispatcher);
    this.#world = new World(clock, quirks, (event) => this.#registry.tell(event));
    this.#oauth = new OauthEndpoint(this.#world, this.#grants, clock, quirks);
    const pager = new Pager(quirks.emptyPages, options.pageSizes);
    const api = new Api(this.#oauth, this.#grants, this.#world, this.#registry, pager);
    this.#server = new ApiServer(api, clock);
    this.org = this.#world.addOrg('Acme');
    const home = this.#world.addOrg('Developers');
    this.developer = this.addPerson({ displayName: 'Dev Eloper', email: 'dev@developers.example', org: home });
    this.#portal = this.#world.addApp(
      new ClientApp({
        name: 'Developer Portal',
        developer: this.developer,
        scopes: ['spark:all', 'spark:applications_token'],
        lifetimes: { accessSeconds: daySeconds / 2, refreshSeconds: 0 },
      }),
    );
  }

  static async start(options: WebexOptions = {}): Promise<WebexSimulator> {
    const simulator = new WebexSimulator(options);
    await simulator.#server.listen(options.port ?? 0);
    return simulator;
  }

  /** Without a path; the base of the API is `${url}/v1`. */
  get url(): string {
    return this.#server.url;
  }

  /** Every request to the API. */
  get calls(): CallLog {
    return this.#server.calls;
  }

  addOrg(displayName: string): SimulatedOrg {
    return this.#world.addOrg(displayName);
  }

  addPerson({ displayName, email, org = this.org, admin = false }: PersonRegistration): SimulatedPerson {
    return this.#world.addPerson({ displayName, email, org, admin, type: 'person' });
  }

  /** A bot with an address of its own, which has no rights but those of messaging. */
  addBot({
    displayName,
    email,
    org = this.org,
    developer = this.developer,
  }: Omit<PersonRegistration, 'admin'> & { readonly developer?: SimulatedPerson }): SimulatedPerson {
    const bot = this.#world.addPerson({ displayName, email, org, admin: false, type: 'bot' });
    const lifetimes = { accessSeconds: 100 * 365 * daySeconds, refreshSeconds: 0 };
    const app = new ClientApp({ name: displayName, developer, scopes: ['spark:all'], lifetimes });
    this.#bots.set(bot, { app: this.#world.addApp(app), token: this.#tokenOf(app, bot) });
    return bot;
  }

  /** Announced to webhooks as the act of `creator`, together with each membership. */
  createRoom({
    title,
    creator,
    members = [],
  }: {
    readonly title: string;
    readonly creator: SimulatedPerson;
    readonly members?: readonly SimulatedPerson[];
  }): SimulatedRoom {
    return this.#world.createRoom(title, creator, members);
  }

  /** The one room of these two, created when there is none yet. */
  directRoom(creator: SimulatedPerson, other: SimulatedPerson): SimulatedRoom {
    return this.#world.directRoom(creator, other);
  }

  registerIntegration({
    name,
    developer = this.developer,
    scopes = ['spark:all', 'spark:kms'],
    redirectUris = [],
  }: AppRegistration & { readonly redirectUris?: readonly string[] }): SimulatedIntegration {
    const lifetimes = this.options.integrationLifetimes ?? { accessSeconds: 1_209_599, refreshSeconds: 7_775_999 };
    return this.#world.addApp(new SimulatedIntegration({ name, developer, scopes, redirectUris, lifetimes }));
  }

  registerServiceApp({
    name,
    developer = this.developer,
    scopes = ['spark:all', 'spark:kms'],
    friendlyId = name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
  }: AppRegistration & { readonly friendlyId?: string }): SimulatedServiceApp {
    const lifetimes = this.options.serviceAppLifetimes ?? { accessSeconds: 3_600, refreshSeconds: 7_776_000 };
    const registration = { name, developer, scopes, friendlyId, lifetimes };
    return this.#world.addApp(new SimulatedServiceApp(this.#world, this.#grants, registration));
  }

  /** The token of a bot; always the same until it is regenerated. */
  botToken(bot: SimulatedPerson): string {
    return this.#botRecord(bot).token;
  }

  /** The old token stops working at once. */
  regenerateBotToken(bot: SimulatedPerson): string {
    const record = this.#botRecord(bot);
    this.#grants.revoke(({ person }) => person === bot);
    record.token = this.#tokenOf(record.app, bot);
    return record.token;
  }

  /** The tokens that this person's consent would bring, without the detour through the browser. */
  integrationTokens(
    integration: SimulatedIntegration,
    person: SimulatedPerson,
    scopes: readonly string[] = integration.scopes,
  ): TokenPair {
    return this.#grants.issuePair(new Grant(integration, person, scopes, this.clock.now()));
  }

  /** As the token endpoint would give them; refused with 403 unless the organization has authorized the app. */
  serviceAppTokens(serviceApp: SimulatedServiceApp, orgId: string): TokenPair {
    if (!serviceApp.isAuthorizedBy(orgId)) throw new RefusedActionError(403, 'The application is not authorized.');
    const account = serviceApp.machineAccount(orgId);
    return this.#grants.issuePair(new Grant(serviceApp, account, serviceApp.scopes, this.clock.now()));
  }

  /** A token of the developer portal, for trials: twelve hours, no refresh. */
  personalToken(person: SimulatedPerson): string {
    return this.#tokenOf(this.#portal, person);
  }

  /** Makes every access token invalid before its time, those of bots excepted. Webhooks go on. */
  expireTokens(): void {
    this.#grants.expireAccess();
  }

  /** Ends refresh and access tokens of a person, as an administrator would. */
  revokeTokens(person: SimulatedPerson): void {
    this.#grants.revoke((grant) => grant.person === person);
  }

  /** The person who agrees at the authorization endpoint; without one, consent is refused. */
  consentAs(person: SimulatedPerson | undefined): void {
    this.#oauth.consentAs(person);
  }

  /** Registers a webhook with the rights of a token, as `POST /v1/webhooks` does. */
  createWebhook(accessToken: string, registration: WebhookRegistration): SimulatedWebhook {
    const grant = this.#grants.ofAccess(`Bearer ${accessToken}`);
    if (grant === undefined) throw new RefusedActionError(401, 'The token is not in force.');
    return this.#registry.register(registration, grant, this.#world);
  }

  /** The webhooks of everybody. */
  get webhooks(): readonly SimulatedWebhook[] {
    return this.#registry.all;
  }

  /**
   * Tells of something that the simulator has no model of, such as meetings and calls. It goes to every webhook on this
   * resource and event whose filter lets it pass; who may see it is not asked.
   */
  emitRaw(resource: string, event: string, data: Readonly<Record<string, unknown>>, actorId: string): void {
    const traits = { personId: actorId };
    this.#world.emit({ resource, event, data, actorId, traits, lane: resource, concerns: () => true });
  }

  get faults(): Faults {
    return this.#dispatcher.faults;
  }

  /** Replaces all faults; what is not named does not go wrong. */
  set faults(faults: Partial<Faults>) {
    this.#dispatcher.faults = { ...noFaults, ...faults };
  }

  /** Makes the next calls of the API whose path begins like this fail, hang, or both. */
  failNext(failure: PlannedFailure): void {
    this.#server.failures.add(failure);
  }

  /** Every request sent to receivers, in the order their outcomes were known. */
  get deliveries(): readonly DeliveryAttempt[] {
    return this.#dispatcher.deliveries;
  }

  get counts(): DeliveryCounts {
    return this.#dispatcher.counts;
  }

  /** Resolves when nothing is on its way; rejects when that takes longer than this much real time. */
  async settled(limit: { readonly timeoutMs?: number } = {}): Promise<void> {
    await this.#dispatcher.settled(limit);
  }

  async stop(): Promise<void> {
    this.#dispatcher.stop();
    this.clock.stop();
    this.#stopped ??= this.#server.stop();
    await this.#stopped;
  }

  #tokenOf(app: ClientApp, person: SimulatedPerson): string {
    return this.#grants.issueAccess(new Grant(app, person, app.scopes, this.clock.now()));
  }

  #botRecord(bot: SimulatedPerson): { readonly app: ClientApp; token: string } {
    const record = this.#bots.get(bot);
    if (record === undefined) throw new Error('Not a bot.');
    return record;
  }
}
