import { type SimulatorClock } from '../common/clock.js';
import { type SeededRandom } from '../common/seeded-random.js';
import { type DeliveryAttempt } from './delivery-record.js';
import { type Faults } from './faults.js';
import { postOnce } from './outbound-post.js';
import { type WebhookCall, webhookHeaders } from './webhook-call.js';

/** What all lanes share. */
export interface LaneSurroundings {
  readonly clock: SimulatorClock;
  readonly random: SeededRandom;
  readonly timeoutMs: number;
  /** Milliseconds before each further try; no source says that there is any. */
  readonly retryAfterMs: readonly number[];
  readonly signal: AbortSignal;
  readonly faults: () => Faults;
  readonly expectContinue: () => boolean;
  readonly authorization: (call: WebhookCall) => string | undefined;
  readonly attempted: (attempt: DeliveryAttempt) => void;
  readonly finished: (fate: 'accepted' | 'dropped' | 'duplicated') => void;
  readonly rested: () => void;
}

/** The calls of one conversation, one at a time and in the order of their acks unless a fault says otherwise. */
export class WebhookLane {
  readonly #waiting: WebhookCall[] = [];
  #running = false;
  #pauses = 0;

  constructor(private readonly surroundings: LaneSurroundings) {}

  get empty(): boolean {
    return this.#waiting.length === 0 && !this.#running;
  }

  push(call: WebhookCall): void {
    this.#waiting.push(call);
    this.#start();
  }

  /** Nothing leaves until the answer is called, but for what is under way. */
  pause(): () => void {
    this.#pauses += 1;
    let paused = true;
    return () => {
      if (!paused) return;
      paused = false;
      this.#pauses -= 1;
      this.#start();
    };
  }

  #start(): void {
    if (this.#running || this.#waiting.length === 0) return;
    this.#running = true;
    // Everything one action causes is in line before the first of it leaves.
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#pauses === 0 && !this.#stopped) {
      const call = this.#next();
      if (call === undefined) break;
      await this.#deliver(call);
    }
    this.#running = false;
    this.surroundings.rested();
  }

  get #stopped(): boolean {
    return this.surroundings.signal.aborted;
  }

  #next(): WebhookCall | undefined {
    const { random, faults } = this.surroundings;
    const overtaken = this.#waiting.length > 1 && random.hits(faults().reorder);
    return this.#waiting.splice(overtaken ? random.between(1, this.#waiting.length - 1) : 0, 1)[0];
  }

  async #deliver(call: WebhookCall): Promise<void> {
    const { random, faults, finished } = this.surroundings;
    const { drop, delayMs, duplicate, duplicateTakesNewAck } = faults();
    if (random.hits(drop)) {
      finished('dropped');
      return;
    }
    if (delayMs[1] > 0) await this.#pass(random.between(delayMs[0], delayMs[1]));
    await this.#tryAll(call, false);
    if (!random.hits(duplicate)) return;
    finished('duplicated');
    const again = duplicateTakesNewAck ? { ...call, ...call.renumbered?.() } : call;
    await this.#attempt(again, 0, true);
  }

  async #tryAll(call: WebhookCall, duplicate: boolean): Promise<void> {
    const { retryAfterMs, finished } = this.surroundings;
    for (let retry = 0; !this.#stopped; retry += 1) {
      if (await this.#attempt(call, retry, duplicate)) {
        finished('accepted');
        return;
      }
      const wait = retryAfterMs[retry];
      if (wait === undefined) break;
      await this.#pass(wait);
    }
    finished('dropped');
  }

  async #attempt(call: WebhookCall, retry: number, duplicate: boolean): Promise<boolean> {
    const { clock } = this.surroundings;
    const work = makeCall(call, this.surroundings, { retry, duplicate });
    clock.hold(work.then(() => undefined));
    const attempt = await work;
    if (attempt === undefined) return false;
    this.surroundings.attempted(attempt);
    return typeof attempt.status === 'number' && attempt.status >= 200 && attempt.status < 300;
  }

  #pass(ms: number): Promise<void> {
    const { clock, signal } = this.surroundings;
    return new Promise((resolve) => {
      const cancel = clock.at(clock.now() + ms, () => {
        signal.removeEventListener('abort', stop);
        resolve();
      });
      const stop = (): void => {
        cancel();
        resolve();
      };
      signal.addEventListener('abort', stop, { once: true });
    });
  }
}

export interface CallSurroundings {
  readonly clock: SimulatorClock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly expectContinue: () => boolean;
  readonly authorization: (call: WebhookCall) => string | undefined;
}

/** Makes one request; undefined when there is nowhere to send it. A context in the answer counts for the next call. */
export async function makeCall(
  call: WebhookCall,
  { clock, timeoutMs, signal, expectContinue, authorization }: CallSurroundings,
  { retry, duplicate }: { readonly retry: number; readonly duplicate: boolean },
): Promise<DeliveryAttempt | undefined> {
  const url = call.route.target;
  if (url === undefined) return undefined;
  const headers = webhookHeaders(authorization(call), expectContinue());
  const at = clock.now();
  const startedAt = performance.now();
  const outcome = await postOnce({ url, headers, body: call.bytes, timeoutMs, signal });
  if (typeof outcome !== 'string') call.route.learn(outcome);
  return {
    url,
    conversationId: call.conversationId,
    ack: call.ack,
    headers,
    bytes: call.bytes,
    at,
    status: typeof outcome === 'string' ? outcome : outcome.status,
    ms: performance.now() - startedAt,
    retry,
    duplicate,
  };
}
