import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Metrics } from '../common/observability/metrics.js';
import { firstRowOf } from '../database/rows.js';

/** What waits in the outbox, read when somebody scrapes. */
@Injectable()
export class OutboxMetrics implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const count = (state: string): (() => Promise<number | undefined>) => {
      return async () => {
        if (!this.dataSource.isInitialized) return undefined;
        const sql = `select count(*)::int as value from jobs where state = $1`;
        return (await firstRowOf<{ value: number }>(this.dataSource, sql, [state]))?.value;
      };
    };
    this.metrics.gauge('liaison_jobs_waiting', 'Jobs of the outbox that wait or run', count('waiting'));
    this.metrics.gauge('liaison_jobs_parked', 'Jobs that wait for a change of their connection', count('parked'));
    this.metrics.gauge('liaison_jobs_failed', 'Jobs that were given up', count('failed'));
  }
}
