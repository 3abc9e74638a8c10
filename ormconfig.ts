import { readConfig } from './src/common/config/config.js';
import { createDataSource } from './src/database/data-source.js';

const { databaseUrl } = readConfig();

/** The data source of TypeORM's own command line: `npm run migration:show`, `migration:run`, `migration:revert`. */
export default createDataSource(databaseUrl ?? 'postgres://127.0.0.1:5432/liaison', { poolSize: 2 });
