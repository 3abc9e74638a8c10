import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { LOGGER } from '../common/observability/logger.js';
import { Metrics } from '../common/observability/metrics.js';
import { isTransient, sqlStateOf } from '../common/errors/sql-state.js';
import { inTransaction, type Tx } from '../database/transaction.js';
import { type StoredDelivery } from '../deliveries/stored-delivery.js';
import { type LiaisonEvent } from '../events/event.js';
import { EventLog } from '../events/event-log.js';
import { appendOrPark } from './append-or-park.js';
import { DeliveryTranslator } from './delivery-translator.js';
import { claimLanes, claimTheseLanes, moveLanesOn, progressOf, type Claim, type ClaimLimits } from './lane-claims.js';
import { parkDeliveries, type ParkedDelivery } from './parked-deliveries.js';

const limits: ClaimLimits = { lanes: 200, deliveries: 1_000, bytes: 16 * 1024 * 1024 };

/** What a transaction did. */
interface Settled {
  readonly deliveries: readonly StoredDelivery[];
  readonly events: readonly LiaisonEvent[];
  readonly parked: readonly ParkedDelivery[];
}

/** The server stopped a statement of ours for taking too long. */
const statementTimedOut = '57014';

/**
 * The work of lanes: translate what waits, append the events, let every processor react, park what cannot be translated
 * and move the lane's position, all in one transaction. Double work is impossible: position and effect commit together.
 */
@Injectable()
export class LaneWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly translator: DeliveryTranslator,
    private readonly eventLog: EventLog,
    private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Does one batch of waiting lanes; answers how many deliveries it settled. When the batch fails through its content,
   * its lanes are done again delivery by delivery, so that the culprit is parked and nobody else waits for it.
   */
  async runOnce(): Promise<number> {
    let claimed: readonly string[] = [];
    const started = performance.now();
    try {
      const done = await inTransaction(this.dataSource, async (tx) => {
        const claim = await claimLanes(limits, tx);
        claimed = claim.lanes.map((lane) => lane.id);
        return this.#settle(claim, tx);
      });
      this.#count(done);
      if (done.deliveries.length > 0) this.metrics.laneBatch.observe((performance.now() - started) / 1000);
      return done.deliveries.length;
    } catch (error) {
      this.metrics.laneFailures.inc();
      if (claimed.length === 0 || (isTransient(error) && sqlStateOf(error) !== statementTimedOut)) throw error;
      this.logger.warn({ err: error, lanes: claimed.length }, 'a batch failed; its deliveries are done one by one');
      return await this.#runOneByOne(claimed);
    }
  }

  async #settle(claim: Claim, tx: Tx): Promise<Settled> {
    const events: LiaisonEvent[] = [];
    const parked: ParkedDelivery[] = [];
    for (const delivery of claim.deliveries) {
      const translated = this.translator.translate(delivery);
      if (translated.kind !== 'facts') parked.push({ delivery, ...translated });
      // One call with all arguments would overflow the stack for a delivery of very many facts.
      else for (const event of translated.events) events.push(event);
    }
    await parkDeliveries(parked, tx);
    // Last but for the position, because the log's order is locked from here to the commit.
    await this.eventLog.append(events, tx);
    await moveLanesOn(progressOf(claim), tx);
    return { deliveries: claim.deliveries, events, parked };
  }

  /** Lane by lane, so that one which cannot go on now holds up no other; throws when none could. */
  async #runOneByOne(lanes: readonly string[]): Promise<number> {
    let settled = 0;
    let failure: unknown;
    for (const lane of lanes) {
      try {
        const done = await inTransaction(this.dataSource, async (tx) => this.#settleLane(lane, tx));
        this.#count(done);
        settled += done.deliveries.length;
      } catch (error) {
        failure = error;
      }
    }
    if (settled === 0 && failure !== undefined) throw failure as Error;
    return settled;
  }

  async #settleLane(lane: string, tx: Tx): Promise<Settled> {
    const claim = await claimTheseLanes([lane], { ...limits, deliveries: 50 }, tx);
    const events: LiaisonEvent[] = [];
    const parked: ParkedDelivery[] = [];
    for (const delivery of claim.deliveries) {
      const translated = this.translator.translate(delivery);
      if (translated.kind !== 'facts') {
        parked.push({ delivery, ...translated });
        continue;
      }
      const failed = await appendOrPark(delivery, translated.events, this.eventLog, tx);
      if (failed === undefined) for (const event of translated.events) events.push(event);
      else parked.push(failed);
    }
    await parkDeliveries(parked, tx);
    await moveLanesOn(progressOf(claim), tx);
    return { deliveries: claim.deliveries, events, parked };
  }

  /** Counted once the transaction is committed. */
  #count({ deliveries, events, parked }: Settled): void {
    for (const { delivery, kind } of parked)
      this.metrics.translated.inc({ platform: delivery.platform, outcome: kind });
    const facts = deliveries.length - parked.length;
    const platform = deliveries[0]?.platform ?? 'none';
    if (facts > 0) this.metrics.translated.inc({ platform, outcome: 'facts' }, facts);
    const perType = new Map<string, number>();
    for (const event of events) perType.set(event.type, (perType.get(event.type) ?? 0) + 1);
    for (const [type, count] of perType) this.metrics.events.inc({ type }, count);
  }
}
