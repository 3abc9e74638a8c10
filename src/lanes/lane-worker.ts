import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { isTransient } from '../common/errors/sql-state.js';
import { LOGGER } from '../common/observability/logger.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { EVENT_FOLLOWERS, type EventFollower } from '../events/event-follower.js';
import { Dispatcher } from './dispatcher.js';
import { LaneWork } from './lane-work.js';
import { ReplayWork } from './replay-work.js';

/** How long a worker with nothing to do waits; a commit in this process wakes one at once. */
const idleMs = 100;
/** After a small batch a worker lets a few more deliveries gather: a batch costs nearly the same however small it is. */
const smallBatch = 250;
const lingerMs = 20;
/** Followers of the event log wait for a moment in which lanes have little to do, but not longer than this. */
const followEveryMs = 1_000;
const firstBackOffMs = 100;
const longestBackOffMs = 5_000;

/** Runs lanes for as long as the service runs. Any number of processes and loops may do so at the same time. */
@Injectable()
export class LaneWorker {
  #stopped = false;
  #followedAt = 0;
  #loops: readonly Promise<void>[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #wakeOne = (): void => {
    const [first] = this.#waiting;
    first?.();
  };

  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly work: LaneWork,
    private readonly replays: ReplayWork,
    private readonly deliveryLog: DeliveryLog,
    @Inject(EVENT_FOLLOWERS) private readonly followers: readonly EventFollower[],
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(loops: number): void {
    this.deliveryLog.wakeUps.on('stored', this.#wakeOne);
    this.#loops = Array.from({ length: loops }, () => this.#loop());
  }

  /** Resolves when every loop has finished its transaction. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.deliveryLog.wakeUps.off('stored', this.#wakeOne);
    for (const done of this.#waiting) done();
    await Promise.all(this.#loops);
  }

  async #loop(): Promise<void> {
    let backOffMs = firstBackOffMs;
    while (!this.#stopped) {
      try {
        const dispatched = await this.dispatcher.dispatch();
        const settled = await this.work.runOnce();
        const replayed = settled > 0 ? 0 : await this.replays.runOnce();
        const followed = settled < smallBatch || this.#followersAreDue() ? await this.#follow() : 0;
        backOffMs = firstBackOffMs;
        if (dispatched + settled + replayed + followed === 0) await this.#sleep(idleMs);
        else if (settled < smallBatch) await new Promise((resolve) => setTimeout(resolve, lingerMs));
      } catch (error) {
        // A database that comes and goes is the operator's news, not ours to trace.
        if (isTransient(error))
          this.logger.warn({ reason: String(error), retryMs: backOffMs }, 'lanes wait for the database');
        else this.logger.error({ err: error, retryMs: backOffMs }, 'a lane worker could not work');
        await this.#sleep(backOffMs);
        backOffMs = Math.min(backOffMs * 2, longestBackOffMs);
      }
    }
  }

  #followersAreDue(): boolean {
    return performance.now() - this.#followedAt > followEveryMs;
  }

  async #follow(): Promise<number> {
    this.#followedAt = performance.now();
    let followed = 0;
    for (const follower of this.followers) followed += await follower.follow();
    return followed;
  }

  /** Waits; a delivery that was just stored, and `stop`, end the wait: storing shows that the database is back. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
    });
  }
}
