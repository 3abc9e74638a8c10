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
import { DeliveryTranslator } from './delivery-translator.js';
import { claimLanes, claimTheseLanes, moveLanesOn, progressOf, type Claim, type ClaimLimits } from './lane-claims.js';
import { parkDeliveries, type ParkedDelivery } from './parked-deliveries.js';

const limits: ClaimLimits = { lanes: 200, deliveries: 500, bytes: 16 * 1024 * 1024 };

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
      return await inTransaction(this.dataSource, async (tx) => {
        const claim = await claimLanes(limits, tx);
        claimed = claim.lanes.map((lane) => lane.id);
        return this.#settle(claim, tx);
      }).then((settled) => {
        if (settled > 0) this.metrics.laneBatch.observe((performance.now() - started) / 1000);
        return settled;
      });
    } catch (error) {
      this.metrics.laneFailures.inc();
      if (isTransient(error) && sqlStateOf(error) !== statementTimedOut) throw error;
      if (claimed.length === 0) throw error;
      this.logger.warn({ err: error, lanes: claimed.length }, 'a batch failed; its deliveries are done one by one');
      return await this.#runOneByOne(claimed);
    }
  }

  async #settle(claim: Claim, tx: Tx): Promise<number> {
    const events: LiaisonEvent[] = [];
    const parked: ParkedDelivery[] = [];
    for (const delivery of claim.deliveries) {
      const translated = this.translator.translate(delivery);
      if (translated.kind === 'facts') events.push(...translated.events);
      else parked.push({ delivery, ...translated });
    }
    await parkDeliveries(parked, tx);
    // Last but for the position, because the log's order is locked from here to the commit.
    await this.eventLog.append(events, tx);
    await moveLanesOn(progressOf(claim), tx);
    this.#count(claim.deliveries, events, parked);
    return claim.deliveries.length;
  }

  async #runOneByOne(lanes: readonly string[]): Promise<number> {
    let settled = 0;
    for (const lane of lanes) {
      settled += await inTransaction(this.dataSource, async (tx) => {
        const claim = await claimTheseLanes([lane], { ...limits, deliveries: 50 }, tx);
        for (const delivery of claim.deliveries) await this.#settleAlone(delivery, tx);
        await moveLanesOn(progressOf(claim), tx);
        return claim.deliveries.length;
      });
    }
    return settled;
  }

  /** One delivery behind a savepoint: whatever it breaks is undone, and the delivery is parked with the reason. */
  async #settleAlone(delivery: StoredDelivery, tx: Tx): Promise<void> {
    const translated = this.translator.translate(delivery);
    const events = translated.kind === 'facts' ? translated.events : [];
    const parked: ParkedDelivery[] = translated.kind === 'facts' ? [] : [{ delivery, ...translated }];
    try {
      await tx.transaction((savepoint) => this.eventLog.append(events, savepoint));
    } catch (error) {
      if (isTransient(error) && sqlStateOf(error) !== statementTimedOut) throw error;
      this.logger.error({ err: error, deliveryId: delivery.id }, 'a delivery cannot be processed and is parked');
      const state = sqlStateOf(error);
      parked.push({
        delivery,
        kind: 'dead-letter',
        reason: 'processor-failed',
        detail: `Its facts could not be processed${state === undefined ? '' : ` (SQLSTATE ${state})`}.`,
      });
    }
    await parkDeliveries(parked, tx);
    this.#count([delivery], parked.length === 0 ? events : [], parked);
  }

  #count(
    deliveries: readonly StoredDelivery[],
    events: readonly LiaisonEvent[],
    parked: readonly ParkedDelivery[],
  ): void {
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
