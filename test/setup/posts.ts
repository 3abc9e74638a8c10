import { randomUUID } from 'node:crypto';
import { SimulatorClock } from '../../simulators/common/clock.js';
import { type SimulatedPerson as WatsonPerson } from '../../simulators/watson-work/actor.js';
import { outboundEventTypes } from '../../simulators/watson-work/event-bodies.js';
import { type SimulatedApp } from '../../simulators/watson-work/registered-app.js';
import { type SimulatedSpace } from '../../simulators/watson-work/simulated-space.js';
import { WatsonWorkSimulator } from '../../simulators/watson-work/watson-work-simulator.js';
import { type SimulatedPerson as WebexPerson } from '../../simulators/webex/simulated-person.js';
import { type SimulatedRoom } from '../../simulators/webex/simulated-room.js';
import { WebexSimulator } from '../../simulators/webex/webex-simulator.js';
import { CuttingProxy } from './cutting-proxy.js';
import { eventually, startTestService, type Answer, type TestService } from './service.js';
import { webexSecret } from './webex.js';

export interface ShownAttempt {
  readonly number: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly outcome: string | null;
  readonly reason: string | null;
}

export interface ShownPost {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly platformMessage: string | null;
  readonly as: unknown;
  readonly grantId: string | null;
  readonly organizationId: string | null;
  readonly externalId: string | null;
  readonly messageId: string | null;
  readonly attempts: readonly ShownAttempt[];
  readonly requestedBy: string;
  readonly sentAt: string | null;
}

/** Asks for a post under a key of its own, unless one is given. */
export function post(
  service: TestService,
  body: object,
  options: { readonly key?: string; readonly credential?: string } = {},
): Promise<Answer<ShownPost>> {
  const { key = randomUUID(), credential } = options;
  return service.call<ShownPost>('POST', '/v1/posts', {
    body,
    headers: { 'idempotency-key': key },
    ...(credential === undefined ? {} : { credential }),
  });
}

export function postOf(service: TestService, id: string): Promise<ShownPost> {
  return service.get<ShownPost>(`/v1/posts/${id}`);
}

/** Lets somebody ask for another try of the post, as the admin unless another credential is given. */
export async function retry(
  service: TestService,
  postId: string,
  credential?: string,
): Promise<Answer<{ readonly state: string }>> {
  const { items } = await service.get<{ items: { id: string; key: string }[] }>('/v1/jobs?limit=200');
  const job = items.find(({ key }) => key === postId);
  if (job === undefined) throw new Error('the post has no job');
  return service.call('POST', `/v1/jobs/${job.id}/retry`, credential === undefined ? {} : { credential });
}

/** Waits until the post is in one of these states. */
export function settled(
  service: TestService,
  id: string,
  states: readonly string[] = ['sent', 'failed'],
  timeoutMs = 30_000,
): Promise<ShownPost> {
  return eventually(
    () => postOf(service, id),
    ({ state }) => states.includes(state),
    timeoutMs,
  );
}

/** Lets a user consent in a browser that agrees to everything, and answers the grant's id. */
export async function consent(service: TestService, connectionId: string): Promise<string> {
  const started = await service.call<{ id: string; authorizeUrl: string }>('POST', '/v1/grants', {
    body: { connectionId },
  });
  if (started.status !== 201) throw new Error(`no grant: ${started.status} ${JSON.stringify(started.body)}`);
  return finishConsent(service, started.body);
}

/** The same for a grant that has lost its tokens. */
export async function consentAgain(service: TestService, connectionId: string, grantId: string): Promise<string> {
  const started = await service.call<{ id: string; authorizeUrl: string }>('POST', '/v1/grants', {
    body: { connectionId, reconnect: grantId },
  });
  if (started.status !== 201) throw new Error(`no grant: ${started.status} ${JSON.stringify(started.body)}`);
  return finishConsent(service, started.body);
}

async function finishConsent(
  service: TestService,
  { id, authorizeUrl }: { readonly id: string; readonly authorizeUrl: string },
): Promise<string> {
  const agreed = await fetch(authorizeUrl, { redirect: 'manual' });
  const back = agreed.headers.get('location');
  if (back === null) throw new Error(`nobody came back: ${agreed.status} ${await agreed.text()}`);
  await fetch(back, { redirect: 'manual' });
  const grant = await service.get<{ state: string; reason: string | null }>(`/v1/grants/${id}`);
  if (grant.state !== 'active') throw new Error(`the grant is ${grant.state}: ${String(grant.reason)}`);
  return id;
}

/** Our id of a space at the platform, once a call has told of it. */
export function spaceIdOf(service: TestService, externalId: string): Promise<string> {
  return eventually(
    () => service.get<{ items: { id: string }[] }>(`/v1/spaces?externalId=${encodeURIComponent(externalId)}`),
    ({ items }) => items.length > 0,
  ).then(({ items }) => items[0]?.id ?? '');
}

export interface PostStage {
  readonly service: TestService;
  readonly proxy: CuttingProxy;
  readonly connection: { readonly id: string; readonly webhookUrl: string };
  end(): Promise<void>;
}

export interface WatsonPostStage extends PostStage {
  readonly watson: WatsonWorkSimulator;
  readonly app: SimulatedApp;
  readonly ann: WatsonPerson;
  readonly bob: WatsonPerson;
  /** A space of Ann, Bob and the app that the service knows. */
  space(title?: string): Promise<{ readonly id: string; readonly space: SimulatedSpace }>;
}

const watsonSecret = 'testwsecret';

/** The service and a Watson Work on loopback, with a proxy between them that can lose answers. */
export async function startWatsonPosts(
  databaseUrl: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<WatsonPostStage> {
  const watson = await WatsonWorkSimulator.start({ clock: new SimulatorClock() });
  const proxy = await CuttingProxy.start(watson.url);
  const service = await startTestService(databaseUrl, {
    LIAISON_OUTBOUND_ALLOW: `${new URL(proxy.url).host},${new URL(watson.url).host}`,
    ...environment,
  });
  await service.ready;
  const app = watson.registerApp({ name: 'Liaison', redirectUris: [`${service.url}/oauth/callback`] });
  const connection = await connect(service, {
    platform: 'watson-work',
    name: 'Watson Work',
    settings: { appId: app.appId, apiUrl: proxy.url },
    secrets: { appSecret: app.appSecret, webhookSecrets: [watsonSecret] },
  });
  const webhook = app.addWebhook({ url: connection.webhookUrl, events: outboundEventTypes, secret: watsonSecret });
  await webhook.enable();
  const ann = watson.addPerson({ displayName: 'Ann', email: 'ann@example.com' });
  const bob = watson.addPerson({ displayName: 'Bob', email: 'bob@example.com' });
  watson.consentAs(ann);
  return {
    watson,
    app,
    proxy,
    service,
    connection,
    ann,
    bob,
    space: async (title = 'Acme renewal') => {
      const space = watson.createSpace({ title, members: [ann, bob], apps: [app] });
      space.update({ description: 'A deal' });
      return { id: await spaceIdOf(service, space.id), space };
    },
    end: async () => {
      await service.stop();
      await proxy.stop();
      await watson.stop();
    },
  };
}

export interface WebexPostStage extends PostStage {
  readonly webex: WebexSimulator;
  /** The integration acts with Ann's token. */
  readonly ann: WebexPerson;
  readonly bob: WebexPerson;
  readonly bot: WebexPerson;
  /** A room of Ann, Bob and the bot that the service knows. */
  room(title?: string): Promise<{ readonly id: string; readonly room: SimulatedRoom }>;
}

/** The same with Webex, connected as Ann's integration, or as a bot. */
export async function startWebexPosts(
  databaseUrl: string,
  kind: 'integration' | 'bot' = 'integration',
): Promise<WebexPostStage> {
  const webex = await WebexSimulator.start({ clock: new SimulatorClock() });
  const proxy = await CuttingProxy.start(webex.url);
  const service = await startTestService(databaseUrl, {
    LIAISON_OUTBOUND_ALLOW: `${new URL(proxy.url).host},${new URL(webex.url).host}`,
  });
  await service.ready;
  const ann = webex.addPerson({ displayName: 'Ann', email: 'ann@example.com' });
  const bob = webex.addPerson({ displayName: 'Bob', email: 'bob@example.com' });
  const bot = webex.addBot({ displayName: 'Helper', email: 'helper@webex.bot' });
  const integration = webex.registerIntegration({
    name: 'Liaison',
    redirectUris: [`${service.url}/oauth/callback`],
    scopes: [
      'spark:all',
      'spark:messages_read',
      'spark:messages_write',
      'spark:rooms_read',
      'spark:memberships_read',
      'spark:people_read',
    ],
  });
  const accessToken = kind === 'bot' ? webex.botToken(bot) : webex.integrationTokens(integration, ann).accessToken;
  const connection = await connect(service, {
    platform: 'webex',
    name: 'Webex',
    settings: { apiUrl: `${proxy.url}/v1`, kind, webhooks: [], clientId: integration.clientId },
    secrets: { accessToken, clientSecret: integration.clientSecret, webhookSecrets: [webexSecret] },
  });
  webex.createWebhook(accessToken, {
    name: 'all',
    resource: 'all',
    event: 'all',
    targetUrl: connection.webhookUrl,
    secret: webexSecret,
  });
  webex.consentAs(bob);
  return {
    webex,
    proxy,
    service,
    connection,
    ann,
    bob,
    bot,
    room: async (title = 'Acme renewal') => {
      const room = webex.createRoom({ title, creator: ann, members: [bob, bot] });
      return { id: await spaceIdOf(service, room.id), room };
    },
    end: async () => {
      await service.stop();
      await proxy.stop();
      await webex.stop();
    },
  };
}

async function connect(service: TestService, body: object): Promise<{ id: string; webhookUrl: string }> {
  const answer = await service.call<{ id: string; webhookUrl: string }>('POST', '/v1/connections', { body });
  if (answer.status !== 201) throw new Error(`connection refused: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
