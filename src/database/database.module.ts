import { Global, Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Pool } from 'pg';
import { ACK_POOL, createAckPool } from './ack-pool.js';
import { createDataSource, type DataSourceChoices } from './data-source.js';
import { DATABASE_POLICY, DatabaseLifecycle, type DatabasePolicy } from './database-lifecycle.js';
import { PoolMetrics } from './pool-metrics.js';

export type DatabaseSettings = DatabasePolicy & DataSourceChoices;

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
          useFactory: () => createDataSource(settings.url, settings),
        },
        { provide: ACK_POOL, useFactory: (): Pool => createAckPool(settings.url) },
        DatabaseLifecycle,
        PoolMetrics,
      ],
      exports: [DataSource, ACK_POOL, DatabaseLifecycle],
    };
  }
}
