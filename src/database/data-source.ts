import { DataSource } from 'typeorm';
import { migrations } from './migrations/migrations.js';
import { deadlines, poolOptions } from './postgres-options.js';

export interface DataSourceChoices {
  readonly poolSize: number;
  /** The deadline of statements; 0 lifts it, for migrations and other long work that an operator asked for. */
  readonly statementMs?: number;
  /** Entity classes; only those who use repositories need them. */
  readonly entities?: (new () => object)[];
}

/** The one description of our TypeORM data source; the schema comes from migrations alone, never from entities. */
export function createDataSource(url: string, choices: DataSourceChoices): DataSource {
  const { connectionString, application_name, max, ...extra } = poolOptions(url, {
    name: 'main',
    size: choices.poolSize,
    statementMs: choices.statementMs ?? deadlines.statementMs,
  });
  return new DataSource({
    type: 'postgres',
    url: connectionString ?? url,
    applicationName: application_name ?? 'liaison',
    poolSize: max ?? choices.poolSize,
    extra,
    entities: choices.entities ?? [],
    migrations,
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    logging: false,
  });
}
