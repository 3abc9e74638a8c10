import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter } from 'prom-client';
import { DataSource } from 'typeorm';
import { Metrics } from '../common/observability/metrics.js';
import { firstRowOf } from '../database/rows.js';

/** How the webhooks are that we keep registered. */
@Injectable()
export class RegistrationMetrics implements OnModuleInit {
  readonly lost: Counter<'platform' | 'status'>;
  readonly actions: Counter<'platform' | 'action'>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly metrics: Metrics,
  ) {
    const registers = [metrics.registry];
    this.lost = new Counter({
      name: 'liaison_registrations_lost_total',
      help: 'Webhooks that were found switched off (inactive) or gone (missing) at their platform',
      labelNames: ['platform', 'status'],
      registers,
    });
    this.actions = new Counter({
      name: 'liaison_registration_actions_total',
      help: 'What was done about webhooks at their platform (create, update, reactivate, remove)',
      labelNames: ['platform', 'action'],
      registers,
    });
  }

  onModuleInit(): void {
    const sql = `
      select count(*)::int as value from registrations r join connections c on c.id = r.connection_id
      where c.deleted_at is null and r.status in ('inactive', 'missing')`;
    this.metrics.gauge(
      'liaison_registrations_off',
      'Webhooks that are switched off or gone at their platform',
      async () =>
        this.dataSource.isInitialized ? (await firstRowOf<{ value: number }>(this.dataSource, sql))?.value : undefined,
    );
  }
}
