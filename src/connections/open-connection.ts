import { hmacKey, type KeyObject } from '../common/security/hmac.js';
import { Secret } from '../common/security/secret.js';
import { type VerificationContext } from '../platforms/platform.js';
import { type ConnectionSecrets } from './connection-secrets.js';

interface TimedKey {
  /** Made when it was stored, so that later ones are greater. */
  readonly id: string;
  readonly key: KeyObject;
  readonly text: Secret;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A connection in memory, ready to verify calls: its keys are built once, not per call. */
export class OpenConnection {
  readonly #keys: readonly TimedKey[];
  readonly #always: readonly KeyObject[] | undefined;
  readonly #named: ConnectionSecrets['named'];

  constructor(
    readonly id: string,
    readonly tenantId: string,
    readonly platform: string,
    readonly settings: Readonly<Record<string, unknown>>,
    /** The addresses that its secrets and tokens are for, as one text; see `Platform.addresses`. */
    readonly audience: string,
    secrets: ConnectionSecrets,
  ) {
    this.#named = secrets.named;
    this.#keys = secrets.webhookSecrets.map((secret) => ({
      id: secret.id,
      key: hmacKey(secret.secret),
      text: new Secret(secret.secret),
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

  /** What webhooks are registered with: of the webhook secrets that are valid at `now` the one that was stored last. */
  webhookSecret(now: Date): Secret | undefined {
    const at = now.getTime();
    const valid = this.#keys.filter((key) => key.fromMs <= at && at < key.untilMs);
    return valid.reduce<TimedKey | undefined>(
      (last, key) => (last !== undefined && last.id > key.id ? last : key),
      undefined,
    )?.text;
  }

  /** The secret of that name, for calls to the platform; undefined where none is stored. */
  secret(name: string): string | undefined {
    return Object.hasOwn(this.#named, name) ? this.#named[name] : undefined;
  }
}
