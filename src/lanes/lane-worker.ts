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
  #followNotBefore = 0;
  #loops: readonly Promise<void>[] = [];
  /** Who waits, and whether a new delivery ends the wait. */
  readonly #waiting = new Map<() => void, boolean>();
  readonly #wakeOne = (): void => {
    for (const [done, isWakeable] of this.#waiting) {
      if (!isWakeable) continue;
      done();
      return;
    }
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
    for (const done of this.#waiting.keys()) done();
    await Promise.all(this.#loops);
  }

  async #loop(): Promise<void> {
    let backOffMs = firstBackOffMs;
    while (!this.#stopped) {
      try {
        const dispatched = await this.dispatcher.dispatch();
        const settled = await this.work.runOnce();
        const replayed = settled > 0 ? 0 : await this.replays.runOnce();
        const followed = await this.#follow(settled < smallBatch);
        backOffMs = firstBackOffMs;
        if (dispatched + settled + replayed + followed === 0) await this.#sleep(idleMs);
        else if (settled < smallBatch) await new Promise((resolve) => setTimeout(resolve, lingerMs));
      } catch (error) {
        // A database that comes and goes is the operator's news, not ours to trace.
        if (isTransient(error))
          this.logger.warn({ reason: String(error), retryMs: backOffMs }, 'lanes wait for the database');
        else this.logger.error({ err: error, retryMs: backOffMs }, 'a lane worker could not work');
        // Storing shows that the database is back; a fault of ours would only repeat with each delivery.
        await this.#sleep(backOffMs, isTransient(error));
        backOffMs = Math.min(backOffMs * 2, longestBackOffMs);
      }
    }
  }

  /** Followers must never hold lanes up: one that fails is left alone for a while. */
  async #follow(lanesLeaveTime: boolean): Promise<number> {
    const now = performance.now();
    if (now < this.#followNotBefore || (!lanesLeaveTime && now - this.#followedAt < followEveryMs)) return 0;
    this.#followedAt = now;
    let followed = 0;
    for (const follower of this.followers) {
      try {
        followed += await follower.follow();
      } catch (error) {
        this.#followNotBefore = now + longestBackOffMs;
        this.logger.warn({ err: error, follower: follower.name }, 'a follower of the event log could not go on');
      }
    }
    return followed;
  }

  /** Waits; `stop` ends every wait, a delivery that was just stored the wakeable ones. */
  #sleep(ms: number, isWakeable = true): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.set(done, isWakeable);
    });
  }
}
