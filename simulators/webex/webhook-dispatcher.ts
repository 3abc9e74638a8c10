import { setMaxListeners } from 'node:events';
import { type SimulatorClock } from '../common/clock.js';
import { DeliveryWatch } from '../common/delivery-watch.js';
import { SeededRandom } from '../common/seeded-random.js';
import { type DeliveryAttempt, type DeliveryCounts } from './delivery-record.js';
import { type Faults, noFaults } from './faults.js';
import { type PlatformEvent } from './platform-event.js';
import { type Quirks } from './quirks.js';
import { type SimulatedWebhook } from './simulated-webhook.js';
import { WebhookLane } from './webhook-lane.js';

export interface DispatcherOptions {
  readonly clock: SimulatorClock;
  readonly quirks: Quirks;
  readonly seed: number;
  readonly timeoutMs: number;
}

/** Everything on its way to receivers: a lane for each webhook and room, and the record of what happened. */
export class WebhookDispatcher {
  readonly deliveries: DeliveryAttempt[] = [];
  faults: Faults = noFaults;
  readonly #lanes = new Map<string, WebhookLane>();
  readonly #stopping = new AbortController();
  readonly #watch = new DeliveryWatch({
    subject: 'Deliveries',
    isRestful: () => this.#restful,
    fates: ['accepted', 'failed', 'dropped', 'duplicated'],
  });

  constructor(private readonly options: DispatcherOptions) {
    // One listener for each request under way, however many lanes there are.
    setMaxListeners(0, this.#stopping.signal);
  }

  get counts(): DeliveryCounts {
    return this.#watch.counts;
  }

  send(webhook: SimulatedWebhook, event: PlatformEvent): void {
    if (this.#stopping.signal.aborted) throw new Error('The simulator has stopped.');
    this.#watch.emitted();
    this.#lane(webhook, event.lane).push(event);
  }

  /** Resolves when no delivery waits or is under way; the limit is real time. */
  settled(limit: { readonly timeoutMs?: number } = {}): Promise<void> {
    return this.#watch.settled(limit);
  }

  stop(): void {
    this.#stopping.abort();
  }

  get #restful(): boolean {
    return [...this.#lanes.values()].every((lane) => lane.empty);
  }

  #lane(webhook: SimulatedWebhook, name: string): WebhookLane {
    const key = `${webhook.id} ${name}`;
    const existing = this.#lanes.get(key);
    if (existing !== undefined) return existing;
    // A source of chance for each lane, so that parallel rooms do not take each other's luck.
    const random = new SeededRandom(this.options.seed * 1_000 + this.#lanes.size);
    const lane = new WebhookLane(webhook, random, {
      ...this.options,
      signal: this.#stopping.signal,
      faults: () => this.faults,
      attempted: (attempt) => void this.deliveries.push(attempt),
      finished: (fate) => this.#watch.finished(fate),
      rested: () => this.#watch.rested(),
    });
    this.#lanes.set(key, lane);
    return lane;
  }
}
