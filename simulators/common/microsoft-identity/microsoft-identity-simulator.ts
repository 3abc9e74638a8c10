import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SimulatorClock } from '../clock.js';
import { type HttpAnswer, type HttpCall, readCall, writeAnswer } from '../http-exchange.js';
import { aadErrorAnswer, AadRefusal } from './aad-error.js';
import { AccessTokens } from './access-tokens.js';
import { AuthorizationEndpoint } from './authorization-endpoint.js';
import { compactJws, type JsonMembers } from './compact-jws.js';
import { DiscoveryEndpoint } from './discovery-endpoint.js';
import { type KeyOutage, KeyOutages } from './key-outage.js';
import { KeyRing, type Rotation } from './key-ring.js';
import {
  type ApplicationRegistration,
  type SimulatedApplication,
  type SimulatedTenant,
  type SimulatedUser,
  TenantDirectory,
  type TenantRegistration,
} from './tenant-directory.js';
import { type RefreshTokenPolicy, TokenEndpoint } from './token-endpoint.js';
import { v1Header, webhookClaims } from './webhook-claims.js';
import { type TokenTarget, type WrongToken, wrongTokens } from './wrong-tokens.js';

export interface MicrosoftIdentityOptions {
  /** A free port when missing or 0; always on loopback. */
  readonly port?: number;
  readonly clock?: SimulatorClock;
  /** Of the tokens that apps get; 3599 on the platform. */
  readonly tokenLifetimeSeconds?: number;
  /** `replace` by default. */
  readonly refreshTokens?: RefreshTokenPolicy;
}

export interface WebhookTokenRequest {
  /** The tenant's id. */
  readonly tenant: string;
  readonly audience: string;
  /** Replaces claims; one that is undefined is left out. */
  readonly claims?: JsonMembers;
  /** Replaces members of the header; one that is undefined is left out. */
  readonly header?: JsonMembers;
}

/**
 * A double of Microsoft's identity platform on loopback: metadata and key lists, the v1 and v2 token endpoints, the code
 * flow, and the tokens Microsoft's services present to webhooks. Issuers inside tokens and metadata are Microsoft's real
 * ones; only the addresses to call are the double's. It refuses what the platform refuses, in the platform's words.
 */
export class MicrosoftIdentitySimulator {
  readonly clock: SimulatorClock;
  readonly #directory = new TenantDirectory();
  readonly #tokens: AccessTokens;
  readonly #discovery: DiscoveryEndpoint;
  readonly #authorization: AuthorizationEndpoint;
  readonly #tokenEndpoint: TokenEndpoint;
  readonly #outages = new KeyOutages();
  readonly #server: Server;
  #url = '';
  #stopped: Promise<void> | undefined;

  private constructor(
    private readonly keys: KeyRing,
    clock: SimulatorClock,
    options: MicrosoftIdentityOptions,
  ) {
    this.clock = clock;
    this.#tokens = new AccessTokens(keys, clock, options.tokenLifetimeSeconds ?? 3_599);
    this.#discovery = new DiscoveryEndpoint(this.#directory, keys, () => this.#url);
    this.#authorization = new AuthorizationEndpoint(this.#directory, clock);
    this.#tokenEndpoint = new TokenEndpoint(
      this.#directory,
      this.#tokens,
      this.#authorization,
      () => clock.now(),
      options.refreshTokens ?? 'replace',
    );
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(options: MicrosoftIdentityOptions = {}): Promise<MicrosoftIdentitySimulator> {
    const clock = options.clock ?? new SimulatorClock();
    const simulator = new MicrosoftIdentitySimulator(await KeyRing.create(clock), clock, options);
    await new Promise<void>((resolve, reject) => {
      simulator.#server.once('error', reject);
      simulator.#server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    const address = simulator.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The simulator does not listen.');
    simulator.#url = `http://127.0.0.1:${address.port}`;
    return simulator;
  }

  /** What stands in for `https://login.microsoftonline.com`. */
  get url(): string {
    return this.#url;
  }

  registerTenant(registration: TenantRegistration = {}): SimulatedTenant {
    return this.#directory.addTenant(registration);
  }

  registerApplication(registration: ApplicationRegistration): SimulatedApplication {
    return this.#directory.addApplication(registration);
  }

  addUser(user: { readonly tenant: SimulatedTenant; readonly upn: string; readonly name: string }): SimulatedUser {
    return { ...user, oid: randomUUID() };
  }

  /** The tenant of this id or domain. */
  tenant(name: string): SimulatedTenant | undefined {
    return this.#directory.tenant(name);
  }

  /** Who sits before the browser and agrees to everything; without one, consent is refused. */
  signInAs(user: SimulatedUser | undefined): void {
    this.#authorization.signInAs(user);
  }

  revokeRefreshTokens(user: SimulatedUser): void {
    this.#tokenEndpoint.revokeRefreshTokens(user);
  }

  /** From the answer on, another key signs. */
  async rotateKeys(rotation: Rotation = {}): Promise<void> {
    await this.keys.rotate(rotation);
  }

  /** From the answer on, no key of before stands in any list. */
  async replaceKeysAtOnce(): Promise<void> {
    await this.keys.replaceAll();
  }

  /** The id of the key that signs now. */
  get currentKid(): string {
    return this.keys.current.kid;
  }

  /** Replaces what was planned before. */
  failKeys(outage: KeyOutage = {}): void {
    this.#outages.plan(outage);
  }

  recoverKeys(): void {
    this.#outages.end();
  }

  /** Requests for key lists, failed ones included. */
  get keyFetches(): number {
    return this.#discovery.keyFetches;
  }

  /** Requests for metadata, failed ones included. */
  get metadataFetches(): number {
    return this.#discovery.metadataFetches;
  }

  /** Requests at the token endpoints, failed ones included. */
  get tokenRequests(): number {
    return this.#tokenEndpoint.requests;
  }

  /** The token Skype for Business Online presents to the webhook of an app in this tenant, issued now. */
  webhookToken({ tenant, audience, claims, header }: WebhookTokenRequest): string {
    return compactJws(
      { ...v1Header(this.keys.current), ...header },
      { ...webhookClaims(tenant, audience, this.clock.now()), ...claims },
      this.keys.current.privateKey,
    );
  }

  /** Tokens a receiver of webhooks must tell apart, issued now: nearly all forged, some unusual and good. */
  wrongTokens(target: TokenTarget): readonly WrongToken[] {
    return wrongTokens({ ...target, keys: this.keys, at: this.clock.now() });
  }

  /** The claims of an access token as a resource of Microsoft's own sees them; undefined when it is not good now. */
  accessTokenClaims(token: string): JsonMembers | undefined {
    return this.#tokens.claims(token);
  }

  async stop(): Promise<void> {
    this.#stopped ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    await this.#stopped;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const call = await readCall(request);
      if (call === undefined) writeAnswer(response, { status: 413, headers: { Connection: 'close' } });
      else this.#reply(call, response);
    } catch (error) {
      if (error instanceof AadRefusal) writeAnswer(response, aadErrorAnswer(error.failure, this.clock.now()));
      else if (response.headersSent || response.destroyed) response.destroy();
      else writeAnswer(response, { status: 500 });
    }
  }

  #reply(call: HttpCall, response: ServerResponse): void {
    const [, tenant, rest] = /^\/([^/]+)\/(.+)$/.exec(call.path) ?? [];
    if (tenant === undefined || rest === undefined) {
      writeAnswer(response, { status: 404 });
      return;
    }
    const route = `${call.method} ${rest}`;
    if (/^GET (v2\.0\/)?\.well-known\/openid-configuration$/.test(route)) {
      this.#discovery.countMetadataFetch();
      if (this.#outages.strikes('metadata', response)) return;
    }
    if (/^GET discovery\/(v2\.0\/)?keys$/.test(route)) {
      this.#discovery.countKeyFetch();
      if (this.#outages.strikes('keys', response)) return;
    }
    writeAnswer(response, this.#answer(route, decodeURIComponent(tenant), call));
  }

  #answer(route: string, tenant: string, call: HttpCall): HttpAnswer {
    switch (route) {
      case 'GET .well-known/openid-configuration':
        return this.#discovery.metadata(tenant, 1, call.query.get('appid'));
      case 'GET v2.0/.well-known/openid-configuration':
        return this.#discovery.metadata(tenant, 2, call.query.get('appid'));
      case 'GET discovery/keys':
        return this.#discovery.keyList(tenant, 1);
      case 'GET discovery/v2.0/keys':
        return this.#discovery.keyList(tenant, 2);
      case 'GET oauth2/v2.0/authorize':
        return this.#authorization.authorize(call, tenant);
      case 'POST oauth2/token':
        this.#tokenEndpoint.countRequest();
        return this.#tokenEndpoint.answer(call, tenant, 1);
      case 'POST oauth2/v2.0/token':
        this.#tokenEndpoint.countRequest();
        return this.#tokenEndpoint.answer(call, tenant, 2);
      default:
        return { status: 404 };
    }
  }
}
