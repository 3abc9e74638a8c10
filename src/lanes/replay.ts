import { Injectable } from '@nestjs/common';
import { rowsOf, firstRowOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { storedDeliveryColumns, type StoredDelivery } from '../deliveries/stored-delivery.js';
import { EventLog } from '../events/event-log.js';
import { appendOrPark } from './append-or-park.js';
import { DeliveryTranslator } from './delivery-translator.js';
import { parkDeliveries, unparkDelivery } from './parked-deliveries.js';

export interface ReplayOutcome {
  /** `waiting`: its lane has not come to it yet, so there is nothing to repeat. */
  readonly outcome: 'translated' | 'unrecognized' | 'dead-letter' | 'waiting';
  readonly reason?: string;
  readonly eventsAppended: number;
}

/** Translates a stored delivery once more and adds what it had not brought yet. */
@Injectable()
export class Replay {
  constructor(
    private readonly translator: DeliveryTranslator,
    private readonly eventLog: EventLog,
  ) {}

  /**
   * Idempotent: events have the same identity each time, and only missing ones are appended. The caller has taken the
   * delivery's lane with `hold`, so a replay and a worker never touch one space together.
   */
  async run(delivery: StoredDelivery, tx: Tx): Promise<ReplayOutcome> {
    const lane = await firstRowOf<{ reached: boolean }>(
      tx,
      `select position >= $2::bigint as reached from lanes where id = $1`,
      [delivery.laneId, delivery.seq],
    );
    if (lane?.reached !== true) return { outcome: 'waiting', eventsAppended: 0 };
    const translated = this.translator.translate(delivery);
    if (translated.kind !== 'facts') {
      await parkDeliveries([{ delivery, ...translated }], tx);
      return { outcome: translated.kind, reason: translated.reason, eventsAppended: 0 };
    }
    const missing = await this.eventLog.withoutKnown(translated.events, tx);
    const failed = await appendOrPark(delivery, missing, this.eventLog, tx);
    if (failed !== undefined) {
      await parkDeliveries([failed], tx);
      return { outcome: 'dead-letter', reason: failed.reason, eventsAppended: 0 };
    }
    await unparkDelivery(delivery, tx);
    return { outcome: 'translated', eventsAppended: missing.length };
  }

  /**
   * Takes the lanes of all these deliveries, in one order everywhere, before the first event is appended: whoever holds
   * the order of events must never wait for a lane.
   */
  async hold(deliveries: readonly StoredDelivery[], tx: Tx): Promise<void> {
    const lanes = [...new Set(deliveries.map((delivery) => delivery.laneId))].sort();
    for (const lane of lanes) await tx.query(`select pg_advisory_xact_lock($1::bigint)`, [lane]);
  }

  /** Rows of the log by their place in it. */
  read(keys: readonly { seq: string; sourceTime: Date }[], tx: Tx): Promise<StoredDelivery[]> {
    return rowsOf<StoredDelivery>(
      tx,
      `select ${storedDeliveryColumns}
       from unnest($1::bigint[], $2::timestamptz[]) as k(seq, source_time)
       join deliveries d on d.seq = k.seq and d.source_time = k.source_time
       order by d.lane_id, d.seq`,
      [keys.map((key) => key.seq), keys.map((key) => key.sourceTime)],
    );
  }
}
