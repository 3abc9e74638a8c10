import { setMaxListeners } from 'node:events';
import { type SimulatorClock } from '../common/clock.js';
import { DeliveryWatch } from '../common/delivery-watch.js';
import { SeededRandom } from '../common/seeded-random.js';
import { type DeliveryAttempt, type DeliveryCounts } from './delivery-record.js';
import { type Faults, noFaults } from './faults.js';
import { type WebhookCall } from './webhook-call.js';
import { makeCall, WebhookLane } from './webhook-lane.js';
import { type WebhookTokens } from './webhook-tokens.js';

export interface DispatcherOptions {
  readonly clock: SimulatorClock;
  readonly tokens: WebhookTokens;
  readonly seed: number;
  readonly timeoutMs: number;
  readonly retryAfterMs: readonly number[];
  readonly expectContinue: () => boolean;
}

/** Everything on its way to receivers: a lane for each conversation, and the record of what happened. */
export class WebhookDispatcher {
  readonly deliveries: DeliveryAttempt[] = [];
  faults: Faults = noFaults;
  readonly #lanes = new Map<string, WebhookLane>();
  readonly #stopping = new AbortController();
  readonly #watch = new DeliveryWatch({
    subject: 'Webhook calls',
    isRestful: () => this.#restful,
    fates: ['accepted', 'dropped', 'duplicated'],
  });

  constructor(private readonly options: DispatcherOptions) {
    // One listener for each request under way, however many conversations there are.
    setMaxListeners(0, this.#stopping.signal);
  }

  get counts(): DeliveryCounts {
    return this.#watch.counts;
  }

  send(call: WebhookCall): void {
    if (this.#stopping.signal.aborted) return;
    this.#watch.emitted();
    this.#lane(call.lane).push(call);
  }

  /** Makes a call past every lane and fault, with this token, and answers what became of it. */
  async sendNow(call: WebhookCall, authorization: string | undefined): Promise<DeliveryAttempt> {
    const attempt = await makeCall(
      call,
      {
        clock: this.options.clock,
        timeoutMs: this.options.timeoutMs,
        signal: this.#stopping.signal,
        expectContinue: this.options.expectContinue,
        authorization: () => authorization,
      },
      { retry: 0, duplicate: false },
    );
    if (attempt === undefined) throw new Error('The application has no callback URL.');
    this.deliveries.push(attempt);
    return attempt;
  }

  authorization({ tenant, audience }: WebhookCall): string | undefined {
    return this.options.tokens.authorization(tenant, audience);
  }

  /** Holds back the calls of this lane until the answer is called. */
  pause(lane: string): () => void {
    return this.#lane(lane).pause();
  }

  /** Resolves when no call waits or is under way, in this lane or in all; the limit is real time. */
  settled({ lane, ...limit }: { readonly timeoutMs?: number; readonly lane?: string } = {}): Promise<void> {
    const isRestful = (): boolean => (lane === undefined ? this.#restful : (this.#lanes.get(lane)?.empty ?? true));
    return this.#watch.settled({ ...limit, isRestful });
  }

  stop(): void {
    this.#stopping.abort();
  }

  get #restful(): boolean {
    return [...this.#lanes.values()].every((lane) => lane.empty);
  }

  #lane(name: string): WebhookLane {
    const existing = this.#lanes.get(name);
    if (existing !== undefined) return existing;
    const lane = new WebhookLane({
      clock: this.options.clock,
      // A source of chance for each lane, so that parallel conversations do not take each other's luck.
      random: new SeededRandom(this.options.seed * 1_000 + this.#lanes.size),
      timeoutMs: this.options.timeoutMs,
      retryAfterMs: this.options.retryAfterMs,
      signal: this.#stopping.signal,
      faults: () => this.faults,
      expectContinue: this.options.expectContinue,
      authorization: (call) => this.authorization(call),
      attempted: (attempt) => void this.deliveries.push(attempt),
      finished: (fate) => this.#watch.finished(fate),
      rested: () => this.#watch.rested(),
    });
    this.#lanes.set(name, lane);
    return lane;
  }
}
