import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { Metrics } from '../common/observability/metrics.js';
import { ACK_POOL } from './ack-pool.js';
import { READ_POOL } from './read-pool.js';

/** How busy the connection pools are. */
@Injectable()
export class PoolMetrics implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(ACK_POOL) private readonly ackPool: Pool,
    @Inject(READ_POOL) private readonly readPool: Pool,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const pools = [
      { name: 'main', pool: () => this.#mainPool() },
      { name: 'ack', pool: () => this.ackPool },
      { name: 'read', pool: () => this.readPool },
    ];
    for (const { name, pool } of pools) {
      this.metrics.gauge(
        `liaison_pool_${name}_connections`,
        `Connections of the ${name} pool`,
        () => pool()?.totalCount,
      );
      this.metrics.gauge(
        `liaison_pool_${name}_idle_connections`,
        `Connections of the ${name} pool that nobody uses`,
        () => pool()?.idleCount,
      );
      this.metrics.gauge(
        `liaison_pool_${name}_waiting`,
        `Queries that wait for a connection of the ${name} pool`,
        () => pool()?.waitingCount,
      );
    }
  }

  /** TypeORM keeps its pool on the driver, under a type that does not say so. */
  #mainPool(): Pool | undefined {
    const { driver } = this.dataSource;
    return 'master' in driver && driver.master instanceof Pool ? driver.master : undefined;
  }
}
