import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Metrics } from '../../common/observability/metrics.js';
import { rowsOf } from '../../database/rows.js';
import { type ChangeEnd, type TakenChange } from './change-table.js';

interface WaitingRow {
  readonly platform: string;
  readonly count: number;
  readonly oldestSeconds: number;
}

/** Every figure has the kind of CRM as its label, never the account: `GET /v1/crm/connections/{id}/health` tells of each. */
const waiting = `
  select platform, count(*)::int as count,
         greatest(0, extract(epoch from clock_timestamp() - min(waits_since)))::float8 as "oldestSeconds"
  from crm_changes where state in ('pending', 'sending', 'unknown') group by platform`;

/** How far CRMs are in step: counted here for each change that ends, and read when somebody scrapes for those that wait. */
@Injectable()
export class CrmMetrics implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const read =
      (figure: (row: WaitingRow) => number) => async (): Promise<ReadonlyMap<string, number> | undefined> => {
        if (!this.dataSource.isInitialized) return undefined;
        const rows = await rowsOf<WaitingRow>(this.dataSource, waiting);
        return new Map(rows.map((row) => [row.platform, figure(row)]));
      };
    this.metrics.gaugeBy(
      'liaison_crm_changes_waiting',
      'Changes that wait for their CRM, or are being made, by CRM',
      'platform',
      read(({ count }) => count),
    );
    this.metrics.gaugeBy(
      'liaison_crm_oldest_change_seconds',
      'Since when the oldest fact waits that a CRM was not told yet, by CRM',
      'platform',
      read(({ oldestSeconds }) => oldestSeconds),
    );
  }

  /** One try of a change has ended so. */
  ended(platform: string, { waitsSince }: TakenChange, { kind }: ChangeEnd): void {
    this.metrics.crmChanges.inc({ platform, outcome: kind });
    if (kind !== 'synced') return;
    this.metrics.crmLag.observe({ platform }, Math.max(0, (Date.now() - waitsSince.getTime()) / 1_000));
  }
}
