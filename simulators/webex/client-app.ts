import { randomBytes } from 'node:crypto';
import { type SimulatedPerson } from './simulated-person.js';
import { webexId } from './webex-id.js';

export interface TokenLifetimes {
  readonly accessSeconds: number;
  readonly refreshSeconds: number;
}

export interface ClientAppOptions {
  readonly name: string;
  /** The developer account that it is registered in. */
  readonly developer: SimulatedPerson;
  readonly scopes: readonly string[];
  readonly lifetimes: TokenLifetimes;
}

/** What tokens are issued through: a bot, an integration, a Service App, or the developer portal itself. */
export class ClientApp {
  readonly clientId = `C${randomBytes(32).toString('hex')}`;
  readonly applicationId = webexId('APPLICATION', this.clientId);
  readonly name: string;
  readonly developer: SimulatedPerson;
  readonly scopes: readonly string[];
  readonly lifetimes: TokenLifetimes;
  #clientSecret = randomBytes(32).toString('hex');

  constructor({ name, developer, scopes, lifetimes }: ClientAppOptions) {
    this.name = name;
    this.developer = developer;
    this.scopes = scopes;
    this.lifetimes = lifetimes;
  }

  get clientSecret(): string {
    return this.#clientSecret;
  }

  /** The old secret stops working at once; tokens stay in force. */
  regenerateSecret(): string {
    this.#clientSecret = randomBytes(32).toString('hex');
    return this.#clientSecret;
  }
}
