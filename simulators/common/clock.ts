interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly action: () => void;
}

export interface SimulatorClockOptions {
  /** Where the clock starts, in milliseconds since epoch. The present by default. */
  readonly startAt?: number;
  /** Simulated milliseconds per real millisecond. 1 by default; 0 makes a clock that only `advance` moves. */
  readonly speed?: number;
}

/**
 * The platform's time: the retry schedule of the Watson Work webhook reference 1.8.0 spans 72 hours, which a test moves
 * through by hand and a demo lives through faster. The 3 s a receiver has to answer never runs on this clock.
 */
export class SimulatorClock {
  readonly speed: number;
  readonly #realOrigin = performance.now();
  readonly #held = new Set<Promise<unknown>>();
  #origin: number;
  #timers: Timer[] = [];
  #order = 0;
  #alarm: NodeJS.Timeout | undefined;

  constructor({ startAt = Date.now(), speed = 1 }: SimulatorClockOptions = {}) {
    if (speed < 0 || !Number.isFinite(speed)) throw new RangeError('A clock runs forward or stands still.');
    this.#origin = startAt;
    this.speed = speed;
  }

  /** Whole milliseconds since epoch. */
  now(): number {
    return Math.floor(this.#exactNow());
  }

  /** Calls `action` once when the clock has reached `dueAt`; the answer cancels it. */
  at(dueAt: number, action: () => void): () => void {
    const timer: Timer = { dueAt, order: this.#order++, action };
    this.#timers.push(timer);
    this.#timers.sort((a, b) => a.dueAt - b.dueAt || a.order - b.order);
    this.#setAlarm();
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
      this.#setAlarm();
    };
  }

  /** Time moved by hand does not pass while this work (a delivery under way) lasts. */
  hold(work: Promise<void>): void {
    this.#held.add(work);
    const release = (): void => void this.#held.delete(work);
    work.then(release, release);
  }

  /** Moves forward by hand, stopping at each due moment until everything it set off has come to rest. */
  async advance(ms: number): Promise<void> {
    const target = this.#exactNow() + ms;
    await this.#rest();
    for (;;) {
      const next = this.#timers[0];
      if (next === undefined || next.dueAt > target) break;
      this.#moveTo(next.dueAt);
      this.#runDue();
      await this.#rest();
    }
    this.#moveTo(target);
    this.#setAlarm();
  }

  /** Forgets every appointment. */
  stop(): void {
    this.#timers = [];
    clearTimeout(this.#alarm);
  }

  #exactNow(): number {
    return this.#origin + (performance.now() - this.#realOrigin) * this.speed;
  }

  #moveTo(moment: number): void {
    this.#origin += Math.max(0, moment - this.#exactNow());
  }

  #runDue(): void {
    const due = this.#timers.filter((timer) => timer.dueAt <= this.#exactNow());
    this.#timers = this.#timers.filter((timer) => !due.includes(timer));
    for (const timer of due) timer.action();
    this.#setAlarm();
  }

  async #rest(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#held.size > 0) {
      await Promise.allSettled(this.#held);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #setAlarm(): void {
    clearTimeout(this.#alarm);
    const next = this.#timers[0];
    if (next === undefined || this.speed === 0) return;
    const wait = Math.max(0, next.dueAt - this.#exactNow()) / this.speed;
    this.#alarm = setTimeout(() => this.#runDue(), Math.ceil(wait));
  }
}
