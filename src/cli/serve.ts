import { openDatabase, type OpenDatabase } from '../bootstrap/open-database.js';
import { startService, type RunningService } from '../bootstrap/start-service.js';
import { readConfig } from '../common/config/config.js';
import { createLogger } from '../common/observability/logger.js';

/**
 * Runs the service until SIGTERM or SIGINT, at whatever moment of its life they come; a second signal ends it at once.
 * The exit code is 0 after an orderly end and 1 when the service cannot run.
 */
export async function serve(): Promise<void> {
  const stopped = firstSignal();
  const config = readConfig();
  const logger = createLogger(config.logLevel);
  let database: OpenDatabase | undefined;
  let service: RunningService | undefined;
  let exitCode = 0;
  try {
    database = await openDatabase(config, (line) => logger.info({ part: 'embedded database' }, line));
    service = await startService(config, database.url, logger);
    // A failure to become ready is told here; afterwards only a signal ends the wait.
    const ready = service.ready.then(() => undefined);
    const early = await Promise.race([ready, stopped]);
    if (early === undefined) {
      logger.info({ url: service.url, database: database.kind }, 'ready');
    }
    logger.info({ signal: await stopped }, 'stopping');
  } catch (error) {
    logger.fatal({ err: error }, 'the service cannot run');
    exitCode = 1;
  }
  try {
    await service?.stop();
    await database?.stop();
  } catch (error) {
    logger.error({ err: error }, 'the service could not stop cleanly');
    exitCode = 1;
  }
  process.exit(exitCode);
}

/** Resolves with the first signal that asks us to end; the second one does not ask. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(1);
      asked = true;
      resolve(signal);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
