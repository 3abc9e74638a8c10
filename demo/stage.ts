import { type SimulatedApp, type SimulatedWebhook } from '../simulators/watson-work/registered-app.js';
import { outboundEventTypes } from '../simulators/watson-work/event-bodies.js';
import { SimulatorClock } from '../simulators/common/clock.js';
import { WatsonWorkSimulator } from '../simulators/watson-work/watson-work-simulator.js';
import { openDatabase } from '../src/bootstrap/open-database.js';
import { startService, type RunningService } from '../src/bootstrap/start-service.js';
import { createLogger } from '../src/common/observability/logger.js';
import { type ConnectionDto } from '../src/connections/connection.dto.js';
import { type CleanUp } from './clean-up.js';
import { LiaisonClient } from './liaison-client.js';
import { type DemoSettings } from './settings.js';
import { storyLengthMs } from './storyteller.js';
import { type Terminal } from './terminal.js';

/** Everything that the story needs, running and connected. */
export interface Stage {
  readonly settings: DemoSettings;
  readonly service: RunningService;
  readonly api: LiaisonClient;
  readonly watson: WatsonWorkSimulator;
  readonly app: SimulatedApp;
  readonly webhook: SimulatedWebhook;
  readonly connection: ConnectionDto;
}

interface Surroundings {
  readonly terminal: Terminal;
  readonly cleanUp: CleanUp;
  readonly interrupt: AbortSignal;
}

/** Starts a database, the service and a platform, and connects the two by the same calls that an operator would make. */
export async function setStage(settings: DemoSettings, { terminal, cleanUp, interrupt }: Surroundings): Promise<Stage> {
  const { config, takenPort } = settings;
  terminal.heading('Liaison: a story of two teams and a deal');
  // Its log goes to standard error, so that the story stays readable.
  const logger = createLogger(config.logLevel, process.stderr);
  const database = await openDatabase(config, (line) => terminal.faint(line));
  cleanUp.add(() => database.stop());
  interrupt.throwIfAborted();

  if (takenPort !== undefined) terminal.text(`Port ${takenPort} is taken by another program; a free one is used.`);
  const service = await startService(config, database.url, logger);
  cleanUp.add(() => service.stop());
  await service.ready;
  interrupt.throwIfAborted();
  terminal.faint(`Liaison listens on ${service.url}.`);

  // A clock that only the story moves; it starts in the past, so that the story ends at about the present.
  const clock = new SimulatorClock({ startAt: Date.now() - storyLengthMs, speed: 0 });
  const watson = await WatsonWorkSimulator.start({ clock });
  cleanUp.add(() => watson.stop());
  terminal.faint(`A double of Watson Work runs on ${watson.url}; nothing leaves this machine's loopback.`);

  const api = new LiaisonClient(service.url, settings.key);
  const app = watson.registerApp({ name: 'Liaison' });
  const connection = await api.createConnection({
    platform: 'watson-work',
    name: 'Acme workspace',
    settings: { appId: app.appId, apiUrl: watson.url },
    secrets: { appSecret: app.appSecret },
  });
  terminal.faint(`POST /v1/connections made the connection "${connection.name}".`);
  const webhook = app.addWebhook({ url: connection.webhookUrl, events: outboundEventTypes });
  await api.changeConnection(connection.id, { secrets: { webhookSecrets: [webhook.secret] } });
  await webhook.enable();
  terminal.faint('The platform asked for proof that the webhook is ours, got it signed, and enabled it.');
  interrupt.throwIfAborted();
  return { settings, service, api, watson, app, webhook, connection };
}
