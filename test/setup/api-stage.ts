import { randomUUID } from 'node:crypto';
import { SimulatorClock } from '../../simulators/common/clock.js';
import { EndpointDouble } from '../../simulators/crm/generic/endpoint-double.js';
import { MicrosoftIdentitySimulator } from '../../simulators/common/microsoft-identity/microsoft-identity-simulator.js';
import { SkypeForBusinessSimulator } from '../../simulators/skype-for-business/skype-for-business-simulator.js';
import { outboundEventTypes } from '../../simulators/watson-work/event-bodies.js';
import { WatsonWorkSimulator } from '../../simulators/watson-work/watson-work-simulator.js';
import { startScene } from '../../simulators/webex/webex-scene.js';
import { type Page } from '../../src/common/http/page.js';
import { type Fact } from '../../src/events/event.js';
import { tell } from './facts.js';
import { consent, post, settled, spaceIdOf } from './posts.js';
import { eventually, startTestService, type TestService } from './service.js';
import { skypeAudience, skypeEndpoint } from './skype-for-business.js';
import { connectWatson, deliver, webhookSecret } from './watson.js';
import { webexSecret } from './webex.js';

/** A service on which there is some of everything that its API tells of, with the platforms behind it. */
export interface ApiStage {
  readonly service: TestService;
  /** Addresses of this run, and what stands for them in recorded answers. */
  readonly hosts: ReadonlyMap<string, string>;
  /** One id of each kind of thing, by the step of a path before it: `spaces` in `/v1/spaces/{id}`. */
  readonly ids: Readonly<Record<string, string>>;
  readonly skypeConnectionId: string;
  /** A connection for whoever changes or removes it. */
  spareConnection(): Promise<string>;
  /** Where a CRM is. */
  readonly crmUrl: string;
  /** A connected CRM for whoever changes or removes it. */
  spareCrm(): Promise<string>;
  /** A link for whoever undoes it. */
  spareCrmLink(): Promise<string>;
  /** A rule for whoever removes it. */
  spareLinkRule(): Promise<string>;
  /** A key for whoever rotates or revokes it. */
  spareKey(): Promise<string>;
  /** A named cursor for whoever removes it. */
  spareCursor(): Promise<string>;
  /** A grant for whoever ends it. */
  spareGrant(): Promise<string>;
  /** A conversation to which the app was invited and has said nothing yet. */
  invitation(): Promise<string>;
  /** A conversation in which the app can say something. */
  conversation(): Promise<string>;
  end(): Promise<void>;
}

interface Made {
  readonly id: string;
}
interface MadeConnection extends Made {
  readonly webhookUrl: string;
}

/** Starts the service and three platforms, and waits until everything that they tell has arrived. */
export async function startApiStage(databaseUrl: string): Promise<ApiStage> {
  const clock = new SimulatorClock();
  const watson = await WatsonWorkSimulator.start({ clock });
  const identity = await MicrosoftIdentitySimulator.start({ clock });
  const skype = await SkypeForBusinessSimulator.start({ identity, clock, format: { acceptLink: true } });
  const webex = await startScene({ clock: new SimulatorClock() });
  const crm = await EndpointDouble.start(crmSecret);
  const platformUrls = [watson.url, identity.url, skype.url, skype.poolUrl, webex.webex.url, crm.url];
  const service = await startTestService(databaseUrl, {
    LIAISON_OUTBOUND_ALLOW: platformUrls.map((url) => new URL(url).host).join(','),
  });
  await service.ready;
  const make = async <Body extends Made>(path: string, body: object): Promise<Body> => {
    const answer = await service.call<Body>('POST', path, { body });
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const connect = (body: object): Promise<MadeConnection> => make<MadeConnection>('/v1/connections', body);
  const firstOf = async (path: string): Promise<string> =>
    (
      await eventually(
        () => service.get<Page<Made>>(path),
        ({ items }) => items.length > 0,
      )
    ).items[0]?.id ?? '';

  const acme = await talkOnWatsonWork(watson, service, connect);
  const skypeConnection = await connectSkype(identity, skype, connect);
  const mira = skype.person('sip:mira@tenant-a.example', { name: 'Mira Okafor' });
  const invitation = async (): Promise<string> => {
    const path = `/v1/conversations?connectionId=${skypeConnection.id}`;
    const known = new Set((await service.get<Page<Made>>(path)).items.map(({ id }) => id));
    skype.incomingChat({ from: mira, to: skypeConnection.endpoint, subject: 'Printer' });
    const isNew = ({ id }: Made): boolean => !known.has(id);
    const { items } = await eventually(
      () => service.get<Page<Made>>(path),
      (page) => page.items.some(isNew),
    );
    return items.find(isNew)?.id ?? '';
  };
  const webexIds = await connectWebex(webex, service, connect);
  const unreachable = await connect({
    platform: 'skype-for-business',
    name: 'Not there',
    settings: {
      apiUrl: 'http://127.0.0.1:1',
      authorityUrl: identity.url,
      audience: 'https://nobody.example',
      tenants: [randomUUID()],
      clientId: randomUUID(),
    },
    secrets: { clientSecret: 'secret' },
  });
  const connectCrm = async (name: string): Promise<string> =>
    (
      await make('/v1/crm/connections', {
        platform: 'generic',
        name,
        settings: { url: `${crm.url}/liaison` },
        secrets: { signingSecrets: crmSecret },
      })
    ).id;
  const crmId = await connectCrm('Deals');
  const linkCrm = async (externalId: string): Promise<string> =>
    (
      await make('/v1/crm/links', {
        connectionId: crmId,
        spaceId: acme.spaces,
        record: { kind: 'opportunity', externalId },
      })
    ).id;
  const ruleFor = async (name: string): Promise<string> =>
    (
      await make('/v1/crm/link-rules', {
        connectionId: crmId,
        name,
        recordKind: 'opportunity',
        signals: { title: { pattern: '^Deal: (.+)$', finds: 'name' } },
      })
    ).id;
  const crmLink = await linkCrm('0065g00000Acme01');
  const crmMapping = await make('/v1/crm/mappings', { connectionId: crmId, mapping: {} });
  const cursor = await service.call('PUT', '/v1/cursors/crm-sync', { body: { cursor: 'beginning', expected: null } });
  if (cursor.status !== 200) throw new Error(`no cursor: ${cursor.status}`);
  const parked = await parkDeliveries(service);
  const replay = await make('/v1/replays', { filter: { connectionId: parked.connectionId } });
  return {
    service,
    hosts: new Map([
      [service.url, 'https://liaison.example.com'],
      [watson.url, 'https://api.watsonwork.example'],
      [identity.url, 'https://login.microsoftonline.example'],
      [skype.url, 'https://skype.example'],
      [skype.poolUrl, 'https://pool.skype.example'],
      [webex.webex.url, 'https://webexapis.example'],
      [crm.url, 'https://crm.example'],
    ]),
    skypeConnectionId: skypeConnection.id,
    crmUrl: crm.url,
    spareCrm: () => connectCrm('Spare'),
    spareCrmLink: () => linkCrm(randomUUID()),
    spareLinkRule: () => ruleFor('Spare'),
    ids: {
      ...acme,
      ...webexIds,
      'crm/connections': crmId,
      'crm/links': crmLink,
      'crm/link-rules': await ruleFor('Deal rooms'),
      'crm/mappings': crmMapping.id,
      'crm/changes': await changeOf(service, crmLink),
      unreachable: unreachable.id,
      replays: replay.id,
      keys: (await make('/v1/keys', { name: 'CRM sync', scopes: ['events:read'] })).id,
      deliveries: parked.deliveryId,
      conversations: await invitation(),
      messages: await firstOf(`/v1/messages?spaceId=${acme.spaces}&order=asc&limit=1`),
    },
    spareConnection: async () =>
      (
        await connect({
          platform: 'watson-work',
          name: 'Spare',
          settings: { appId: 'spare', apiUrl: watson.url },
          secrets: { webhookSecrets: [webhookSecret] },
        })
      ).id,
    spareKey: async () => (await make('/v1/keys', { name: 'Spare', scopes: ['events:read'] })).id,
    spareCursor: async () => {
      const name = `spare-${randomUUID().slice(0, 8)}`;
      await service.call('PUT', `/v1/cursors/${name}`, { body: { cursor: 'end', expected: null } });
      return name;
    },
    spareGrant: async () => (await make('/v1/grants', { connectionId: acme.connections })).id,
    invitation,
    conversation: async () => {
      const id = await invitation();
      await service.call('POST', `/v1/conversations/${id}/accept`, { body: { endpoint: skypeEndpoint } });
      await eventually(
        () => service.get<{ readonly state: string | null }>(`/v1/conversations/${id}`),
        ({ state }) => state === 'Connected',
      );
      return id;
    },
    end: async () => {
      await service.stop();
      await Promise.all([watson.stop(), skype.stop(), identity.stop(), webex.end(), crm.close()]);
    },
  };
}

const crmSecret = `whsec_${Buffer.from('secret of the endpoint').toString('base64')}`;

type Connect = (body: object) => Promise<MadeConnection>;

/** A space in which people and apps talk, and in which the app posts for itself and for Ann, who allowed it. */
async function talkOnWatsonWork(
  watson: WatsonWorkSimulator,
  service: TestService,
  connect: Connect,
): Promise<Record<'connections' | 'spaces' | 'grants' | 'posts', string>> {
  const app = watson.registerApp({ name: 'Liaison', redirectUris: [`${service.url}/oauth/callback`] });
  const connection = await connect({
    platform: 'watson-work',
    name: 'Deal rooms',
    settings: { appId: app.appId, apiUrl: watson.url },
    secrets: { appSecret: app.appSecret, webhookSecrets: [webhookSecret] },
  });
  await app.addWebhook({ url: connection.webhookUrl, events: outboundEventTypes, secret: webhookSecret }).enable();
  const ann = watson.addPerson({ displayName: 'Ann', email: 'ann@example.com' });
  const bob = watson.addPerson({ displayName: 'Bob', email: 'bob@example.com' });
  watson.consentAs(ann);
  const space = watson.createSpace({ title: 'Acme renewal', members: [ann, bob], apps: [app] });
  space.update({ description: 'The renewal of Acme' });
  space.addMembers([watson.addPerson({ displayName: 'Carla', email: 'carla@example.com' })]);
  const offer = space.post(ann, 'Acme wants an offer by Friday');
  offer.annotate('message-nlp-keywords', { keywords: [{ text: 'offer', relevance: '0.9' }] });
  offer.react(bob, '👍');
  const quote = space.post(bob, 'Quote Q-117 is ready');
  quote.edit(bob, 'Quote Q-118 is ready');
  space.post(bob, 'wrong room').delete();
  const spaces = await spaceIdOf(service, space.id);
  // Of whom a platform tells an address; this one tells none.
  const dana = { externalId: 'dana', displayName: 'Dana', email: 'dana@example.com' };
  const joined: Fact = {
    type: 'member.joined',
    occurredAt: new Date(),
    space: { externalId: space.id },
    data: { member: dana },
  };
  await tell(service, [joined], { connectionId: connection.id });
  const grants = await consent(service, connection.id);
  const base = { connectionId: connection.id, spaceId: spaces };
  const asApp = await post(service, { ...base, as: 'app', text: 'I keep the CRM up to date here.' });
  const asAnn = await post(service, { ...base, as: { user: ann.id }, text: 'The offer is out.' });
  await settled(service, asApp.body.id);
  await settled(service, asAnn.body.id);
  await post(service, { ...base, as: 'app', text: 'Something else.' }, { key: 'used-before' });
  const shown = (): Promise<Page<object>> => service.get<Page<object>>(`/v1/messages?spaceId=${spaces}`);
  await eventually(shown, ({ items }) => items.length === 6);
  return { connections: connection.id, spaces, grants, posts: asAnn.body.id };
}

async function connectSkype(
  identity: MicrosoftIdentitySimulator,
  skype: SkypeForBusinessSimulator,
  connect: Connect,
): Promise<{
  readonly id: string;
  readonly endpoint: ReturnType<ReturnType<typeof skype.registerApplication>['addEndpoint']>;
}> {
  const tenant = identity.registerTenant({ domains: ['tenant-a.example'] });
  const client = identity.registerApplication({ appIdUris: [skypeAudience], tenants: [tenant] });
  const connection = await connect({
    platform: 'skype-for-business',
    name: 'Help desk',
    settings: {
      apiUrl: skype.url,
      authorityUrl: identity.url,
      audience: skypeAudience,
      tenants: [tenant.tenantId],
      clientId: client.clientId,
      allowedHosts: [new URL(skype.poolUrl).host],
    },
    secrets: { clientSecret: client.secret },
  });
  const application = skype.registerApplication({ application: client, callbackUrl: connection.webhookUrl });
  return { id: connection.id, endpoint: application.addEndpoint(skypeEndpoint, tenant) };
}

/** A bot whose webhooks are registered, one that nobody lets in, and a Service App that an organisation authorized. */
async function connectWebex(
  { webex, ann, bot, token, webhook }: Awaited<ReturnType<typeof startScene>>,
  service: TestService,
  connect: Connect,
): Promise<Record<'authorizations' | 'jobs' | 'registeredConnection', string>> {
  const apiUrl = `${webex.url}/v1`;
  const asBot = (name: string, accessToken: string): Promise<MadeConnection> =>
    connect({ platform: 'webex', name, settings: { apiUrl, kind: 'bot' }, secrets: { accessToken } });
  const registered = await asBot('Webex rooms', token(bot));
  const refused = await asBot('Forgotten bot', 'a token that Webex does not know');
  const app = webex.registerServiceApp({
    name: 'Liaison',
    friendlyId: 'liaison',
    scopes: ['spark:messages_read', 'spark:rooms_read'],
  });
  const customer = webex.addOrg('Customer');
  const admin = webex.addPerson({ displayName: 'Ada', email: 'ada@customer.example', org: customer, admin: true });
  const { webhookUrl, id } = await connect({
    platform: 'webex',
    name: 'Service App',
    settings: { apiUrl, kind: 'service-app', clientId: app.clientId, webhooks: [] },
    secrets: { clientSecret: app.clientSecret, accessToken: token(ann), webhookSecrets: [webexSecret] },
  });
  webhook(ann, {
    name: 'authorized',
    resource: 'serviceApp',
    event: 'authorized',
    filter: `id=${app.applicationId}`,
    targetUrl: webhookUrl,
    secret: webexSecret,
  });
  app.authorize(customer.id, { by: admin });
  const [authorizations] = (
    await eventually(
      () => service.get<Page<Made & { readonly tokens: string }>>(`/v1/authorizations?connectionId=${id}`),
      ({ items }) => items[0]?.tokens === 'held',
    )
  ).items;
  const [job] = (
    await eventually(
      () => service.get<Page<Made>>(`/v1/jobs?connectionId=${refused.id}&state=parked`),
      ({ items }) => items.length > 0,
      30_000,
    )
  ).items;
  await eventually(
    () => service.get<Page<{ readonly status: string }>>(`/v1/connections/${registered.id}/registrations`),
    ({ items }) => items.length > 0 && items.every(({ status }) => status === 'active'),
  );
  return { authorizations: authorizations?.id ?? '', jobs: job?.id ?? '', registeredConnection: registered.id };
}

/** What a link has brought to the CRM. */
async function changeOf(service: TestService, linkId: string): Promise<string> {
  const { items } = await eventually(
    () => service.get<Page<Made & { readonly state: string }>>(`/v1/crm/changes?linkId=${linkId}`),
    (page) => page.items[0]?.state === 'synced',
  );
  return items[0]?.id ?? '';
}

/** A delivery that is no JSON, and one of a type that has no translation. */
async function parkDeliveries(
  service: TestService,
): Promise<{ readonly connectionId: string; readonly deliveryId: string }> {
  const connection = await connectWatson(service, { name: 'Old app' });
  await deliver(connection.webhookUrl, 'not JSON');
  await deliver(connection.webhookUrl, {
    type: 'conversation-created',
    spaceId: 's',
    conversationId: 'c',
    time: 1527789850554,
  });
  const path = `/v1/deliveries?connectionId=${connection.id}&status=dead-letter`;
  const { items } = await eventually(
    () => service.get<Page<Made>>(path),
    (page) => page.items.length > 0,
  );
  return { connectionId: connection.id, deliveryId: items[0]?.id ?? '' };
}
