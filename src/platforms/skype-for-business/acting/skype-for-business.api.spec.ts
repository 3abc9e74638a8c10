import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type IdentityScene,
  SkypeScene,
  startIdentity,
} from '../../../../simulators/skype-for-business/skype-scene.js';
import { LiaisonError } from '../../../common/errors/liaison-error.js';
import { OutboundHttp } from '../../../common/outbound/outbound-http.js';
import { markVerified } from '../../../deliveries/delivery.js';
import { type Fact } from '../../../events/event.js';
import { NeedsAuthorization, PlatformUnavailable } from '../../platform.errors.js';
import { translateSkypeForBusiness } from '../skype-for-business.translator.js';
import { CallRefused, HrefNotTrusted, NotOffered } from './acting.errors.js';
import { applyToOperation, newsIn, type Operation, type OperationLedger, type OperationNews } from '../../operation.js';
import { SkypeForBusinessApi } from './skype-for-business.api.js';

/** Remembers what it was told, in the order of telling. */
class RememberingLedger implements OperationLedger {
  readonly told: OperationNews[] = [];
  readonly operations = new Map<string, Operation>();

  record(news: OperationNews): Promise<void> {
    this.told.push(news);
    this.operations.set(news.operationId, applyToOperation(this.operations.get(news.operationId), news));
    return Promise.resolve();
  }
}

const endpoint = 'sip:FrontDesk@tenant-a.example';

describe('SkypeForBusinessApi', () => {
  let world: IdentityScene;
  let scene: SkypeScene;
  let http: OutboundHttp;
  let ledger: RememberingLedger;
  let facts: Fact[];
  let api: SkypeForBusinessApi;

  beforeAll(async () => {
    world = await startIdentity();
  });
  afterAll(() => world.identity.stop());
  beforeEach(() => begin());
  afterEach(() => end());

  const hostOf = (url: string): string => new URL(url).host;

  async function begin(options: Parameters<typeof SkypeScene.start>[1] = {}, settings: object = {}): Promise<void> {
    scene = await SkypeScene.start(world, options);
    const hosts = [world.identity.url, scene.skype.url, scene.skype.poolUrl].map(hostOf);
    http = new OutboundHttp({ allow: hosts });
    ledger = new RememberingLedger();
    facts = [];
    scene.callback.onCall = (call, response) => {
      const raw = { body: call.raw, query: '', headers: {}, receivedAt: new Date(world.clock.now()) };
      const translation = translateSkypeForBusiness(markVerified(raw, 'test'));
      const told = translation.kind === 'facts' ? translation.facts : [];
      facts.push(...told);
      for (const news of told.map(newsIn)) if (news !== undefined) void ledger.record(news);
      response.writeHead(200).end();
    };
    api = apiWith(settings);
  }

  async function end(): Promise<void> {
    await http.close();
    await scene.end();
  }

  async function restart(...how: Parameters<typeof begin>): Promise<void> {
    await end();
    await begin(...how);
  }

  function apiWith(settings: object, secret: string | undefined = world.client.secret): SkypeForBusinessApi {
    const account = {
      settings: {
        apiUrl: scene.skype.url,
        authorityUrl: world.identity.url,
        audience: 'https://liaison.example',
        tenants: [world.tenant.tenantId],
        clientId: world.client.clientId,
        allowedHosts: [hostOf(scene.skype.poolUrl)],
        ...settings,
      },
      secret: () => secret,
      appToken: () => Promise.reject(new Error('not asked for')),
      organizationToken: () => Promise.resolve(undefined),
    };
    return new SkypeForBusinessApi(account, http, ledger, () => world.clock.now());
  }

  const start = (operationId: string, change: object = {}) =>
    api.startMessaging(endpoint, { operationId, to: scene.mira.uri, subject: 'Hello', ...change });

  /** The path of the invitation of a conversation that is connected. */
  async function connected(operationId = 'op-start'): Promise<string> {
    const { externalId } = await start(operationId);
    await scene.skype.settled();
    if (externalId === undefined) throw new Error('the answer has no Location');
    return externalId;
  }

  const linkTo = async (...rels: [string, ...string[]]) => ({
    endpoint,
    href: await api.linkFrom({ endpoint, href: await connected() }, ...rels),
  });

  async function failure(attempt: Promise<unknown>): Promise<unknown> {
    return attempt.then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  it('finds the way from the public host to the pool and invites', async () => {
    const act = await start('op-1');
    await scene.skype.settled();
    const sent = facts.find(({ type }) => type === 'invitation.sent');
    expect(sent?.data).toMatchObject({ operationId: 'op-1', invitationExternalId: act.externalId });
    expect(ledger.operations.get('op-1')).toMatchObject({ state: 'succeeded', externalId: act.externalId });
    expect(facts.map(({ type }) => type)).toContain('invitation.accepted');
  });

  it('matches a webhook that is faster than the answer', async () => {
    await restart({ eventsBeforeAnswer: true });
    const act = await start('op-fast');
    const states = ledger.told.filter(({ operationId }) => operationId === 'op-fast').map(({ state }) => state);
    // Asked before the call left; told by webhooks that it ran and succeeded; answered after that.
    expect(states).toEqual(['asked', 'running', 'succeeded', 'running']);
    expect(ledger.operations.get('op-fast')).toEqual({
      operationId: 'op-fast',
      externalId: act.externalId,
      state: 'succeeded',
      reason: undefined,
    });
  });

  it('learns what was made from the webhook where the answer does not say', async () => {
    await restart({ format: { location: 'missing' } });
    expect(await start('op-1')).toEqual({ operationId: 'op-1', externalId: undefined });
    await scene.skype.settled();
    const sent = facts.find((fact): fact is Fact<'invitation.sent'> => fact.type === 'invitation.sent');
    expect(ledger.operations.get('op-1')?.externalId).toBe(sent?.data.invitationExternalId);
  });

  it('names what was made alike for an absolute Location', async () => {
    await restart({ format: { location: 'absolute' } });
    expect((await start('op-1')).externalId).toMatch(/^\/platformservice\/.*messagingInvitations/);
  });

  it('knows why an invitation failed', async () => {
    scene.mira.onInvite = 'decline';
    await start('op-1');
    await scene.skype.settled();
    expect(ledger.operations.get('op-1')).toMatchObject({ state: 'failed', reason: { subcode: 'Declined' } });
  });

  it.each([
    ['text/plain', '1 + 1 = 2, ça va? 100% 👍\r\n'],
    ['text/html', '<p>one <b>two</b></p>'],
  ] as const)('writes %s as it is', async (contentType, content) => {
    const target = await linkTo('conversation', 'messaging', 'sendMessage');
    const act = await api.sendMessage(target, { operationId: 'op-message', contentType, content });
    await scene.skype.settled();
    expect(scene.mira.received).toMatchObject([{ type: contentType, text: content }]);
    expect(ledger.operations.get('op-message')).toMatchObject({ state: 'succeeded', externalId: act.externalId });
    expect(facts.at(-1)).toMatchObject({
      type: 'message.created',
      data: { direction: 'outgoing', operationId: 'op-message', messageExternalId: act.externalId },
    });
  });

  it('learns that a message did not arrive', async () => {
    const target = await linkTo('conversation', 'messaging', 'sendMessage');
    scene.mira.reachable = false;
    await api.sendMessage(target, { operationId: 'op-message', contentType: 'text/plain', content: 'hi' });
    await scene.skype.settled();
    expect(facts.at(-1)).toMatchObject({ type: 'message.failed', data: { operationId: 'op-message' } });
    expect(ledger.operations.get('op-message')).toMatchObject({ state: 'failed', reason: { code: 'RemoteFailure' } });
  });

  it('says that it types, stops, and ends the conversation', async () => {
    const invitation = await connected();
    const link = async (...rels: [string, ...string[]]) => ({
      endpoint,
      href: await api.linkFrom({ endpoint, href: invitation }, ...rels),
    });
    await api.setIsTyping(await link('conversation', 'messaging', 'setIsTyping'));
    expect(scene.skype.conversations[0]?.appTyped).toBe(1);
    const conversation = await link('conversation');
    await api.stopMessaging(await link('conversation', 'messaging', 'stopMessaging'));
    await scene.skype.settled();
    expect(scene.skype.conversations[0]?.messagingState).toBe('Disconnected');
    await api.deleteConversation(conversation);
    await scene.skype.settled();
    expect(facts.at(-1)?.type).toBe('conversation.ended');
  });

  it('accepts and declines what others begin, and takes back what it began', async () => {
    await restart({ format: { acceptLink: true } });
    const incoming = async () => {
      const { invitation } = scene.skype.incomingChat({ from: scene.mira, to: scene.endpoint, firstMessage: 'Hi' });
      await scene.skype.settled();
      return {
        invitation,
        link: async (rel: string) => ({ endpoint, href: await api.linkFrom({ endpoint, href: invitation.href }, rel) }),
      };
    };
    const first = await incoming();
    await api.accept(await first.link('accept'));
    await scene.skype.settled();
    expect(first.invitation.state).toBe('Connected');
    expect(facts.at(-1)).toMatchObject({ type: 'message.created', data: { content: 'Hi' } });
    const second = await incoming();
    await api.decline(await second.link('decline'), 'Global');
    expect(second.invitation.state).toBe('Declined');
    scene.mira.onInvite = 'ignore';
    const { externalId = '' } = await start('op-1');
    await api.cancel({ endpoint, href: await api.linkFrom({ endpoint, href: externalId }, 'cancel') });
    await scene.skype.settled();
    expect(facts.at(-2)).toMatchObject({ type: 'invitation.failed', data: { operationId: 'op-1' } });
  });

  it('sends an attachment along with an invitation', async () => {
    const attachment = { contentType: 'text/plain', bytes: Buffer.from('attached') };
    await start('op-1', { attachment });
    await scene.skype.settled();
    const invitation = scene.callback.first('service:messagingInvitation', 'started')._embedded;
    expect(invitation?.['service:messagingInvitation']?._links['customContent']?.href).toBe(
      `data:text/plain;base64,${Buffer.from('attached').toString('base64')}`,
    );
  });

  it('has the events of a conversation sent where it says', async () => {
    const callbackUrl = `${scene.callback.url}/of-its-own`;
    await start('op-1', { configuredUrl: callbackUrl, callbackContext: 'a b&c' });
    await scene.skype.settled();
    expect(new URL(scene.callback.calls[0]?.target ?? '', scene.callback.url).searchParams.get('callbackContext')).toBe(
      'a b&c',
    );
  });

  it('says that nothing is offered where the app has no permission, or the state no link', async () => {
    const mute = scene.skype.registerApplication({ application: world.client, permissions: ['guestJoin'] });
    mute.addEndpoint('sip:mute@tenant-a.example', world.tenant);
    const asMute = api.startMessaging('sip:mute@tenant-a.example', { operationId: 'op-1', to: scene.mira.uri });
    expect(await failure(asMute)).toBeInstanceOf(NotOffered);
    expect(await failure(linkTo('conversation', 'messaging', 'addMessaging'))).toBeInstanceOf(NotOffered);
  });

  describe('with a token', () => {
    it('asks once for many acts and renews in time', async () => {
      const before = world.identity.tokenRequests;
      await Promise.all(['1', '2', '3', '4', '5'].map((name) => start(`op-${name}`)));
      expect(world.identity.tokenRequests).toBe(before + 1);
      await world.clock.advance(3_350_000);
      await start('op-6');
      expect(world.identity.tokenRequests).toBe(before + 2);
    });

    it('gets it from the v2 endpoint too', async () => {
      api = apiWith({ tokenVersion: 'v2' });
      expect((await start('op-1')).externalId).toBeDefined();
    });

    it('says that it needs an authorization with a wrong secret', async () => {
      api = apiWith({}, 'wrong');
      expect(await failure(start('op-1'))).toBeInstanceOf(NeedsAuthorization);
    });

    it('says so too when the platform takes no token of it', async () => {
      api = apiWith({ resource: 'https://graph.microsoft.com' });
      expect(await failure(start('op-1'))).toBeInstanceOf(NeedsAuthorization);
    });
  });

  describe('with hosts', () => {
    let requests: IncomingMessage[];
    let stop: () => Promise<void>;
    let attacker: string;

    beforeEach(async () => {
      requests = [];
      const server = createServer((request, response) => {
        requests.push(request);
        response.end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      // A TCP server that listens has one.
      attacker = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      stop = async () => {
        await new Promise((resolve) => server.close(resolve));
      };
      // The client would let it be called; only trust keeps the token back.
      await http.close();
      http = new OutboundHttp({
        allow: [attacker, world.identity.url, scene.skype.url, scene.skype.poolUrl].map(hostOf),
      });
      api = apiWith({});
    });
    afterEach(() => stop());

    it('follows a 307 with method, body and token to a host that it trusts', async () => {
      await connected();
      scene.skype.redirectNext({ path: new URL(scene.startMessaging, scene.skype.poolUrl).pathname });
      expect((await start('op-redirected')).externalId).toBeDefined();
    });

    it('follows one 307 and no second one', async () => {
      await connected();
      const path = new URL(scene.startMessaging, scene.skype.poolUrl).pathname;
      scene.skype.redirectNext({ path });
      scene.skype.redirectNext({ path });
      expect(await failure(start('op-1'))).toMatchObject({ reason: 'redirect' });
    });

    it('sends nothing to another host that a 307 names', async () => {
      scene.skype.redirectNext({ path: '/platformservice/discover', location: `${attacker}/platformservice/discover` });
      expect(await failure(start('op-1'))).toBeInstanceOf(HrefNotTrusted);
      expect(requests).toEqual([]);
    });

    it('sends nothing to another host that an href names', async () => {
      await connected();
      for (const href of [`${attacker}/accept`, `//${hostOf(attacker)}/accept`]) {
        expect(await failure(api.accept({ endpoint, href }))).toBeInstanceOf(HrefNotTrusted);
      }
      expect(requests).toEqual([]);
    });

    it('does not go to the pool unless it is allowed to', async () => {
      api = apiWith({ allowedHosts: [] });
      expect(await failure(start('op-1'))).toBeInstanceOf(HrefNotTrusted);
    });
  });

  describe('with refusals', () => {
    const path = () => new URL(scene.startMessaging, scene.skype.poolUrl).pathname;

    it('tells a decision from what passes', async () => {
      await connected();
      scene.skype.failNext({ path: path(), code: 'Forbidden' });
      const refused = await failure(start('op-1'));
      expect(refused).toBeInstanceOf(CallRefused);
      expect(refused).toMatchObject({ platformStatus: 403, failure: { code: 'Forbidden' } });
      expect(ledger.operations.get('op-1')).toMatchObject({ state: 'failed', reason: { code: 'Forbidden' } });
      scene.skype.failNext({ path: path(), code: 'ServiceUnavailable' });
      expect(await failure(start('op-2'))).toBeInstanceOf(PlatformUnavailable);
      expect(ledger.operations.get('op-2')).toMatchObject({ state: 'asked' });
    });

    it('tries again later when our own webhook cannot be reached', async () => {
      scene.application.callbackUrl = 'http://127.0.0.1:1/';
      const refused = await failure(start('op-1'));
      expect(refused).toMatchObject({ reason: 'callback-unreachable', kind: 'upstream' });
      expect(refused).toBeInstanceOf(LiaisonError);
    });

    it('takes a name that exists already for its own earlier try', async () => {
      await start('op-1');
      expect(await start('op-1')).toEqual({ operationId: 'op-1', externalId: undefined });
      await scene.skype.settled();
      expect(scene.skype.conversations).toHaveLength(1);
      expect(ledger.operations.get('op-1')).toMatchObject({ state: 'succeeded' });
    });

    it('discovers anew after a failure that a move would explain', async () => {
      await connected();
      scene.skype.failNext({ path: path(), code: 'ServiceFailure' });
      await failure(start('op-1'));
      expect((await start('op-2')).externalId).toBeDefined();
    });
  });
});
