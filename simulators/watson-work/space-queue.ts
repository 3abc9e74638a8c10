import { type SimulatorClock } from '../common/clock.js';
import { type DeliveryAttempt } from './delivery-record.js';
import { type Faults } from './faults.js';
import { postOnce } from './outbound-request.js';
import { type Quirks } from './quirks.js';
import { retrySchedule } from './retry-schedule.js';
import { type SeededRandom } from '../common/seeded-random.js';
import { webhookSignature } from './webhook-signature.js';

const acceptedStatuses: readonly (number | string)[] = [200, 201, 203, 204];

/** What a notification needs to know of its webhook, read anew for every try. */
export interface NotifiedWebhook {
  readonly webhookId: string;
  readonly url: string;
  readonly secret: string;
}

export interface QueuedNotification {
  readonly webhook: NotifiedWebhook;
  readonly type: string;
  readonly body: Buffer;
}

/** What all queues share. */
export interface QueueSurroundings {
  readonly clock: SimulatorClock;
  readonly quirks: Quirks;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Asked anew each time, since faults are switched while notifications wait. */
  readonly faults: () => Faults;
  attempted(attempt: DeliveryAttempt): void;
  finished(fate: 'accepted' | 'dropped' | 'duplicated'): void;
  rested(): void;
}

interface Entry extends QueuedNotification {
  prepared: boolean;
  abandoned: boolean;
  firstFailureAt: number | undefined;
  retriesPlanned: number;
}

interface SentHeaders {
  readonly index: number;
  readonly retryCount: number;
}

/**
 * The notifications of one (app, space), one at a time: what fails keeps its place until it is accepted or dropped, so a
 * receiver that refuses one event hears nothing more from that space (Watson Work webhook reference 1.8.0, retries).
 */
export class SpaceQueue {
  #waiting: Entry[] = [];
  #busy = false;
  #stopped = false;
  #cancelWait: (() => void) | undefined;
  #index = 0;
  #failuresInARow = 0;

  constructor(
    private readonly appId: string,
    private readonly spaceId: string,
    private readonly random: SeededRandom,
    private readonly surroundings: QueueSurroundings,
  ) {}

  get empty(): boolean {
    return this.#waiting.length === 0 && !this.#busy;
  }

  push(notification: QueuedNotification): void {
    this.#waiting.push({
      ...notification,
      prepared: false,
      abandoned: false,
      firstFailureAt: undefined,
      retriesPlanned: 0,
    });
    // Everything one action causes is in line before the first of it leaves.
    queueMicrotask(() => this.#proceed());
  }

  /** The next notification carries index 1. */
  restartIndex(): void {
    this.#index = 0;
  }

  /** Enabling or updating a webhook forgets how long its waiting notification has been failing. */
  resetSchedule(webhook: NotifiedWebhook): void {
    const head = this.#waiting[0];
    if (head?.webhook !== webhook || head.firstFailureAt === undefined) return;
    head.firstFailureAt = undefined;
    head.retriesPlanned = 0;
    this.#stopWaiting();
    this.#proceed();
  }

  /** What waits for a webhook that is disabled or deleted is never sent. */
  discard(webhook: NotifiedWebhook): void {
    const head = this.#waiting[0];
    const discarded = this.#waiting.filter((entry) => entry.webhook === webhook);
    for (const entry of discarded) {
      if (this.#busy && entry === head) entry.abandoned = true;
      else this.#drop(entry);
    }
    if (!this.#busy && this.#waiting[0] !== head) this.#stopWaiting();
    this.#proceed();
  }

  stop(): void {
    this.#stopped = true;
    this.#stopWaiting();
  }

  #proceed(): void {
    if (this.#stopped || this.#busy || this.#cancelWait !== undefined) return;
    const entry = this.#next();
    if (entry === undefined) {
      this.surroundings.rested();
      return;
    }
    if (!entry.prepared && !this.#prepare(entry)) return;
    this.#busy = true;
    this.surroundings.clock.hold(this.#deliver(entry));
  }

  #next(): Entry | undefined {
    const head = this.#waiting[0];
    if (head === undefined || head.prepared || this.#waiting.length < 2) return head;
    if (!this.random.hits(this.surroundings.faults().reorder)) return head;
    const [overtaking] = this.#waiting.splice(this.random.between(1, this.#waiting.length - 1), 1);
    if (overtaking !== undefined) this.#waiting.unshift(overtaking);
    return overtaking;
  }

  /** Faults that strike before a first try; false when it does not leave now. */
  #prepare(entry: Entry): boolean {
    entry.prepared = true;
    const { drop, dropLeavesGap, delayMs } = this.surroundings.faults();
    if (this.random.hits(drop)) {
      if (dropLeavesGap) this.#index += 1;
      this.#drop(entry);
      queueMicrotask(() => this.#proceed());
      return false;
    }
    const delay = delayMs[1] > 0 ? this.random.between(delayMs[0], delayMs[1]) : 0;
    if (delay === 0) return true;
    this.#waitUntil(this.surroundings.clock.now() + delay);
    return false;
  }

  async #deliver(entry: Entry): Promise<void> {
    const { faults } = this.surroundings;
    const sent: SentHeaders = { index: this.#index + 1, retryCount: this.#failuresInARow };
    const abortOnAnswer = this.random.hits(faults().abortAfterSend);
    if (await this.#post(entry, sent, { abortOnAnswer, duplicate: false })) {
      // Restarted while this one was under way, it stays restarted.
      if (this.#index === sent.index - 1) this.#index = sent.index;
      this.#failuresInARow = 0;
      this.#remove(entry);
      this.surroundings.finished('accepted');
      if (this.random.hits(faults().duplicate)) {
        this.surroundings.finished('duplicated');
        await this.#post(entry, sent, { abortOnAnswer: false, duplicate: true });
      }
    } else {
      this.#afterFailure(entry);
    }
    this.#busy = false;
    this.#proceed();
  }

  #afterFailure(entry: Entry): void {
    this.#failuresInARow += 1;
    entry.firstFailureAt ??= this.surroundings.clock.now();
    const offset = retrySchedule[entry.retriesPlanned];
    entry.retriesPlanned += 1;
    if (offset === undefined || entry.abandoned) this.#drop(entry);
    else this.#waitUntil(entry.firstFailureAt + offset);
  }

  async #post(
    entry: Entry,
    { index, retryCount }: SentHeaders,
    { abortOnAnswer, duplicate }: { readonly abortOnAnswer: boolean; readonly duplicate: boolean },
  ): Promise<boolean> {
    const { clock, timeoutMs, signal } = this.surroundings;
    const { webhookId, url, secret } = entry.webhook;
    const token = webhookSignature(secret, entry.body);
    const at = clock.now();
    const startedAt = performance.now();
    const outcome = await postOnce({
      url,
      headers: {
        'Content-Type': 'application/json;charset=UTF-8',
        'X-OUTBOUND-TOKEN': token,
        'X-OUTBOUND-INDEX': String(index),
        'X-OUTBOUND-RETRY-COUNT': String(retryCount),
      },
      body: entry.body,
      timeoutMs,
      abortOnAnswer,
      signal,
    });
    const status = typeof outcome === 'string' ? outcome : outcome.status;
    this.surroundings.attempted({
      appId: this.appId,
      webhookId,
      spaceId: this.spaceId,
      type: entry.type,
      index,
      retryCount,
      bytes: entry.body,
      token,
      at,
      status,
      ms: performance.now() - startedAt,
      duplicate,
    });
    return acceptedStatuses.includes(status);
  }

  #drop(entry: Entry): void {
    if (!this.surroundings.quirks.retryCountSurvivesDrop && this.#waiting[0] === entry) this.#failuresInARow = 0;
    this.#remove(entry);
    this.surroundings.finished('dropped');
  }

  #remove(entry: Entry): void {
    this.#waiting = this.#waiting.filter((other) => other !== entry);
  }

  #waitUntil(moment: number): void {
    if (this.#stopped) return;
    this.#cancelWait = this.surroundings.clock.at(moment, () => {
      this.#cancelWait = undefined;
      this.#proceed();
    });
  }

  #stopWaiting(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }
}
