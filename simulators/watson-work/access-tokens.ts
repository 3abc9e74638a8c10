import { randomBytes, randomUUID } from 'node:crypto';
import { type Actor } from './actor.js';
import { type SimulatorClock } from '../common/clock.js';
import { type HttpCall } from '../common/http-exchange.js';
import { type Permission, type SimulatedApp } from './registered-app.js';

/** On whose behalf a call is made, through which app, and with which rights. */
export interface Grant {
  readonly actor: Actor;
  readonly app: SimulatedApp;
  readonly permissions: readonly Permission[];
}

export interface IssuedToken {
  readonly token: string;
  readonly jti: string;
  readonly expiresIn: number;
}

/** Access tokens in force: opaque text that looks like a JWT of which only `exp` is known. */
export class AccessTokens {
  readonly #issued = new Map<string, { readonly grant: Grant; readonly expiresAt: number }>();

  constructor(
    private readonly clock: SimulatorClock,
    readonly lifetimeSeconds: number,
  ) {}

  issue(grant: Grant): IssuedToken {
    const expiresAt = this.clock.now() + this.lifetimeSeconds * 1_000;
    const token = jwtLookingText(Math.floor(expiresAt / 1_000));
    this.#issued.set(token, { grant, expiresAt });
    return { token, jti: randomUUID(), expiresIn: this.lifetimeSeconds };
  }

  /** Who calls, by `Authorization: Bearer` or, where the platform took it, a header named `jwt`. */
  callerOf(call: HttpCall, { jwtHeader = false }: { readonly jwtHeader?: boolean } = {}): Grant | undefined {
    const bearer = /^Bearer (\S+)$/i.exec(call.headers.authorization ?? '')?.[1];
    const jwt = call.headers['jwt'];
    const token = bearer ?? (jwtHeader && typeof jwt === 'string' ? jwt : undefined);
    const issued = token === undefined ? undefined : this.#issued.get(token);
    return issued !== undefined && issued.expiresAt > this.clock.now() ? issued.grant : undefined;
  }

  /** All tokens out at once, as after an outage. */
  expireAll(): void {
    this.#issued.clear();
  }
}

export function jwtLookingText(exp: number): string {
  const encoded = (part: object): string => Buffer.from(JSON.stringify(part), 'utf8').toString('base64url');
  return `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded({ exp })}.${randomBytes(64).toString('base64url')}`;
}
