import { SimulatorClock } from '../../simulators/common/clock.js';
import { MicrosoftIdentitySimulator } from '../../simulators/common/microsoft-identity/microsoft-identity-simulator.js';
import { SkypeForBusinessSimulator } from '../../simulators/skype-for-business/skype-for-business-simulator.js';
import { type SimulatedConversation } from '../../simulators/skype-for-business/simulated-conversation.js';
import { outboundEventTypes } from '../../simulators/watson-work/event-bodies.js';
import { type SimulatedSpace } from '../../simulators/watson-work/simulated-space.js';
import { WatsonWorkSimulator } from '../../simulators/watson-work/watson-work-simulator.js';
import { type SimulatedRoom } from '../../simulators/webex/simulated-room.js';
import { WebexSimulator } from '../../simulators/webex/webex-simulator.js';
import { spaceIdOf } from './posts.js';
import { eventually, startTestService, type TestService } from './service.js';
import { skypeAudience, skypeEndpoint } from './skype-for-business.js';
import { webhookSecret } from './watson.js';
import { webexSecret } from './webex.js';

/** Somebody who is on all platforms. */
const person = { displayName: 'Erika Employee', email: 'erika@example.test' };

/** A space as the service knows it, and how Erika speaks in it. */
export interface DealRoom<Made> {
  readonly spaceId: string;
  readonly made: Made;
  say(text: string): void;
}

/** The service and all three platforms on loopback, connected; on each, Erika has spaces. */
export interface DealRooms {
  readonly service: TestService;
  readonly watson: WatsonWorkSimulator;
  readonly watsonConnectionId: string;
  readonly erika: ReturnType<WatsonWorkSimulator['addPerson']>;
  watsonRoom(title: string): Promise<DealRoom<SimulatedSpace>>;
  webexRoom(title: string): Promise<DealRoom<SimulatedRoom>>;
  skypeRoom(title: string): Promise<DealRoom<SimulatedConversation>>;
  make<Body>(path: string, body: object): Promise<Body>;
  end(): Promise<void>;
}

/** `hosts` are what the service may call besides the platforms. */
export async function startDealRooms(
  databaseUrl: string,
  hosts: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<DealRooms> {
  const clock = new SimulatorClock();
  const watson = await WatsonWorkSimulator.start({ clock });
  const webex = await WebexSimulator.start({ clock });
  const identity = await MicrosoftIdentitySimulator.start({ clock });
  const skype = await SkypeForBusinessSimulator.start({ identity, clock });
  const called = [watson.url, webex.url, identity.url, skype.url, skype.poolUrl].map((url) => new URL(url).host);
  const service = await startTestService(databaseUrl, {
    LIAISON_OUTBOUND_ALLOW: [...called, ...hosts].join(','),
    ...environment,
  });
  await service.ready;

  async function make<Body>(path: string, body: object): Promise<Body> {
    const answer = await service.call<Body>('POST', path, { body });
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const connect = (platform: string, settings: object, secrets: object): Promise<{ id: string; webhookUrl: string }> =>
    make('/v1/connections', { platform, name: platform, settings, secrets });

  const app = watson.registerApp({ name: 'Liaison', redirectUris: [`${service.url}/oauth/callback`] });
  const erika = watson.addPerson(person);
  const ofWatson = await connect(
    'watson-work',
    { appId: app.appId, apiUrl: watson.url },
    { appSecret: app.appSecret, webhookSecrets: [webhookSecret] },
  );
  await app.addWebhook({ url: ofWatson.webhookUrl, events: outboundEventTypes, secret: webhookSecret }).enable();

  const erikaOnWebex = webex.addPerson(person);
  const integration = webex.registerIntegration({
    name: 'Liaison',
    redirectUris: [`${service.url}/oauth/callback`],
    scopes: ['spark:all'],
  });
  const { accessToken } = webex.integrationTokens(integration, erikaOnWebex);
  const ofWebex = await connect(
    'webex',
    { apiUrl: `${webex.url}/v1`, kind: 'integration', webhooks: [] },
    { accessToken, webhookSecrets: [webexSecret] },
  );
  const all = { name: 'all', resource: 'all', event: 'all' } as const;
  webex.createWebhook(accessToken, { ...all, targetUrl: ofWebex.webhookUrl, secret: webexSecret });

  const tenant = identity.registerTenant({ domains: ['tenant-a.example'] });
  const client = identity.registerApplication({ appIdUris: [skypeAudience], tenants: [tenant] });
  const ofSkype = await connect(
    'skype-for-business',
    {
      apiUrl: skype.url,
      authorityUrl: identity.url,
      audience: skypeAudience,
      tenants: [tenant.tenantId],
      clientId: client.clientId,
      allowedHosts: [new URL(skype.poolUrl).host],
    },
    { clientSecret: client.secret },
  );
  const application = skype.registerApplication({ application: client, callbackUrl: ofSkype.webhookUrl });
  const endpoint = application.addEndpoint(skypeEndpoint, tenant);
  const erikaOnSkype = skype.person('sip:erika@tenant-a.example', { name: person.displayName });

  return {
    service,
    watson,
    watsonConnectionId: ofWatson.id,
    erika,
    make,
    watsonRoom: async (title) => {
      const made = watson.createSpace({ title, members: [erika], apps: [app] });
      made.update({ description: title });
      return { made, spaceId: await spaceIdOf(service, made.id), say: (text) => void made.post(erika, text) };
    },
    webexRoom: async (title) => {
      const made = webex.createRoom({ title, creator: erikaOnWebex, members: [] });
      return { made, spaceId: await spaceIdOf(service, made.id), say: (text) => void made.post(erikaOnWebex, text) };
    },
    skypeRoom: async (title) => {
      const { conversation, invitation } = skype.incomingChat({ from: erikaOnSkype, to: endpoint, subject: title });
      invitation.accept();
      const { items } = await eventually(
        () => service.get<{ items: { subject: string | null; spaceId: string }[] }>('/v1/conversations'),
        (page) => page.items.some(({ subject }) => subject === title),
      );
      const spaceId = items.find(({ subject }) => subject === title)?.spaceId ?? '';
      return { made: conversation, spaceId, say: (text) => conversation.say(erikaOnSkype, text) };
    },
    end: async () => {
      await service.stop();
      await Promise.all([watson.stop(), webex.stop(), skype.stop()]);
      await identity.stop();
    },
  };
}
