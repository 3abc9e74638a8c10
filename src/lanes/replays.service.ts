import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NotFound } from '../common/errors/liaison-error.js';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { firstRowOf } from '../database/rows.js';
import { TenantReads } from '../database/tenant-reads.js';
import { inTransaction } from '../database/transaction.js';
import { storedDeliveryColumns, type StoredDelivery } from '../deliveries/stored-delivery.js';
import { type ReplayDto, type ReplayResultDto } from './delivery.dto.js';
import { Replay } from './replay.js';
import { openParked, type ReplayFilter } from './replay-filter.js';

interface ReplayRow {
  readonly id: string;
  readonly state: string;
  readonly matched: number;
  readonly replayed: number;
  readonly stillParked: number;
}

/** Replays on request: one delivery at once, many as a job of the workers. */
@Injectable()
export class ReplaysService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reads: TenantReads,
    private readonly replay: Replay,
  ) {}

  /** Translates one delivery again. Throws `NotFound` for an unknown one and for another tenant's. */
  one(tenantId: string, deliveryId: string): Promise<ReplayResultDto> {
    return inTransaction(this.dataSource, async (tx) => {
      const delivery = await firstRowOf<StoredDelivery>(
        tx,
        `select ${storedDeliveryColumns} from deliveries d where d.id = $1 and d.tenant_id = $2`,
        [deliveryId, tenantId],
      );
      if (delivery === undefined) throw new NotFound({ detail: 'There is no such delivery.' });
      await this.replay.hold([delivery], tx);
      const { outcome, reason, eventsAppended } = await this.replay.run(delivery, tx);
      return { deliveryId, outcome, reason: reason ?? null, eventsAppended };
    });
  }

  /** How many parked deliveries match, without doing anything. */
  async preview(tenantId: string, filter: ReplayFilter): Promise<ReplayDto> {
    const { count } = await this.#count(tenantId, filter);
    return { id: null, state: 'preview', count, replayed: 0, stillParked: 0 };
  }

  /** Lets the workers replay what matches now. */
  async start(tenantId: string, filter: ReplayFilter, requestedBy: string): Promise<ReplayDto> {
    const { count, untilSeq } = await this.#count(tenantId, filter);
    const id = uuidV7();
    await this.dataSource.query(
      `insert into replays (id, tenant_id, filter, state, until_seq, matched, requested_by)
       values ($1, $2, $3::jsonb, 'running', $4, $5, $6)`,
      [id, tenantId, JSON.stringify(filter), untilSeq, count, requestedBy],
    );
    return { id, state: 'running', count, replayed: 0, stillParked: 0 };
  }

  /** How far a bulk replay has come. Throws `NotFound` for an unknown one and for another tenant's. */
  async get(tenantId: string, id: string): Promise<ReplayDto> {
    const row = await this.reads.first<ReplayRow>(
      tenantId,
      `select id, state, matched, replayed, still_parked as "stillParked" from replays where id = $1 and tenant_id = $2`,
      [id, tenantId],
    );
    if (row === undefined) throw new NotFound({ detail: 'There is no such replay.' });
    return {
      id: row.id,
      state: row.state,
      count: row.matched,
      replayed: row.replayed,
      stillParked: row.stillParked,
    };
  }

  async #count(tenantId: string, filter: ReplayFilter): Promise<{ count: number; untilSeq: string }> {
    const where = openParked(tenantId, filter);
    const row = await this.reads.first<{ count: number; untilSeq: string }>(
      tenantId,
      `select count(*)::int as count, coalesce(max(delivery_seq), 0) as "untilSeq"
       from parked_deliveries where ${where.sql}`,
      where.parameters,
    );
    return row ?? { count: 0, untilSeq: '0' };
  }
}
