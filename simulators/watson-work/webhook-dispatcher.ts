import { setMaxListeners } from 'node:events';
import { type SimulatorClock } from '../common/clock.js';
import { DeliveryWatch } from '../common/delivery-watch.js';
import { type DeliveryAttempt, type DeliveryCounts } from './delivery-record.js';
import { type Faults, noFaults } from './faults.js';
import { type Quirks } from './quirks.js';
import { SeededRandom } from '../common/seeded-random.js';
import { type NotifiedWebhook, type QueuedNotification, SpaceQueue } from './space-queue.js';

export interface DispatcherOptions {
  readonly clock: SimulatorClock;
  readonly quirks: Quirks;
  readonly seed: number;
  readonly timeoutMs: number;
}

/** Everything on its way to receivers: a queue for each (app, space), and the record of what happened. */
export class WebhookDispatcher {
  readonly deliveries: DeliveryAttempt[] = [];
  faults: Faults = noFaults;
  readonly #queues = new Map<string, SpaceQueue>();
  readonly #stopping = new AbortController();
  readonly #watch = new DeliveryWatch({
    subject: 'Notifications',
    isRestful: () => this.#restful,
    fates: ['accepted', 'dropped', 'duplicated'],
  });

  constructor(private readonly options: DispatcherOptions) {
    // One listener for each request under way, however many spaces there are.
    setMaxListeners(0, this.#stopping.signal);
  }

  get counts(): DeliveryCounts {
    return this.#watch.counts;
  }

  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  get timeoutMs(): number {
    return this.options.timeoutMs;
  }

  notify(appId: string, spaceId: string, notification: QueuedNotification): void {
    if (this.#stopping.signal.aborted) throw new Error('The simulator has stopped.');
    this.#watch.emitted();
    this.#queue(appId, spaceId).push(notification);
  }

  restartIndex(appId: string, spaceId: string): void {
    this.#queue(appId, spaceId).restartIndex();
  }

  resetSchedule(webhook: NotifiedWebhook): void {
    for (const queue of this.#queues.values()) queue.resetSchedule(webhook);
  }

  discard(webhook: NotifiedWebhook): void {
    for (const queue of this.#queues.values()) queue.discard(webhook);
  }

  /** Resolves when no notification waits or is under way; the limit is real time. */
  settled(limit: { readonly timeoutMs?: number } = {}): Promise<void> {
    return this.#watch.settled(limit);
  }

  stop(): void {
    for (const queue of this.#queues.values()) queue.stop();
    this.#stopping.abort();
  }

  get #restful(): boolean {
    return [...this.#queues.values()].every((queue) => queue.empty);
  }

  #queue(appId: string, spaceId: string): SpaceQueue {
    const key = `${appId} ${spaceId}`;
    const existing = this.#queues.get(key);
    if (existing !== undefined) return existing;
    // A source of chance for each queue, so that parallel spaces do not take each other's luck.
    const random = new SeededRandom(this.options.seed * 1_000 + this.#queues.size);
    const queue = new SpaceQueue(appId, spaceId, random, {
      clock: this.options.clock,
      quirks: this.options.quirks,
      timeoutMs: this.options.timeoutMs,
      signal: this.#stopping.signal,
      faults: () => this.faults,
      attempted: (attempt) => void this.deliveries.push(attempt),
      finished: (fate) => this.#watch.finished(fate),
      rested: () => this.#watch.rested(),
    });
    this.#queues.set(key, queue);
    return queue;
  }
}
