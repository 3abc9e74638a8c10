import { type MicrosoftIdentitySimulator } from '../common/microsoft-identity/microsoft-identity-simulator.js';

/** Seconds before its end at which a token is not used any more. */
const reserveSeconds = 300;
const lifetimeSeconds = 3_900;

interface HeldToken {
  readonly token: string;
  readonly until: number;
}

/** The platform's own tokens. Like any client of the identity platform it uses one until it is about to expire. */
export class WebhookTokens {
  /** Chooses another token for every call that follows; undefined leaves out the header. */
  override: ((right: string) => string | undefined) | undefined;
  readonly #held = new Map<string, HeldToken>();

  constructor(private readonly identity: MicrosoftIdentitySimulator) {}

  /** The value of the Authorization header. */
  authorization(tenant: string, audience: string): string | undefined {
    const right = this.#current(tenant, audience);
    const token = this.override === undefined ? right : this.override(right);
    return token === undefined ? undefined : `Bearer ${token}`;
  }

  forget(): void {
    this.#held.clear();
  }

  #current(tenant: string, audience: string): string {
    const now = this.identity.clock.now() / 1_000;
    const key = `${tenant} ${audience}`;
    const held = this.#held.get(key);
    if (held !== undefined && held.until > now) return held.token;
    const token = this.identity.webhookToken({ tenant, audience });
    this.#held.set(key, { token, until: now + lifetimeSeconds - reserveSeconds });
    return token;
  }
}
