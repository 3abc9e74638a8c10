import { openDatabase } from '../src/bootstrap/open-database.js';
import { startService, type RunningService } from '../src/bootstrap/start-service.js';
import { createLogger } from '../src/common/observability/logger.js';
import { type CleanUp } from './clean-up.js';
import { type Doubles } from './doubles.js';
import { LiaisonClient } from './liaison-client.js';
import { type DemoSettings } from './settings.js';
import { connectSkypeForBusiness, type SkypeForBusinessStage } from './skype-for-business/connect.js';
import { type Terminal } from './terminal.js';
import { connectWatsonWork, type WatsonWorkStage } from './watson-work/connect.js';
import { connectWebex, type WebexStage } from './webex/connect.js';

/** Everything that the story needs, running and connected. */
export interface Stage {
  readonly settings: DemoSettings;
  readonly service: RunningService;
  readonly api: LiaisonClient;
  readonly doubles: Doubles;
  readonly watsonWork: WatsonWorkStage;
  readonly webex: WebexStage;
  readonly skypeForBusiness: SkypeForBusinessStage;
}

interface Surroundings {
  readonly terminal: Terminal;
  readonly cleanUp: CleanUp;
  readonly interrupt: AbortSignal;
}

/** Starts a database and the service, and connects every platform by the same calls that an operator would make. */
export async function setStage(
  settings: DemoSettings,
  doubles: Doubles,
  { terminal, cleanUp, interrupt }: Surroundings,
): Promise<Stage> {
  const { config, takenPort } = settings;
  terminal.heading('Liaison: a story of two teams and a deal, on three platforms');
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
  terminal.faint(
    "Doubles of Watson Work, Webex, Skype for Business and Microsoft's identity platform run beside it; nothing leaves this machine's loopback.",
  );

  const api = new LiaisonClient(service.url, settings.key);
  const webex = await connectWebex(doubles.webex, api);
  const skypeForBusiness = await connectSkypeForBusiness(doubles, api);
  const watsonWork = await connectWatsonWork(doubles.watson, api, terminal);
  const connections = [watsonWork.connection, webex.connection, webex.consents, skypeForBusiness.connection];
  const names = connections.map(({ name }) => `"${name}"`);
  terminal.faint(`POST /v1/connections made the connections ${names.join(', ')}.`);
  interrupt.throwIfAborted();
  return { settings, service, api, doubles, watsonWork, webex, skypeForBusiness };
}
