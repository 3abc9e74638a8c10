import { Global, Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Pool } from 'pg';
import { ACK_POOL, createAckPool } from './ack-pool.js';
import { createDataSource, type DataSourceChoices } from './data-source.js';
import { DATABASE_POLICY, DatabaseLifecycle, type DatabasePolicy } from './database-lifecycle.js';
import { PoolMetrics } from './pool-metrics.js';
import { createReadPool, READ_POOL } from './read-pool.js';
import { TenantReads } from './tenant-reads.js';

export type DatabaseSettings = DatabasePolicy &
  DataSourceChoices & {
    /** Connections for what callers read. */
    readonly readPoolSize: number;
  };

/** One data source for everything, one small pool for the ack path alone, and one for what callers read. */
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
        { provide: READ_POOL, useFactory: (): Pool => createReadPool(settings.url, settings.readPoolSize) },
        TenantReads,
        DatabaseLifecycle,
        PoolMetrics,
      ],
      exports: [DataSource, ACK_POOL, TenantReads, DatabaseLifecycle],
    };
  }
}
