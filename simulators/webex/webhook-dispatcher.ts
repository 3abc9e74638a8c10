import { setMaxListeners } from 'node:events';
import { type SimulatorClock } from '../common/clock.js';
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
  readonly #onRest = new Set<() => void>();
  readonly #counts = { emitted: 0, accepted: 0, failed: 0, dropped: 0, duplicated: 0 };

  constructor(private readonly options: DispatcherOptions) {
    // One listener for each request under way, however many lanes there are.
    setMaxListeners(0, this.#stopping.signal);
  }

  get counts(): DeliveryCounts {
    return { ...this.#counts };
  }

  send(webhook: SimulatedWebhook, event: PlatformEvent): void {
    if (this.#stopping.signal.aborted) throw new Error('The simulator has stopped.');
    this.#counts.emitted += 1;
    this.#lane(webhook, event.lane).push(event);
  }

  /** Resolves when nothing waits or is under way; the limit is real time. */
  async settled({ timeoutMs = 5_000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    if (this.#restful) return;
    await new Promise<void>((resolve, reject) => {
      const rested = (): void => {
        if (!this.#restful) return;
        done();
        resolve();
      };
      const limit = setTimeout(() => {
        done();
        reject(new Error(`Deliveries are still waiting: ${JSON.stringify(this.#counts)}`));
      }, timeoutMs);
      const done = (): void => {
        clearTimeout(limit);
        this.#onRest.delete(rested);
      };
      this.#onRest.add(rested);
    });
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
      finished: (fate) => void (this.#counts[fate] += 1),
      rested: () => {
        for (const rested of [...this.#onRest]) rested();
      },
    });
    this.#lanes.set(key, lane);
    return lane;
  }
}
