import { setTimeout as delay } from 'node:timers/promises';
import { type SimulatedServiceApp } from '../../simulators/webex/simulated-service-app.js';
import { type WebexSimulator } from '../../simulators/webex/webex-simulator.js';
import { randomSecret } from '../../src/common/security/random.js';
import { type ConnectionDto } from '../../src/connections/connection.dto.js';
import { type RegistrationDto } from '../../src/registrations/registration.dto.js';
import { type LiaisonClient } from '../liaison-client.js';
import { makeWebexCast, type WebexCast } from './cast.js';

/** Webex and the service, connected. */
export interface WebexStage {
  readonly api: LiaisonClient;
  readonly webex: WebexSimulator;
  readonly cast: WebexCast;
  /** Hears and reads what one member of the room may. */
  readonly connection: ConnectionDto;
  readonly serviceApp: SimulatedServiceApp;
  /** Hears which organisations authorize the Service App. */
  readonly consents: ConnectionDto;
}

const patienceMs = 20_000;
const pollMs = 50;

/** Connects an integration that a member of the room has agreed to, and a Service App. Webhooks are left to the service. */
export async function connectWebex(webex: WebexSimulator, api: LiaisonClient): Promise<WebexStage> {
  const cast = makeWebexCast(webex);
  const apiUrl = `${webex.url}/v1`;
  const integration = webex.registerIntegration({ name: 'Liaison' });
  const connection = await api.createConnection({
    platform: 'webex',
    name: "Acme's room",
    settings: { apiUrl, kind: 'integration' },
    secrets: {
      accessToken: webex.integrationTokens(integration, cast.sofia).accessToken,
      webhookSecrets: [randomSecret()],
    },
  });

  const serviceApp = webex.registerServiceApp({
    name: 'Liaison for companies',
    scopes: ['spark:messages_read', 'spark:rooms_read'],
  });
  const keeper = webex.registerIntegration({
    name: 'Liaison for developers',
    scopes: ['spark:applications_token', 'application:webhooks_read', 'application:webhooks_write'],
  });
  const consents = await api.createConnection({
    platform: 'webex',
    name: 'Companies on Webex',
    settings: { apiUrl, kind: 'service-app', clientId: serviceApp.clientId },
    secrets: {
      clientSecret: serviceApp.clientSecret,
      accessToken: webex.integrationTokens(keeper, webex.developer).accessToken,
      webhookSecrets: [randomSecret()],
    },
  });
  return { api, webex, cast, connection, serviceApp, consents };
}

/** Waits until the service has registered all the webhooks that it wants; throws when that takes too long. */
export async function registered(
  api: LiaisonClient,
  connection: ConnectionDto,
  interrupt: AbortSignal,
): Promise<readonly RegistrationDto[]> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const registrations = await api.registrations(connection.id);
    if (registrations.length > 0 && registrations.every(({ status }) => status === 'active')) return registrations;
    if (Date.now() > deadline) throw new Error(`The webhooks of "${connection.name}" were not registered in time.`);
    await delay(pollMs, undefined, { signal: interrupt });
  }
}
