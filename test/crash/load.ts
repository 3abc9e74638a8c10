import { setTimeout as delay } from 'node:timers/promises';
import { type Bodies, type Body } from './bodies.js';
import { type Ledger } from './ledger.js';
import { Sender } from './sender.js';

const senders = 12;
/** How long a sender waits after a failure: short, so that the first moment of recovery is met. */
const pauseMs = 50;
/** So many bodies wait to be sent a second time; with more, the oldest go. Those that wait outlive a crash. */
const waitingTwins = 40;

/** Senders that behave like a platform under load: they do not stop because we crash. */
export class Load {
  readonly #senders: readonly Sender[];
  readonly #twins: Body[] = [];
  readonly #listeners = new Set<(at: number) => void>();
  #generating = false;
  #giveUpAt = Number.POSITIVE_INFINITY;
  #loops: readonly Promise<void>[] = [];
  #undelivered = 0;

  constructor(
    origin: string,
    private readonly bodies: Bodies,
    private readonly ledger: Ledger,
  ) {
    this.#senders = Array.from({ length: senders }, () => new Sender(origin));
  }

  start(): void {
    this.#generating = true;
    this.#giveUpAt = Number.POSITIVE_INFINITY;
    this.#loops = this.#senders.map((sender) => this.#loop(sender));
  }

  /** Resolves with the moment of the next acknowledgement from now on. */
  async nextAcknowledgement(withinMs: number): Promise<number> {
    let listener: ((at: number) => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<number>((resolve, reject) => {
        listener = resolve;
        this.#listeners.add(resolve);
        timer = setTimeout(() => reject(new Error(`nothing was acknowledged for ${withinMs / 1000} s`)), withinMs);
      });
    } finally {
      clearTimeout(timer);
      if (listener !== undefined) this.#listeners.delete(listener);
    }
  }

  /**
   * Makes no new bodies and resolves when every insistent sender has its acknowledgement. Answers how many did not get
   * one in time.
   */
  async finish(withinMs: number): Promise<number> {
    this.#generating = false;
    this.#giveUpAt = performance.now() + withinMs;
    this.#undelivered = 0;
    await Promise.all(this.#loops);
    return this.#undelivered;
  }

  /** Stops at once; calls that are under way end as they may. */
  close(): void {
    this.#generating = false;
    this.#giveUpAt = 0;
    for (const sender of this.#senders) sender.close();
  }

  async #loop(sender: Sender): Promise<void> {
    while (this.#generating) {
      const twin = this.#twins.length > waitingTwins ? this.#twins.shift() : undefined;
      const body = twin ?? this.bodies.next();
      const acknowledged = await this.#deliver(sender, body);
      if (acknowledged && twin === undefined && body.sentTwice) this.#twins.push(body);
    }
  }

  async #deliver(sender: Sender, body: Body): Promise<boolean> {
    this.ledger.sending(body.hash);
    for (let tries = 0; ; tries++) {
      const answer = await sender.send(body, tries);
      this.ledger.answered(body.hash, answer);
      if (answer.outcome === 'ok') {
        const now = performance.now();
        for (const listener of this.#listeners) listener(now);
        return true;
      }
      await delay(pauseMs);
      if (!body.insistent) return false;
      if (performance.now() > this.#giveUpAt) {
        this.#undelivered += 1;
        return false;
      }
    }
  }
}
