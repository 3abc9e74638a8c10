import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Metrics } from '../common/observability/metrics.js';
import { firstRowOf } from '../database/rows.js';

/** What waits in lanes and what is parked, read when somebody scrapes. */
@Injectable()
export class LaneMetrics implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.gauge('liaison_lane_lag_seconds', 'Age of the oldest delivery that waits in a lane', () =>
      this.#number(`select extract(epoch from now() - min(pending_since))::float8 as value from lanes`),
    );
    this.metrics.gauge('liaison_lane_pending_deliveries', 'Deliveries that wait in lanes', () =>
      this.#number(`select sum(pending)::int as value from lanes where pending_since is not null`),
    );
    this.metrics.gauge('liaison_undispatched_deliveries', 'Stored deliveries that no lane knows of yet', () =>
      this.#number(`select count(*)::int as value from (
        select 1 from deliveries where seq > (select position from dispatch_cursor) limit 100000) waiting`),
    );
    this.metrics.gauge('liaison_dead_letters', 'Deliveries that are parked as dead letters', () =>
      this.#number(
        `select count(*)::int as value from parked_deliveries where kind = 'dead-letter' and resolved_at is null`,
      ),
    );
  }

  async #number(sql: string): Promise<number | undefined> {
    if (!this.dataSource.isInitialized) return undefined;
    const row = await firstRowOf<{ value: number | null }>(this.dataSource, sql);
    return row?.value ?? 0;
  }
}
