import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { inTransaction } from '../database/transaction.js';
import { Replay } from './replay.js';
import { openParked, type ReplayFilter } from './replay-filter.js';

interface RunningReplay {
  readonly id: string;
  readonly tenantId: string;
  readonly filter: ReplayFilter;
  readonly position: string;
  readonly untilSeq: string;
}

const deliveriesPerTransaction = 50;

/** Carries out bulk replays, a small transaction at a time; another worker goes on where one stopped. */
@Injectable()
export class ReplayWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly replay: Replay,
  ) {}

  /** Does the next part of the oldest running replay; answers how many deliveries it took. */
  runOnce(): Promise<number> {
    return inTransaction(this.dataSource, async (tx) => {
      const running = await firstRowOf<RunningReplay>(
        tx,
        `select id, tenant_id as "tenantId", filter, position, until_seq as "untilSeq"
         from replays where state = 'running' order by created_at limit 1 for update skip locked`,
      );
      if (running === undefined) return 0;
      const where = openParked(running.tenantId, running.filter)
        .and(running.position, (place) => `delivery_seq > ${place}::bigint`)
        .and(running.untilSeq, (place) => `delivery_seq <= ${place}::bigint`);
      const keys = await rowsOf<{ seq: string; sourceTime: Date }>(
        tx,
        `select delivery_seq as seq, source_time as "sourceTime" from parked_deliveries
         where ${where.sql} order by delivery_seq limit ${deliveriesPerTransaction}`,
        where.parameters,
      );
      const deliveries = await this.replay.read(keys, tx);
      await this.replay.hold(deliveries, tx);
      let replayed = 0;
      for (const delivery of deliveries) {
        if ((await this.replay.run(delivery, tx)).outcome === 'translated') replayed += 1;
      }
      const finished = keys.length < deliveriesPerTransaction;
      await tx.query(
        `update replays set replayed = replayed + $2, still_parked = still_parked + $3, position = $4,
           state = case when $5 then 'finished' else state end, finished_at = case when $5 then now() end
         where id = $1`,
        [running.id, replayed, keys.length - replayed, keys.at(-1)?.seq ?? running.position, finished],
      );
      return keys.length;
    });
  }
}
