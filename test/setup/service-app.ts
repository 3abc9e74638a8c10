import { SimulatorClock } from '../../simulators/common/clock.js';
import { type SimulatedOrg } from '../../simulators/webex/simulated-org.js';
import { type SimulatedPerson } from '../../simulators/webex/simulated-person.js';
import { type SimulatedRoom } from '../../simulators/webex/simulated-room.js';
import { type SimulatedServiceApp } from '../../simulators/webex/simulated-service-app.js';
import { startScene, type WebexScene } from '../../simulators/webex/webex-scene.js';
import { CuttingProxy } from './cutting-proxy.js';
import { spaceIdOf } from './posts.js';
import { eventually, startTestService, type TestService } from './service.js';
import { webexSecret } from './webex.js';

/** An organisation whose administrator may authorize a Service App. */
export interface Customer {
  readonly org: SimulatedOrg;
  readonly admin: SimulatedPerson;
  /** Who acts in the organisation for the app. */
  readonly account: SimulatedPerson;
  authorize(): Promise<void>;
  /** `told` says whether the webhook of it comes. */
  withdraw(told?: boolean): Promise<void>;
  /** A room of the organisation, and our id of it once the organisation's webhook has told of it. */
  room(title: string): Promise<{ readonly id: string; readonly room: SimulatedRoom }>;
}

export interface ConnectedServiceApp {
  readonly app: SimulatedServiceApp;
  readonly id: string;
  readonly webhookUrl: string;
  customer(name: string): Customer;
}

export interface ServiceAppStage extends WebexScene {
  readonly service: TestService;
  /** Between the service and Webex. */
  readonly proxy: CuttingProxy;
  /** Another Service App with a connection of its own, whose consents its developer's webhooks tell. */
  connect(): Promise<ConnectedServiceApp>;
}

const scopes = [
  'spark:messages_read',
  'spark:messages_write',
  'spark:rooms_read',
  'spark:memberships_read',
  'spark:people_read',
  // Lets one Service App fetch tokens in place of an integration.
  'spark:applications_token',
];

/** The service, and Service Apps on a Webex on loopback. */
export async function startServiceAppStage(
  databaseUrl: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServiceAppStage> {
  const scene = await startScene({ clock: new SimulatorClock() });
  const proxy = await CuttingProxy.start(scene.webex.url);
  const hosts = [scene.webex.url, proxy.url].map((url) => new URL(url).host);
  const service = await startTestService(databaseUrl, {
    LIAISON_OUTBOUND_ALLOW: hosts.join(','),
    ...environment,
  });
  await service.ready;
  /** Waits until that is what we say of the organisation's tokens. */
  const tokensOf = async (connectionId: string, org: SimulatedOrg, state: string): Promise<void> => {
    const query = `connectionId=${connectionId}&organizationId=${encodeURIComponent(org.id)}`;
    await eventually(
      () => service.get<{ items: { tokens: string }[] }>(`/v1/authorizations?${query}`),
      ({ items }) => items[0]?.tokens === state,
    );
  };
  let apps = 0;

  const connect = async (): Promise<ConnectedServiceApp> => {
    const app = scene.webex.registerServiceApp({ name: `Liaison ${++apps}`, scopes });
    const answer = await service.call<{ id: string; webhookUrl: string }>('POST', '/v1/connections', {
      body: {
        platform: 'webex',
        name: 'Service App',
        settings: { apiUrl: `${proxy.url}/v1`, kind: 'service-app', clientId: app.clientId, webhooks: [] },
        secrets: {
          clientSecret: app.clientSecret,
          accessToken: scene.token(scene.ann),
          webhookSecrets: [webexSecret],
        },
      },
    });
    if (answer.status !== 201) throw new Error(`no connection: ${answer.status} ${JSON.stringify(answer.body)}`);
    const { id, webhookUrl } = answer.body;
    const webhook = { targetUrl: webhookUrl, secret: webexSecret };
    for (const event of ['authorized', 'deauthorized']) {
      scene.webhook(scene.ann, { ...webhook, resource: 'serviceApp', event, filter: `id=${app.applicationId}` });
    }
    const customer = (name: string): Customer => {
      const org = scene.webex.addOrg(name);
      const email = `admin@${name.toLowerCase()}-${apps}.example`;
      const admin = scene.webex.addPerson({ displayName: `Admin of ${name}`, email, org, admin: true });
      return {
        org,
        admin,
        get account() {
          return app.machineAccount(org.id);
        },
        authorize: async () => {
          app.authorize(org.id, { by: admin });
          await tokensOf(id, org, 'held');
        },
        withdraw: async (told = true) => {
          scene.webex.faults = { drop: told ? 0 : 1 };
          app.deauthorize(org.id, { by: admin });
          await scene.webex.settled();
          scene.webex.faults = {};
          if (told) await tokensOf(id, org, 'erased');
        },
        room: async (title) => {
          const { accessToken } = scene.webex.serviceAppTokens(app, org.id);
          const registration = { name: title, resource: 'all', event: 'all', ...webhook };
          scene.webex.createWebhook(accessToken, registration);
          const room = scene.webex.createRoom({ title, creator: admin, members: [app.machineAccount(org.id)] });
          return { id: await spaceIdOf(service, room.id), room };
        },
      };
    };
    return { app, id, webhookUrl, customer };
  };
  return {
    ...scene,
    service,
    proxy,
    connect,
    end: async () => {
      await service.stop();
      await proxy.stop();
      await scene.end();
    },
  };
}
