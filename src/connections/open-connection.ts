import { hmacKey, type KeyObject } from '../common/security/hmac.js';
import { type VerificationContext } from '../platforms/platform.js';
import { type ConnectionSecrets } from './connection-secrets.js';

interface TimedKey {
  readonly key: KeyObject;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A connection in memory, ready to verify calls: its keys are built once, not per call. */
export class OpenConnection {
  readonly #keys: readonly TimedKey[];
  readonly #always: readonly KeyObject[] | undefined;

  constructor(
    readonly id: string,
    readonly tenantId: string,
    readonly platform: string,
    readonly settings: Readonly<Record<string, unknown>>,
    secrets: ConnectionSecrets,
  ) {
    this.#keys = secrets.webhookSecrets.map((secret) => ({
      key: hmacKey(secret.secret),
      fromMs: secret.from === null ? Number.NEGATIVE_INFINITY : Date.parse(secret.from),
      untilMs: secret.until === null ? Number.POSITIVE_INFINITY : Date.parse(secret.until),
    }));
    const unbounded = this.#keys.every((key) => !Number.isFinite(key.fromMs) && !Number.isFinite(key.untilMs));
    this.#always = unbounded ? this.#keys.map((key) => key.key) : undefined;
  }

  /** Settings and the webhook keys that are valid at `now` (from inclusive, until exclusive). */
  verificationContext(now: Date): VerificationContext {
    const at = now.getTime();
    return {
      settings: this.settings,
      webhookKeys:
        this.#always ?? this.#keys.filter((key) => key.fromMs <= at && at < key.untilMs).map((key) => key.key),
    };
  }
}
