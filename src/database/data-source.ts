import { DataSource } from 'typeorm';
import { ApiKeyEntity } from '../auth/api-key.entity.js';
import { ConnectionEntity } from '../connections/connection.entity.js';
import { migrations } from './migrations/migrations.js';
import { deadlines, poolOptions } from './postgres-options.js';

/** The one description of our TypeORM data source; the schema comes from migrations alone, never from entities. */
export function createDataSource(
  url: string,
  poolSize: number,
  statementMs: number = deadlines.statementMs,
): DataSource {
  const { connectionString, application_name, max, ...extra } = poolOptions(url, {
    name: 'main',
    size: poolSize,
    statementMs,
  });
  return new DataSource({
    type: 'postgres',
    url: connectionString ?? url,
    applicationName: application_name ?? 'liaison',
    poolSize: max ?? poolSize,
    extra,
    entities: [ConnectionEntity, ApiKeyEntity],
    migrations,
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    logging: false,
  });
}
