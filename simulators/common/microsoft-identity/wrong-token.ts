import { type JsonMembers } from './compact-jws.js';
import { type KeyRing } from './key-ring.js';
import { type SigningKey } from './signing-key.js';
import { v1Header, webhookClaims } from './webhook-claims.js';

/** One entry of the catalogue. */
export interface WrongToken {
  readonly name: string;
  /** What is odd about it and why that decides. */
  readonly why: string;
  readonly token: string;
  /** Whether a receiver has to take it. */
  readonly valid: boolean;
  /** No rule decides: `valid` is the careful reading, and a receiver may see it otherwise. */
  readonly arguable: boolean;
}

/** Whom the tokens of the catalogue are aimed at. */
export interface TokenTarget {
  /** The id of a tenant whose tokens the receiver takes. */
  readonly tenant: string;
  /** The App ID URI the receiver is known by. */
  readonly audience: string;
  /** The id of a tenant whose tokens it does not take; made up when missing. */
  readonly otherTenant?: string;
}

/** What the parts of the catalogue are made from. */
export class TokenWorkshop {
  readonly key: SigningKey;
  readonly outsider: SigningKey;
  readonly consumers: SigningKey;
  readonly header: JsonMembers;
  readonly claims: JsonMembers;
  /** Seconds since epoch at which every token of the catalogue is issued. */
  readonly issuedAt: number;

  constructor(
    keys: KeyRing,
    readonly target: TokenTarget,
    at: number,
  ) {
    this.key = keys.current;
    this.outsider = keys.outsider;
    this.consumers = keys.consumers;
    this.header = v1Header(this.key);
    this.claims = webhookClaims(target.tenant, target.audience, at);
    this.issuedAt = Math.floor(at / 1_000);
  }
}

export function forged(name: string, why: string, token: string): WrongToken {
  return { name, why, token, valid: false, arguable: false };
}

export function good(name: string, why: string, token: string): WrongToken {
  return { name, why, token, valid: true, arguable: false };
}

/** An entry which no rule decides. */
export function arguable(entry: WrongToken): WrongToken {
  return { ...entry, arguable: true };
}
