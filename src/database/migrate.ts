import { advisoryLocks } from './advisory-locks.js';
import { createDataSource } from './data-source.js';

/**
 * Runs the migrations that are missing; answers how many. Processes that start together wait for the one that does the
 * work. Neither the wait nor a migration has a deadline, so this uses connections of its own.
 */
export async function migrate(url: string): Promise<number> {
  const dataSource = await createDataSource(url, { poolSize: 2, statementMs: 0 }).initialize();
  try {
    const lock = dataSource.createQueryRunner();
    try {
      await lock.query(`select pg_advisory_lock(${advisoryLocks.migrations})`);
      return (await dataSource.runMigrations()).length;
    } finally {
      // Closing the session would release it too; this returns the connection clean.
      await lock.query(`select pg_advisory_unlock(${advisoryLocks.migrations})`).catch(() => undefined);
      await lock.release();
    }
  } finally {
    await dataSource.destroy();
  }
}
