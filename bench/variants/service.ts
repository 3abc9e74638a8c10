import { startService, type RunningService } from '../../src/bootstrap/start-service.js';
import { readConfig, type Role } from '../../src/common/config/config.js';
import { createLogger } from '../../src/common/observability/logger.js';
import { Metrics } from '../../src/common/observability/metrics.js';
import { DeliveryLog } from '../../src/deliveries/delivery-log.js';
import { readerKey } from '../reading/reader-key.js';
import { type RunningVariant, type VariantSettings } from './variant.js';

/** S: this service as it is shipped, in the role that only receives. */
export function startReceiving(settings: VariantSettings): Promise<RunningVariant> {
  return start('api', settings);
}

/** E: this service as it is shipped, receiving and translating in one process. */
export function startEverything(settings: VariantSettings): Promise<RunningVariant> {
  return start('all', settings);
}

/** R: this service as it is shipped, in the role that answers questions. */
export async function startReading(settings: VariantSettings): Promise<RunningVariant> {
  return (await startShipped('api', settings, { LIAISON_BOOTSTRAP_KEY: readerKey })).running;
}

/** C: this service as it is shipped, receiving, translating and telling CRMs in one process. */
export async function startWithCrms(settings: VariantSettings): Promise<RunningVariant> {
  const environment = { LIAISON_BOOTSTRAP_KEY: readerKey, LIAISON_OUTBOUND_ALLOW: settings.outboundAllow ?? '' };
  return (await startShipped('all', settings, environment)).running;
}

/**
 * L: the same application, started the same way, with one change: storing resolves at once. That leaves out everything
 * from the row's id and fingerprint to the group commit, so L flatters itself and S / L is rather too low than too high.
 */
export async function startWithoutStoring(settings: VariantSettings): Promise<RunningVariant> {
  const { service, running } = await startShipped('api', settings);
  service.app.get(DeliveryLog).append = () => Promise.resolve();
  return running;
}

async function start(role: Role, settings: VariantSettings): Promise<RunningVariant> {
  return (await startShipped(role, settings)).running;
}

async function startShipped(
  role: Role,
  settings: VariantSettings,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly service: RunningService; readonly running: RunningVariant }> {
  const config = readConfig({
    PORT: '0',
    LIAISON_ROLE: role,
    LIAISON_LOG_LEVEL: 'warn',
    LIAISON_DATA_DIR: settings.directory,
    LIAISON_CONNECTIONS_FILE: settings.connectionsFile,
    // Counted as for every caller, but no benchmark comes near it.
    LIAISON_REQUESTS_PER_MINUTE: '1000000',
    ...environment,
  });
  const service = await startService(config, settings.databaseUrl, createLogger(config.logLevel));
  await service.ready;
  const { batchSize } = service.app.get(Metrics);
  const running = {
    port: Number(new URL(service.url).port),
    async batches() {
      const { values } = await batchSize.get();
      const of = (suffix: string): number => values.find(({ metricName }) => metricName?.endsWith(suffix))?.value ?? 0;
      return { count: of('_count'), rows: of('_sum') };
    },
    stop: () => service.stop(),
  };
  return { service, running };
}
