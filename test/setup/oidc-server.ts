import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type Provider from 'oidc-provider';
import { OidcPages } from './oidc-pages.js';
import { OidcStore } from './oidc-store.js';

/**
 * What goes wrong at the token endpoint: `lost` handles the call and cuts the line in place of an answer, `unavailable` and
 * `busy` answer 503 and 429 and handle nothing, `silent` handles nothing and says nothing, `broken` handles the call and
 * answers 200 with half of the body. The two `hold` faults stop a call until it is released; see `held`.
 */
export type TokenFault =
  'none' | 'lost' | 'unavailable' | 'busy' | 'silent' | 'broken' | 'hold the question' | 'hold the answer';

export interface OidcOptions {
  /** Whether a refresh token serves once; the second use of one ends the grant. */
  readonly rotates?: boolean;
  readonly accessSeconds?: number;
}

/** A call of the token endpoint that stands still, until it goes on or its line is cut. */
export interface HeldCall {
  release(): void;
  cut(): void;
}

/** A person who can sign in is whoever gives a name. */
const nameOf = (login: string): string => `${login.slice(0, 1).toUpperCase()}${login.slice(1)} Example`;

/**
 * A certified authorization server on loopback: PKCE with S256 is required, it names itself in callbacks, refresh tokens
 * rotate, and tokens can be revoked. Two confidential clients are registered, so that a client can be a stranger.
 */
export class OidcServer {
  readonly client = { id: 'liaison', secret: randomBytes(24).toString('base64url') };
  readonly otherClient = { id: 'somebody-else', secret: randomBytes(24).toString('base64url') };
  fault: TokenFault = 'none';
  /** Calls of the token endpoint that came, whatever became of them. */
  tokenCalls = 0;
  /** Calls that were handled, by grant type; `refused` are those that were answered with an error. */
  readonly handled = { authorization_code: 0, refresh_token: 0, refused: 0 };
  /** How often each refresh token was handled. */
  readonly uses = new Map<string, number>();
  revokedGrants = 0;
  /** Everything that anybody ever said to it: addresses, headers, and forms of the token endpoint. */
  readonly heard: string[] = [];
  /** The verifiers of PKCE that were presented. */
  readonly verifiers = new Set<string>();
  readonly #store = new OidcStore();
  readonly #held: HeldCall[] = [];
  #server: Server | undefined;
  #port = 0;
  #provider: Provider | undefined;
  #pages: OidcPages | undefined;

  private constructor(private readonly options: OidcOptions) {}

  static async start(options: OidcOptions = {}): Promise<OidcServer> {
    const server = new OidcServer(options);
    await server.listen();
    server.#provider = await server.#makeProvider();
    server.#pages = new OidcPages(server.#provider);
    return server;
  }

  get issuer(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** How often the refresh token that was used most was handled. */
  get mostUsesOfOneToken(): number {
    return Math.max(0, ...this.uses.values());
  }

  /** Every code and token that was ever issued. */
  get issued(): ReadonlySet<string> {
    return this.#store.issued;
  }

  /** Calls that stand still because of a `hold` fault. */
  get held(): readonly HeldCall[] {
    return this.#held;
  }

  /** Registers the clients with the one address to which users may come back. */
  async register(redirectUri: string): Promise<void> {
    for (const { id, secret } of [this.client, this.otherClient]) {
      await this.#store.of('Client').upsert(id, {
        client_id: id,
        client_secret: secret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
      });
    }
  }

  /** Whether the server holds no token of that person. */
  isEmptyOf(login: string): boolean {
    return !this.#store.holds((record) => record.accountId === login, 'AccessToken', 'RefreshToken');
  }

  /** Ends all grants, as users do who withdraw their consent. */
  withdrawAll(): void {
    this.#store.forget('Grant', 'AccessToken', 'RefreshToken', 'Session');
  }

  /** Whether a token is good at the server now. */
  async takes(accessToken: string): Promise<boolean> {
    return (await fetch(`${this.issuer}/me`, { headers: { authorization: `Bearer ${accessToken}` } })).status === 200;
  }

  /** Refuses connections until `listen`. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }

  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    // A server that listens on TCP has such an address.
    this.#port = (server.address() as AddressInfo).port;
  }

  stop(): Promise<void> {
    return this.refuse();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.heard.push(`${request.url ?? ''} ${JSON.stringify(request.headers)}`);
    try {
      if (request.url?.startsWith('/interaction/') === true) await this.#pages?.serve(request, response);
      else if (request.url === '/token') await this.#token(request, response);
      else await this.#provider?.callback()(request, response);
    } catch (error) {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
    }
  }

  async #token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.tokenCalls += 1;
    const { fault } = this;
    if (fault === 'silent') return;
    if (fault === 'unavailable' || fault === 'busy') {
      response.writeHead(fault === 'busy' ? 429 : 503, { 'content-type': 'text/plain' }).end('not now');
      return;
    }
    if (fault === 'hold the question') {
      await this.#hold(request);
      // Whoever asked may have died meanwhile, and a question that was never heard is not handled.
      if (request.socket.destroyed) return;
    }
    if (fault === 'lost' || fault === 'broken' || fault === 'hold the answer') this.#spoil(response, fault);
    await this.#provider?.callback()(request, response);
  }

  /** Lets the call be handled and does something else with its answer. */
  #spoil(response: ServerResponse, fault: 'lost' | 'broken' | 'hold the answer'): void {
    const end = response.end.bind(response);
    response.end = (...given: unknown[]): ServerResponse => {
      const [content] = given;
      const body = Buffer.isBuffer(content) ? content : Buffer.from(typeof content === 'string' ? content : '');
      if (fault === 'lost') response.socket?.destroy();
      else if (fault === 'hold the answer') void this.#hold(response).then(() => end(body));
      else {
        response.removeHeader('content-length');
        end(body.subarray(0, body.length / 2));
      }
      return response;
    };
  }

  #hold({ socket }: IncomingMessage | ServerResponse): Promise<void> {
    return new Promise((resolve) => {
      const goOn = (): void => {
        this.#held.splice(this.#held.indexOf(call), 1);
        resolve();
      };
      const call: HeldCall = {
        release: goOn,
        cut: () => {
          socket?.destroy();
          goOn();
        },
      };
      this.#held.push(call);
    });
  }

  async #makeProvider(): Promise<Provider> {
    const { default: Library } = await quietly(() => import('oidc-provider'));
    const { rotates = true, accessSeconds = 60 } = this.options;
    const provider = new Library(this.issuer, {
      adapter: (kind) => this.#store.of(kind),
      jwks: { keys: [await signingKey()] },
      cookies: { keys: [randomBytes(24).toString('base64url')] },
      features: {
        devInteractions: { enabled: false },
        revocation: { enabled: true, allowedPolicy: (_context, client, token) => token.clientId === client.clientId },
      },
      pkce: { required: () => true },
      scopes: ['openid', 'offline_access', 'profile', 'email'],
      claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
      findAccount: (_context, sub) => ({
        accountId: sub,
        claims: () => ({ sub, name: nameOf(sub), email: `${sub}@example.com` }),
      }),
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      issueRefreshToken: () => true,
      expiresWithSession: () => false,
      rotateRefreshToken: rotates,
      ttl: {
        AccessToken: accessSeconds,
        AuthorizationCode: 60,
        Grant: 86_400,
        IdToken: 3_600,
        Interaction: 3_600,
        RefreshToken: 86_400,
        Session: 86_400,
      },
      renderError: (context, { error }) => {
        context.type = 'text/plain';
        context.body = error;
      },
    });
    this.#count(provider);
    return provider;
  }

  #count(provider: Provider): void {
    const used = (params: Readonly<Record<string, unknown>> | undefined): string | undefined => {
      this.heard.push(JSON.stringify(params ?? {}));
      const [token, verifier] = [params?.['refresh_token'], params?.['code_verifier']];
      if (typeof verifier === 'string') this.verifiers.add(verifier);
      if (typeof token === 'string') this.uses.set(token, (this.uses.get(token) ?? 0) + 1);
      return typeof params?.['grant_type'] === 'string' ? params['grant_type'] : undefined;
    };
    provider.on('grant.success', ({ oidc }) => {
      const type = used(oidc.params);
      if (type === 'authorization_code' || type === 'refresh_token') this.handled[type] += 1;
    });
    provider.on('grant.error', ({ oidc }) => {
      used(oidc.params);
      this.handled.refused += 1;
    });
    provider.on('grant.revoked', () => (this.revokedGrants += 1));
  }
}

async function signingKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'test' };
}

/** The library says at once that it is made for other versions of Node; nothing that a test prints is worth that. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  // Put back below.
  const { warn } = console;
  // eslint-disable-next-line no-console -- the library has no other switch for its remarks
  console.warn = () => undefined;
  try {
    return await work();
  } finally {
    // eslint-disable-next-line no-console -- as above
    console.warn = warn;
  }
}
