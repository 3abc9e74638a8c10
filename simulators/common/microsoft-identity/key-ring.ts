import { type SimulatorClock } from '../clock.js';
import { SigningKey } from './signing-key.js';

const subject = 'accounts.accesscontrol.windows.net';

/** Keys that sign nothing a tenant trusts. They never rotate, so all doubles of a process share them: keys take time. */
let sideKeys: readonly [Promise<SigningKey>, Promise<SigningKey>] | undefined;

export interface Rotation {
  /** Whether the key that signed until now stays in the list. True by default; false is what an emergency may do. */
  readonly keepOld?: boolean;
  /** Whether the new key stood in the list before it signs. False by default: nothing promises an announcement. */
  readonly announced?: boolean;
}

/**
 * The platform's signing keys: always several, in no order that means anything, replaced on no schedule and in an
 * emergency all at once (Entra, signing key rollover).
 */
export class KeyRing {
  #announced: SigningKey[];

  private constructor(
    private readonly clock: SimulatorClock,
    /** Signs for personal accounts only; a token of a tenant that carries its id is forged. */
    readonly consumers: SigningKey,
    /** Signs nothing and stands in no list: what an attacker makes at home. */
    readonly outsider: SigningKey,
    private active: SigningKey,
    standby: SigningKey,
    private retired: readonly SigningKey[] = [],
  ) {
    this.#announced = [standby];
  }

  static async create(clock: SimulatorClock): Promise<KeyRing> {
    sideKeys ??= [SigningKey.generate(subject, clock.now()), SigningKey.generate('attacker.example', clock.now())];
    const [consumers, outsider, active, standby] = await Promise.all([
      ...sideKeys,
      SigningKey.generate(subject, clock.now()),
      SigningKey.generate(subject, clock.now()),
    ]);
    return new KeyRing(clock, consumers, outsider, active, standby);
  }

  /** The key that signs now. */
  get current(): SigningKey {
    return this.active;
  }

  /** Every key whose signatures hold for a tenant. */
  get listed(): readonly SigningKey[] {
    return [...this.retired, this.active, ...this.#announced];
  }

  async rotate({ keepOld = true, announced = false }: Rotation): Promise<void> {
    const fresh = await SigningKey.generate(subject, this.clock.now());
    const old = this.active;
    const next = announced ? this.#announced.shift() : undefined;
    if (next !== undefined) this.#announced.push(fresh);
    this.active = next ?? fresh;
    if (keepOld) this.retired = [...this.retired, old];
  }

  async replaceAll(): Promise<void> {
    const [active, standby] = await Promise.all([
      SigningKey.generate(subject, this.clock.now()),
      SigningKey.generate(subject, this.clock.now()),
    ]);
    this.active = active;
    this.#announced = [standby];
    this.retired = [];
  }
}
