import { randomBytes, randomUUID } from 'node:crypto';
import { type SimulatorClock } from '../common/clock.js';
import { type ClientApp } from './client-app.js';
import { allows } from './scopes.js';
import { type SimulatedPerson } from './simulated-person.js';
import { webexId } from './webex-id.js';

/** That an app may act as a person within these scopes; what `/v1/authorizations` lists. */
export class Grant {
  readonly id = webexId('AUTHORIZATION', randomUUID());

  constructor(
    readonly app: ClientApp,
    readonly person: SimulatedPerson,
    readonly scopes: readonly string[],
    readonly created: number,
  ) {}

  allows(scope: string): boolean {
    return allows(this.scopes, scope);
  }
}

interface Issued {
  readonly grant: Grant;
  readonly expiresAt: number;
}

export interface TokenPair {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly refreshTokenExpiresIn: number;
}

/** The tokens in force; their lives are measured on the simulator's clock. */
export class Grants {
  readonly #access = new Map<string, Issued>();
  readonly #refresh = new Map<string, Issued>();

  constructor(private readonly clock: SimulatorClock) {}

  issuePair(grant: Grant): TokenPair {
    const { accessSeconds, refreshSeconds } = grant.app.lifetimes;
    const accessToken = this.issueAccess(grant);
    const refreshToken = this.issueRefresh(grant);
    return { accessToken, expiresIn: accessSeconds, refreshToken, refreshTokenExpiresIn: refreshSeconds };
  }

  issueAccess(grant: Grant): string {
    const token = opaqueToken();
    this.#access.set(token, { grant, expiresAt: this.#after(grant.app.lifetimes.accessSeconds) });
    return token;
  }

  issueRefresh(grant: Grant): string {
    const token = opaqueToken();
    this.prolong(token, grant);
    return token;
  }

  /** Gives a refresh token its full life from now on. */
  prolong(refreshToken: string, grant: Grant): void {
    this.#refresh.set(refreshToken, { grant, expiresAt: this.#after(grant.app.lifetimes.refreshSeconds) });
  }

  dropRefresh(refreshToken: string): void {
    this.#refresh.delete(refreshToken);
  }

  /** Whom a call is made for, by its `Authorization` header; undefined when the token is unknown or no longer in force. */
  ofAccess(authorization: string | undefined): Grant | undefined {
    return this.#inForce(this.#access.get(bearer(authorization)))?.grant;
  }

  ofRefresh(refreshToken: string): Grant | undefined {
    return this.#inForce(this.#refresh.get(refreshToken))?.grant;
  }

  /** When the token of this call runs out. */
  expiryOf(authorization: string | undefined): number | undefined {
    return this.#access.get(bearer(authorization))?.expiresAt;
  }

  /** Those with a refresh token in force. */
  get refreshable(): readonly Grant[] {
    const inForce = [...this.#refresh.values()].filter((issued) => this.#inForce(issued) !== undefined);
    return [...new Set(inForce.map(({ grant }) => grant))];
  }

  /** Access tokens die before their time; refresh tokens and the tokens of bots, which last a century, do not. */
  expireAccess(): void {
    for (const [token, { grant }] of this.#access) if (grant.person.type !== 'bot') this.#access.delete(token);
  }

  /** Refresh tokens die with the access tokens that they brought. */
  revoke(matches: (grant: Grant) => boolean): void {
    for (const issued of [this.#access, this.#refresh]) {
      for (const [token, { grant }] of issued) if (matches(grant)) issued.delete(token);
    }
  }

  #after(seconds: number): number {
    return this.clock.now() + seconds * 1_000;
  }

  #inForce(issued: Issued | undefined): Issued | undefined {
    return issued !== undefined && issued.expiresAt > this.clock.now() ? issued : undefined;
  }
}

function bearer(authorization: string | undefined): string {
  return /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
}

function opaqueToken(): string {
  return `${randomBytes(48).toString('base64url')}_P0A1_${randomUUID()}`;
}
