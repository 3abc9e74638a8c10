import { Global, Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Pool } from 'pg';
import { ACK_POOL, createAckPool } from './ack-pool.js';
import { createDataSource } from './data-source.js';
import { DATABASE_POLICY, DatabaseLifecycle, type DatabasePolicy } from './database-lifecycle.js';
import { PoolMetrics } from './pool-metrics.js';

export interface DatabaseSettings extends DatabasePolicy {
  readonly poolSize: number;
  /** The deadline of statements; 0 lifts it. */
  readonly statementMs?: number;
}

/** One data source for everything, and one small pool for the ack path alone. */
@Global()
@Module({})
export class DatabaseModule {
  static forDatabase(settings: DatabaseSettings): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [
        { provide: DATABASE_POLICY, useValue: settings },
        {
          provide: DataSource,
          useFactory: () => createDataSource(settings.url, settings.poolSize, settings.statementMs),
        },
        { provide: ACK_POOL, useFactory: (): Pool => createAckPool(settings.url) },
        DatabaseLifecycle,
        PoolMetrics,
      ],
      exports: [DataSource, ACK_POOL, DatabaseLifecycle],
    };
  }
}
