import { outboundEventTypes } from '../../simulators/watson-work/event-bodies.js';
import { type SimulatedApp, type SimulatedWebhook } from '../../simulators/watson-work/registered-app.js';
import { type WatsonWorkSimulator } from '../../simulators/watson-work/watson-work-simulator.js';
import { type ConnectionDto } from '../../src/connections/connection.dto.js';
import { type LiaisonClient } from '../liaison-client.js';
import { type Terminal } from '../terminal.js';

/** Watson Work and the service, connected. */
export interface WatsonWorkStage {
  readonly api: LiaisonClient;
  readonly watson: WatsonWorkSimulator;
  readonly app: SimulatedApp;
  readonly webhook: SimulatedWebhook;
  readonly connection: ConnectionDto;
}

/** Connects the two by the same calls that an operator would make. */
export async function connectWatsonWork(
  watson: WatsonWorkSimulator,
  api: LiaisonClient,
  terminal: Terminal,
): Promise<WatsonWorkStage> {
  const app = watson.registerApp({ name: 'Liaison', redirectUris: [`${api.baseUrl}/oauth/callback`] });
  const connection = await api.createConnection({
    platform: 'watson-work',
    name: 'Acme workspace',
    settings: { appId: app.appId, apiUrl: watson.url },
    secrets: { appSecret: app.appSecret },
  });
  const webhook = app.addWebhook({ url: connection.webhookUrl, events: outboundEventTypes });
  await api.changeConnection(connection.id, { secrets: { webhookSecrets: [webhook.secret] } });
  await webhook.enable();
  terminal.faint('Watson Work asked for proof that the webhook is ours, got it signed, and enabled it.');
  return { api, watson, app, webhook, connection };
}
