import { openDatabase } from '../bootstrap/open-database.js';
import { startService } from '../bootstrap/start-service.js';
import { readConfig } from '../common/config/config.js';
import { createLogger } from '../common/observability/logger.js';

/** Runs the service until SIGTERM or SIGINT; a second signal ends it at once. */
export async function serve(): Promise<void> {
  const config = readConfig();
  const logger = createLogger(config.logLevel);
  const database = await openDatabase(config, (line) => logger.info({ part: 'embedded database' }, line));
  const service = await startService(config, database.url, logger);
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, 'stopping');
    service
      .stop()
      .then(() => database.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          logger.error({ err: error }, 'the service could not stop cleanly');
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  try {
    await service.ready;
    logger.info({ url: service.url, database: database.kind }, 'ready');
  } catch (error) {
    logger.fatal({ err: error }, 'the service cannot run');
    await service.stop().catch(() => undefined);
    await database.stop();
    process.exitCode = 1;
    process.exit();
  }
}
