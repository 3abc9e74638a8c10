/** How often each fate befell a delivery; `emitted` counts all of them. */
type Tally<Fate extends string> = Record<'emitted' | Fate, number>;

/** Of what a simulator sends. */
interface DeliveryWatchOptions<Fate extends string> {
  /** What is waited for, for the message of a wait that failed: `Webhook calls`, for example. */
  readonly subject: string;
  /** Whether nothing waits or is under way. */
  readonly isRestful: () => boolean;
  readonly fates: readonly Fate[];
}

/** Counts deliveries and lets tests wait until they have all met their fate. */
export class DeliveryWatch<Fate extends string> {
  readonly #counts: Tally<Fate>;
  readonly #onRest = new Set<() => void>();

  constructor(private readonly options: DeliveryWatchOptions<Fate>) {
    const zeros = ['emitted' as const, ...options.fates].map((name) => [name, 0] as const);
    // Made of exactly these names.
    this.#counts = Object.fromEntries(zeros) as Tally<Fate>;
  }

  /** As they are now; later deliveries do not change the answer. */
  get counts(): Readonly<Tally<Fate>> {
    return { ...this.#counts };
  }

  emitted(): void {
    this.#counts.emitted += 1;
  }

  finished(fate: Fate): void {
    this.#counts[fate] += 1;
  }

  /** Something has come to rest; wakes those who wait for all of it. */
  rested(): void {
    for (const rested of [...this.#onRest]) rested();
  }

  /**
   * Resolves when nothing waits or is under way, as `isRestful` tells, of everything where nothing is said. Rejects after
   * `timeoutMs` of real time.
   */
  async settled({
    timeoutMs = 5_000,
    isRestful = this.options.isRestful,
  }: { readonly timeoutMs?: number; readonly isRestful?: () => boolean } = {}): Promise<void> {
    if (isRestful()) return;
    await new Promise<void>((resolve, reject) => {
      const rested = (): void => {
        if (!isRestful()) return;
        done();
        resolve();
      };
      const limit = setTimeout(() => {
        done();
        reject(new Error(`${this.options.subject} are still waiting: ${JSON.stringify(this.#counts)}`));
      }, timeoutMs);
      const done = (): void => {
        clearTimeout(limit);
        this.#onRest.delete(rested);
      };
      this.#onRest.add(rested);
    });
  }
}
