import { randomUUID } from 'node:crypto';
import { type OutgoingHttpHeaders } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type SimulatorClock } from '../common/clock.js';
import { type SeededRandom } from '../common/seeded-random.js';
import { type DeliveryAttempt, type DeliveryCounts } from './delivery-record.js';
import { type Faults } from './faults.js';
import { type PlatformEvent } from './platform-event.js';
import { type Quirks } from './quirks.js';
import { type SimulatedWebhook } from './simulated-webhook.js';
import { postWebhook } from './webhook-post.js';
import { signatureHeaders } from './webhook-signature.js';

/** What all lanes share. */
export interface LaneSurroundings {
  readonly clock: SimulatorClock;
  readonly quirks: Quirks;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Asked anew each time, since faults are switched while deliveries wait. */
  readonly faults: () => Faults;
  readonly attempted: (attempt: DeliveryAttempt) => void;
  readonly finished: (fate: Exclude<keyof DeliveryCounts, 'emitted'>) => void;
  readonly rested: () => void;
}

/**
 * The events of one room for one webhook, one at a time. Each is sent once: the guide promises neither a retry nor an order,
 * so a failed one is lost and the next one goes out.
 */
export class WebhookLane {
  readonly #waiting: PlatformEvent[] = [];
  #busy = false;

  constructor(
    private readonly webhook: SimulatedWebhook,
    private readonly random: SeededRandom,
    private readonly surroundings: LaneSurroundings,
  ) {}

  get empty(): boolean {
    return this.#waiting.length === 0 && !this.#busy;
  }

  push(event: PlatformEvent): void {
    this.#waiting.push(event);
    if (!this.#busy) this.#proceed();
  }

  #proceed(): void {
    const { clock, signal, faults, rested } = this.surroundings;
    this.#busy = this.#waiting.length > 0 && !signal.aborted;
    if (!this.#busy) {
      rested();
      return;
    }
    const delayMs = this.random.between(...faults().delayMs);
    if (delayMs > 0) clock.at(clock.now() + delayMs, () => clock.hold(this.#deliverNext()));
    else clock.hold(this.#deliverNext());
  }

  async #deliverNext(): Promise<void> {
    // Everything that one act causes is in line before the first of it leaves.
    await nextTurn();
    const event = this.#take();
    if (event !== undefined && !this.surroundings.signal.aborted) await this.#deliver(event);
    this.#proceed();
  }

  #take(): PlatformEvent | undefined {
    const overtakes = this.#waiting.length > 1 && this.random.hits(this.surroundings.faults().reorder);
    const position = overtakes ? this.random.between(1, this.#waiting.length - 1) : 0;
    return this.#waiting.splice(position, 1)[0];
  }

  async #deliver(event: PlatformEvent): Promise<void> {
    const { faults, finished } = this.surroundings;
    if (!this.webhook.active || this.random.hits(faults().drop)) {
      finished('dropped');
      return;
    }
    const body = this.webhook.envelope(event);
    const bytes = Buffer.from(JSON.stringify(body, null, this.surroundings.quirks.prettyBodies ? 2 : 0), 'utf8');
    const accepted = await this.#attempt(event, bytes, false);
    finished(accepted ? 'accepted' : 'failed');
    if (!this.random.hits(faults().duplicate)) return;
    await this.#attempt(event, bytes, true);
    finished('duplicated');
  }

  /** Success is any 2xx; all else counts towards switching the webhook off. */
  async #attempt(event: PlatformEvent, bytes: Buffer, duplicate: boolean): Promise<boolean> {
    const { clock, faults, timeoutMs, signal, attempted } = this.surroundings;
    const { id: webhookId, targetUrl } = this.webhook;
    const at = clock.now();
    const startedAt = performance.now();
    const headers = this.#headers(bytes);
    const tooLate = this.random.hits(faults().timeouts);
    const status = await postWebhook({ url: targetUrl, headers, body: bytes, timeoutMs, tooLate, signal });
    const accepted = typeof status === 'number' && status >= 200 && status < 300;
    if (!accepted && !signal.aborted) this.webhook.failed(clock.now());
    const { resource, event: name } = event;
    const ms = performance.now() - startedAt;
    attempted({ webhookId, targetUrl, resource, event: name, bytes, headers, at, status, ms, duplicate });
    return accepted;
  }

  #headers(bytes: Buffer): OutgoingHttpHeaders {
    const { secret } = this.webhook;
    return {
      'Content-Type': 'application/json;charset=UTF-8',
      Accept: 'application/json',
      'User-Agent': 'SparkWebhook/1.0',
      trackingid: `WEBHOOK_${randomUUID()}`,
      ...(secret === undefined ? {} : signatureHeaders(secret, bytes, this.surroundings.quirks.signatures)),
    };
  }
}
