import { type Config } from '../common/config/config.js';
import { superviseEmbeddedPostgres } from '../database/embedded/supervised-postgres.js';

/** A database to work with, and how to let go of it. */
export interface OpenDatabase {
  readonly url: string;
  readonly kind: 'external' | 'embedded';
  readonly stop: () => Promise<void>;
}

/**
 * The database of DATABASE_URL, or the embedded one in the data directory: started by us, or joined where another
 * process of ours runs it. `readConfig` has made sure that production never gets here without choosing.
 */
export async function openDatabase(config: Config, report: (line: string) => void): Promise<OpenDatabase> {
  if (config.databaseUrl !== undefined) {
    return { url: config.databaseUrl, kind: 'external', stop: () => Promise.resolve() };
  }
  const embedded = await superviseEmbeddedPostgres({
    dataDir: config.dataDir,
    report,
    ...(config.postgresBinDir === undefined ? {} : { binDir: config.postgresBinDir }),
  });
  return { url: embedded.url, kind: 'embedded', stop: () => embedded.stop() };
}
