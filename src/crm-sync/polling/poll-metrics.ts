import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Metrics } from '../../common/observability/metrics.js';
import { firstRowOf } from '../../database/rows.js';

/* One that was never answered is behind since it was first asked. */
const behind = `
  select extract(epoch from clock_timestamp() - min(coalesce(p.caught_up_at, p.sweep_at)))::float8 as value
  from crm_polls p join connections c on c.id = p.connection_id and c.deleted_at is null`;

/** How far CRMs that are asked for what changed are behind, read when somebody scrapes. */
@Injectable()
export class PollMetrics implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.gauge(
      'liaison_crm_polls_behind_seconds',
      'Since when what changed has not been asked for at the CRM connection that is behind the most',
      async () => {
        if (!this.dataSource.isInitialized) return undefined;
        return (await firstRowOf<{ value: number | null }>(this.dataSource, behind))?.value ?? 0;
      },
    );
  }
}
