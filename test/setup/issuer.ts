import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

export interface TokenOptions {
  readonly alg?: 'RS256' | 'PS256' | 'ES256' | 'RS512';
  readonly kid?: string;
  readonly claims?: JWTPayload;
  /** Claims to leave out. */
  readonly without?: readonly string[];
  readonly header?: Readonly<Record<string, unknown>>;
  /** Another key than the issuer's own. */
  readonly key?: CryptoKey;
}

/** A token issuer on loopback that publishes its keys. */
export class TestIssuer {
  readonly issuer = 'https://issuer.example';
  readonly audience = 'liaison';
  /** How often the keys were asked for. */
  fetched = 0;
  published: JWK[] = [];
  readonly #privateKeys = new Map<string, JWK>();
  #server: Server | undefined;
  #port = 0;

  get jwksUrl(): string {
    return `http://127.0.0.1:${this.#port}/keys`;
  }

  /** The environment of a service that trusts this issuer. */
  get environment(): Readonly<Record<string, string>> {
    return {
      LIAISON_JWT_ISSUER: this.issuer,
      LIAISON_JWT_AUDIENCE: this.audience,
      LIAISON_JWT_JWKS_URL: this.jwksUrl,
    };
  }

  async start(): Promise<this> {
    await this.addKey('rsa', 'RS256');
    await this.addKey('ec', 'ES256');
    await this.listen();
    return this;
  }

  async addKey(kid: string, alg: 'RS256' | 'ES256'): Promise<void> {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    this.#privateKeys.set(kid, await exportJWK(privateKey));
    this.published.push({ ...(await exportJWK(publicKey)), kid, use: 'sig' });
  }

  /** The key of that name for use with `alg`; the first one for a name that nobody knows. */
  async privateKey(kid: string, alg: string): Promise<CryptoKey> {
    const jwk = this.#privateKeys.get(kid) ?? this.#privateKeys.get('rsa');
    const key = await importJWK(jwk ?? {}, alg);
    if (key instanceof Uint8Array) throw new Error('not a private key');
    return key;
  }

  listen(): Promise<void> {
    const server = createServer((_, response) => {
      this.fetched += 1;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: this.published }));
    });
    this.#server = server;
    return new Promise((resolve) =>
      server.listen(this.#port, '127.0.0.1', () => {
        this.#port = (server.address() as AddressInfo).port;
        resolve();
      }),
    );
  }

  close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    return new Promise((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }

  /** A token that is valid unless the options say otherwise. */
  async token(options: TokenOptions = {}): Promise<string> {
    const alg = options.alg ?? 'RS256';
    const kid = options.kid ?? (alg === 'ES256' ? 'ec' : 'rsa');
    const now = Math.floor(Date.now() / 1_000);
    const claims: JWTPayload = {
      iss: this.issuer,
      aud: this.audience,
      sub: 'ann',
      tenant: 'tenant-of-jwt',
      scope: 'events:read connections:write',
      iat: now,
      exp: now + 300,
      ...options.claims,
    };
    const kept = Object.fromEntries(
      Object.entries(claims).filter(([name]) => options.without?.includes(name) !== true),
    );
    const key = options.key ?? (await this.privateKey(kid, alg));
    return new SignJWT(kept).setProtectedHeader({ alg, kid, ...options.header }).sign(key);
  }
}
