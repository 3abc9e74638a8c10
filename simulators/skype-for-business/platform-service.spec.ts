import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type IdentityScene, type SeenAnswer, SkypeScene, startIdentity } from './skype-scene.js';

describe('the interface an app calls', () => {
  let world: IdentityScene;
  let scene: SkypeScene;

  beforeAll(async () => {
    world = await startIdentity();
  });

  beforeEach(async () => {
    scene = await SkypeScene.start(world);
  });

  afterEach(async () => {
    await scene.end();
  });

  afterAll(async () => {
    await world.identity.stop();
  });

  async function restart(options: Parameters<typeof SkypeScene.start>[1]): Promise<void> {
    await scene.end();
    scene = await SkypeScene.start(world, options);
  }

  function start(change: object = {}): Promise<SeenAnswer> {
    const operationId = Math.random().toString(36).slice(2);
    return scene.call('POST', scene.startMessaging, { operationId, to: scene.mira.uri, subject: 'Hello', ...change });
  }

  /** A link of a resource, by the name without its prefix. */
  function link(resource: unknown, name: string): string {
    const links = (resource as { _links?: Record<string, { href: string }> } | undefined)?._links; // Missing ones fail below.
    const href = links?.[`service:${name}`]?.href;
    if (href === undefined) throw new Error(`There is no link ${name}.`);
    return href;
  }

  /** Links of the messaging resource once it is connected. */
  function messagingLink(name: string): string {
    const connected = scene.callback
      .about('service:messaging')
      .map((event) => event._embedded?.['service:messaging'])
      .find((resource) => resource?.['state'] === 'Connected');
    return link(connected, name);
  }

  async function started(): Promise<void> {
    await start();
    await scene.skype.settled();
  }

  describe('discovery', () => {
    it('leads from one address to what an app may do, over two hosts', async () => {
      const discover = await scene.call('GET', `${scene.skype.url}/platformservice/discover`);
      const applications = link(discover.body, 'applications');
      expect(applications.startsWith(scene.skype.poolUrl)).toBe(true);
      expect(scene.skype.poolUrl).not.toBe(scene.skype.url);
      const found = await scene.call('GET', `${applications}?endpointId=${scene.endpoint.sip}`);
      const application = await scene.call('GET', link(found.body, 'application'));
      const { _embedded } = application.body as { _embedded: Record<string, unknown> }; // The next lines find out.
      expect(link(_embedded['service:communication'], 'startMessaging')).toBe(scene.startMessaging);
      expect(_embedded['service:communication']).toMatchObject({ etag: '4294967295' });
      expect(link(application.body, 'anonApplicationTokens')).toContain('anonApplicationTokens');
    });

    it('shows no link for a permission that nobody gave, and refuses its use', async () => {
      const own = scene.skype.registerApplication({ application: world.client, permissions: [] });
      const endpoint = own.addEndpoint('sip:mute@tenant-a.example', world.tenant);
      const address = `/platformservice/v1/applications/${own.id}`;
      const application = await scene.call('GET', `${address}?endpointId=${endpoint.sip}`);
      expect(JSON.stringify(application.body)).not.toMatch(/startMessaging|anonApplicationTokens|adhocMeetings/);
      const refused = await scene.call(
        'POST',
        `${address}/communication/messagingInvitations?endpointId=${endpoint.sip}`,
        { to: scene.mira.uri },
      );
      expect(refused).toMatchObject({ status: 403, body: { code: 'Forbidden' } });
    });

    it('speaks with the internal prefix to whoever asks for it', async () => {
      const url = `${scene.skype.url}/platformservice/discover`;
      const { body } = await scene.call('GET', url, undefined, { 'X-Ms-Namespace': 'internal' });
      expect(body['_links']).toHaveProperty('ms:rtc:saas:applications');
    });

    it('challenges in two headers whoever brings no token', async () => {
      const response = await fetch(`${scene.skype.url}/platformservice/discover`);
      expect(response.status).toBe(401);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const challenges = response.headers.get('www-authenticate') ?? '';
      expect(challenges).toMatch(/^Bearer trusted_issuers=".+", client_id="00000004-[^"]+", authorization_uri="[^"]+"/);
      expect(challenges).toMatch(/, MsRtcOAuth href="[^"]+",grant_type="/);
    });

    it('needs no token when told so, though a wrong one is still refused', async () => {
      await restart({ discoveryNeedsToken: false });
      const url = `${scene.skype.url}/platformservice/discover`;
      expect((await fetch(url)).status).toBe(200);
      expect((await fetch(url, { headers: { Authorization: 'Bearer wrong' } })).status).toBe(401);
    });

    it('refuses tokens for somebody else, of another time, or not from the identity platform', async () => {
      const other = world.identity.webhookToken({
        tenant: world.tenant.tenantId,
        audience: 'https://elsewhere.example',
      });
      const path = `/platformservice/v1/applications?endpointId=${scene.endpoint.sip}`;
      for (const token of [other, `${scene.token}x`, 'wrong', '']) {
        const response = await fetch(`${scene.skype.poolUrl}${path}`, {
          headers: { Authorization: `Bearer ${token}` },
        });
        expect(response.status).toBe(401);
      }
      await world.clock.advance(3_600_000);
      const late = await fetch(`${scene.skype.poolUrl}${path}`, {
        headers: { Authorization: `Bearer ${scene.token}` },
      });
      expect(late.status).toBe(401);
    });

    it.each([
      ['is unknown', 'sip:nobody@tenant-a.example'],
      ['is spelled in upper case', 'sip:Frontdesk@tenant-a.example'],
      ['is missing', ''],
    ])('answers 403 ApplicationNotFound when the endpoint %s', async (_case, sip) => {
      const answer = await scene.call('GET', `/platformservice/v1/applications?endpointId=${sip}`);
      expect(answer).toMatchObject({ status: 403, body: { code: 'Forbidden', subcode: 'ApplicationNotFound' } });
    });

    it('answers 404 while an endpoint is not provisioned', async () => {
      scene.endpoint.provisioned = false;
      const answer = await scene.call('GET', `/platformservice/v1/applications?endpointId=${scene.endpoint.sip}`);
      expect(answer).toMatchObject({
        status: 404,
        body: { code: 'NotFound', message: 'Failed to perform required BVD operation' },
      });
      expect(answer.body['debugInfo']).toHaveProperty('errorReportId');
    });

    it('sends a call on with 307, to the pool or to any other host', async () => {
      const path = '/platformservice/discover';
      scene.skype.redirectNext({ path });
      expect(await scene.call('GET', `${scene.skype.url}${path}?Region=north`)).toMatchObject({
        status: 307,
        location: `${scene.skype.poolUrl}${path}?Region=north`,
      });
      scene.skype.redirectNext({ path, location: 'https://attacker.example/' });
      expect((await scene.call('GET', `${scene.skype.url}${path}`)).location).toBe('https://attacker.example/');
      expect((await scene.call('GET', `${scene.skype.url}${path}`)).status).toBe(200);
    });

    it('registers no endpoint with letters in upper case', () => {
      expect(() => scene.application.addEndpoint('sip:Desk@tenant-a.example', world.tenant)).toThrow('lower case');
    });
  });

  describe('starting a conversation', () => {
    it('answers 201 with a relative Location and then tells what became of it', async () => {
      const answer = await start({ operationId: 'op-1', subject: 'Hello', importance: 'Urgent' });
      expect(answer.status).toBe(201);
      expect(answer.location).toMatch(/^\/platformservice\/tgt-[0-9a-f]{32}\/v1\/applications\/\d+\/communication\//);
      await scene.skype.settled();
      const [first, second] = scene.callback.calls;
      expect(first?.body.sender?.[0]?.events).toMatchObject([
        {
          link: { rel: 'service:messagingInvitation', href: answer.location },
          type: 'started',
          _embedded: {
            'service:messagingInvitation': {
              direction: 'Outgoing',
              operationId: 'op-1',
              subject: 'Hello',
              importance: 'Urgent',
              state: 'Connecting',
            },
          },
        },
        { link: { rel: 'service:conversation' }, type: 'added' },
      ]);
      expect(second?.body.sender?.[0]?.events[0]).toMatchObject({
        type: 'completed',
        status: 'Success',
        _embedded: { 'service:messagingInvitation': { operationId: 'op-1', state: 'Connected' } },
      });
      expect(scene.callback.about('service:participant')).toMatchObject([{ type: 'added' }]);
      expect(messagingLink('sendMessage')).toContain('/messaging/messages');
    });

    it('offers to send only once messaging is connected', async () => {
      scene.mira.onInvite = 'ignore';
      await started();
      const conversation = scene.skype.conversations[0];
      const messaging = await scene.call('GET', conversation?.hrefs.messaging ?? '');
      expect(messaging.body['state']).toBe('Connecting');
      expect(() => link(messaging.body, 'sendMessage')).toThrow();
      const href = conversation?.hrefs.under('messaging', 'messages') ?? '';
      const early = await scene.call('POST', href, 'hello', { 'Content-Type': 'text/plain' });
      expect(early).toMatchObject({ status: 409, body: { code: 'Conflict' } });
    });

    it.each([
      ['decline', 'Declined'],
      ['ignore', 'Timeout'],
    ] as const)('fails without a failed event when the person would %s', async (onInvite, subcode) => {
      scene.mira.onInvite = onInvite;
      await started();
      await world.clock.advance(30_000);
      await scene.skype.settled();
      expect(scene.callback.first('service:messagingInvitation', 'completed')).toMatchObject({
        status: 'Failure',
        reason: { code: 'RemoteFailure', subcode },
      });
      expect(scene.callback.first('service:conversation', 'deleted')).not.toHaveProperty('_embedded');
    });

    it('answers 201 for an address nobody has and fails afterwards', async () => {
      expect((await start({ to: 'sip:ghost@tenant-a.example' })).status).toBe(201);
      await scene.skype.settled();
      expect(scene.callback.first('service:messagingInvitation', 'completed')).toMatchObject({
        status: 'Failure',
        reason: { subcode: 'DestinationNotFound' },
      });
    });

    it.each([
      ['after', false],
      ['before', true],
    ])('delivers %s the 201 when told so', async (_order, eventsBeforeAnswer) => {
      await restart({ eventsBeforeAnswer });
      let delivered = 0;
      scene.callback.onCall = (_call, response) => {
        setTimeout(() => {
          delivered += 1;
          response.end();
        }, 50);
      };
      await start();
      expect(delivered > 0).toBe(eventsBeforeAnswer);
      await scene.skype.settled();
      expect(scene.callback.first('service:messagingInvitation', 'started')).toBeDefined();
    });

    it('does not wait for ever for a receiver when it delivers before the 201', async () => {
      await restart({ eventsBeforeAnswer: true, responseTimeoutMs: 100 });
      scene.callback.onCall = () => undefined;
      expect((await start()).status).toBe(201);
    });

    it('writes the Location absolute, or not at all, when told so', async () => {
      scene.skype.format = { location: 'absolute' };
      expect((await start()).location.startsWith(`${scene.skype.poolUrl}/platformservice/tgt-`)).toBe(true);
      scene.skype.format = { location: 'missing' };
      expect((await start()).location).toBe('');
    });

    it('sends the events of this conversation, and of no other, to a URL of its own', async () => {
      const callbackUrl = `${scene.callback.url}/customContext=xxx`;
      await start({ callbackUrl });
      await scene.skype.settled();
      expect(new Set(scene.callback.calls.map(({ target }) => target))).toEqual(
        new Set(['/callback/customContext=xxx']),
      );
      scene.callback.calls.length = 0;
      scene.skype.incomingChat({ from: scene.lee, to: scene.endpoint });
      await scene.skype.settled();
      expect(scene.callback.calls.map(({ target }) => target)).toEqual(['/callback']);
    });

    it('repeats the context of the request on every call', async () => {
      await start({ callbackContext: 'job 1' });
      await scene.skype.settled();
      expect(new Set(scene.callback.calls.map(({ target }) => target))).toEqual(
        new Set(['/callback?callbackContext=job%201']),
      );
    });

    it('starts nothing when nobody listens at the callback', async () => {
      const dead = await start({ callbackUrl: 'http://127.0.0.1:1/callback' });
      expect(dead).toMatchObject({ status: 400, body: { code: 'BadRequest', subcode: 'CallbackUriUnreachable' } });
      expect(scene.skype.conversations).toEqual([]);
    });

    it('starts nothing without any callback', async () => {
      scene.application.callbackUrl = undefined;
      expect(await start()).toMatchObject({ status: 400, body: { code: 'BadRequest' } });
    });

    it('asks the callback for a 200 to a heartbeat when told so', async () => {
      await restart({ callbackCheck: 'heartbeat', heartbeatToken: false });
      expect((await start()).status).toBe(201);
      expect(scene.callback.calls[0]?.body.sender).toEqual([]);
      expect(scene.callback.calls[0]?.headers.authorization).toBeUndefined();
      scene.callback.onCall = (_call, response) => void response.writeHead(401).end();
      expect((await start()).body['subcode']).toBe('CallbackUriUnreachable');
    });

    it.each([
      ['an address that is none', { to: 'mira' }],
      ['an operation id of 51 characters', { operationId: 'x'.repeat(51) }],
      ['a subject of 251 characters', { subject: 'x'.repeat(251) }],
      ['an importance that is none', { importance: 'High' }],
      ['a relative callback', { callbackUrl: '/callback' }],
      ['a subject that is no text', { subject: 1 }],
    ])('refuses %s', async (_case, change) => {
      expect(await start(change)).toMatchObject({ status: 400, body: { code: 'BadRequest' } });
    });

    it('refuses an operation id or a thread that exists', async () => {
      await start({ operationId: 'op-1', threadId: 'thread-1' });
      expect(await start({ operationId: 'op-1' })).toMatchObject({
        status: 409,
        body: { code: 'Conflict', subcode: 'AlreadyExists' },
      });
      expect((await start({ threadId: 'thread-1' })).body['subcode']).toBe('ThreadIdAlreadyExists');
    });

    it('refuses other content types and broken JSON', async () => {
      const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
      expect((await scene.call('POST', scene.startMessaging, 'to=mira', form)).status).toBe(415);
      const json = { 'Content-Type': 'application/json' };
      expect((await scene.call('POST', scene.startMessaging, '{', json)).status).toBe(400);
    });

    it('takes multipart/related whose first part is JSON and whose others are named by cid', async () => {
      const boundary = '805b28b2-04d8-4937-b38e-f4dcab9a4ea8';
      const request = { operationId: '1000', to: scene.mira.uri, customContent: 'cid:part1' };
      const parts = (id: string): string =>
        [
          `--${boundary}\r\nContent-Type: application/json; charset=utf-8\r\n\r\n${JSON.stringify(request)}`,
          `--${boundary}\r\nContent-ID: <${id}>\r\nContent-Type: text/xml\r\n\r\n<a>\r\n</a>`,
          `--${boundary}--\r\n`,
        ].join('\r\n');
      const headers = { 'Content-Type': `multipart/related; boundary="${boundary}"; type="application/json"` };
      expect((await scene.call('POST', scene.startMessaging, parts('other'), headers)).status).toBe(400);
      expect((await scene.call('POST', scene.startMessaging, parts('part1'), headers)).status).toBe(201);
      await scene.skype.settled();
      const invitation = scene.callback.first('service:messagingInvitation', 'started');
      expect(invitation._embedded?.['service:messagingInvitation']?._links['customContent']?.href).toBe(
        `data:text/xml;base64,${Buffer.from('<a>\r\n</a>').toString('base64')}`,
      );
    });

    it('can be planned to fail', async () => {
      scene.skype.failNext({ path: '/platformservice/v1', code: 'ServiceFailure', subcode: 'CallbackChannelError' });
      expect(await start()).toMatchObject({
        status: 500,
        body: { code: 'ServiceFailure', subcode: 'CallbackChannelError' },
      });
      expect((await start()).status).toBe(201);
    });
  });

  describe('answering an invitation', () => {
    function invite(): string {
      const { invitation } = scene.skype.incomingChat({ from: scene.mira, to: scene.endpoint });
      return invitation.href;
    }

    function invitationLink(name: string): string {
      const started = scene.callback.first('service:messagingInvitation', 'started');
      return link(started._embedded?.['service:messagingInvitation'], name);
    }

    it('connects on accept where the link is offered, once', async () => {
      scene.skype.format = { acceptLink: true };
      invite();
      await scene.skype.settled();
      expect((await scene.call('POST', invitationLink('accept'))).status).toBe(204);
      expect((await scene.call('POST', invitationLink('accept'))).status).toBe(409);
      await scene.skype.settled();
      expect(scene.callback.first('service:messagingInvitation', 'completed').status).toBe('Success');
      scene.skype.conversations[0]?.say(scene.mira, 'hello');
    });

    it('has nothing to accept where the link is not offered', async () => {
      const href = invite().replace('?', '/accept?');
      expect((await scene.call('POST', href)).status).toBe(404);
    });

    it('ends the conversation on decline', async () => {
      invite();
      await scene.skype.settled();
      expect((await scene.call('POST', invitationLink('decline'), { reason: 'Local' })).status).toBe(204);
      await scene.skype.settled();
      expect(scene.callback.first('service:messagingInvitation', 'completed')).toMatchObject({
        status: 'Failure',
        reason: { code: 'LocalFailure', subcode: 'Declined' },
      });
      expect(scene.callback.first('service:conversation', 'deleted')).toBeDefined();
    });

    it('bridges into a meeting, to which others can be connected', async () => {
      invite();
      await scene.skype.settled();
      const bridged = await scene.call('POST', invitationLink('acceptAndBridge'), {
        impersonatedDisplayName: 'contosohelpdesk',
        onlineMeetingUri: 'sip:desk@tenant-a.example;gruu;opaque=app:conf:focus:id:1',
      });
      expect(bridged.status).toBe(200);
      await scene.skype.settled();
      const bridge = scene.callback.first('service:conversationBridge', 'added')._embedded?.[
        'service:conversationBridge'
      ];
      const added = await scene.call('POST', link(bridge, 'bridgedParticipants'), {
        displayName: 'john',
        participantUri: scene.lee.uri,
        messageFilterState: 'Disabled',
      });
      expect(added.status).toBe(201);
      await scene.skype.settled();
      expect(scene.callback.first('service:bridgedParticipant', 'added')).toMatchObject({
        link: { href: added.location, title: 'john' },
        in: { rel: 'service:bridgedParticipants' },
      });
    });

    it('fails by itself after 30 seconds', async () => {
      invite();
      await world.clock.advance(29_999);
      expect(scene.callback.about('service:messagingInvitation').length).toBe(1);
      await world.clock.advance(1);
      await scene.skype.settled();
      expect(scene.callback.first('service:messagingInvitation', 'completed').reason?.['subcode']).toBe('Timeout');
    });
  });

  describe('in a conversation', () => {
    beforeEach(async () => {
      await started();
    });

    function send(query: string, body: string, type: string): Promise<SeenAnswer> {
      return scene.call('POST', `${messagingLink('sendMessage')}${query}`, body, { 'Content-Type': type });
    }

    it('takes a text, names its message, and tells that it started and completed', async () => {
      const answer = await send('&operationId=op-m', 'Hello 👍', 'text/plain; charset=utf-8');
      expect(answer.status).toBe(201);
      await scene.skype.settled();
      const events = scene.callback.about('service:message');
      expect(events).toMatchObject([
        { link: { href: answer.location }, type: 'started' },
        { link: { href: answer.location }, type: 'completed', status: 'Success' },
      ]);
      const message = events[1]?._embedded?.['service:message'];
      expect(message).toMatchObject({ direction: 'Outgoing', operationId: 'op-m' });
      expect(message?.['timeStamp']).toMatch(/^\d{4}-.*Z$/);
      expect(message?._links).not.toHaveProperty('plainMessage');
      expect(scene.mira.received).toMatchObject([{ type: 'text/plain', text: 'Hello 👍' }]);
    });

    it('takes HTML, and no other type', async () => {
      expect((await send('', '<b>hi</b>', 'text/html; charset=utf-8')).status).toBe(201);
      expect((await send('', '{}', 'application/json')).status).toBe(415);
      expect((await send('', '', 'text/plain')).status).toBe(400);
      expect(scene.mira.received).toMatchObject([{ type: 'text/html', text: '<b>hi</b>' }]);
    });

    it('knows the operation only by the name of the reference, and only once', async () => {
      await send('&OperationContext=ctx', 'one', 'text/plain');
      await send('&operationId=op-2', 'two', 'text/plain');
      expect((await send('&operationId=op-2', 'three', 'text/plain')).status).toBe(409);
      await scene.skype.settled();
      const ids = scene.callback
        .about('service:message')
        .filter(({ type }) => type === 'completed')
        .map((event) => event._embedded?.['service:message']?.['operationId']);
      expect(ids).toEqual([undefined, 'op-2']);
    });

    it('completes with a failure and lists whom it did not reach', async () => {
      scene.mira.reachable = false;
      await send('', 'hello', 'text/plain');
      await scene.skype.settled();
      const failed = scene.callback.first('service:message', 'completed');
      expect(failed).toMatchObject({ status: 'Failure', reason: { code: 'RemoteFailure', subcode: 'Unreachable' } });
      const missed = failed._embedded?.['service:message']?._links['service:failedDeliveryParticipant'];
      expect(missed).toMatchObject([{ title: 'Mira Okafor' }]);
      expect(scene.mira.received).toEqual([]);
    });

    it('fails the next message, and only that, with a reason of choice', async () => {
      scene.skype.conversations[0]?.failNextMessage({ code: 'RemoteFailure', subcode: 'DoNotDisturb', message: null });
      await send('', 'one', 'text/plain');
      await send('', 'two', 'text/plain');
      await scene.skype.settled();
      const completed = scene.callback.about('service:message').filter(({ type }) => type === 'completed');
      expect(completed.map(({ status }) => status)).toEqual(['Failure', 'Success']);
      expect(completed[0]?.reason).toEqual({ code: 'RemoteFailure', subcode: 'DoNotDisturb', message: null });
    });

    it('notes that the app types', async () => {
      expect((await scene.call('POST', messagingLink('setIsTyping'))).status).toBe(204);
      expect(scene.skype.conversations[0]?.appTyped).toBe(1);
    });

    it('invites others over a link whose own query counts', async () => {
      const connected = scene.callback.first('service:conversation', 'updated')._embedded?.['service:conversation'];
      const href = link(connected, 'addParticipant');
      const answer = await scene.call('POST', href, { operationId: 'op-p', to: scene.lee.uri });
      expect(answer.status).toBe(201);
      await scene.skype.settled();
      expect(scene.callback.about('service:participantInvitation')).toMatchObject([
        { link: { href: answer.location }, type: 'started' },
        { type: 'completed', status: 'Success' },
      ]);
      expect(scene.skype.conversations[0]?.participants).toEqual([scene.mira, scene.lee]);
      const withoutQuery = href.replace(/&conversation=.*/, '');
      expect((await scene.call('POST', withoutQuery, { to: scene.lee.uri })).status).toBe(404);
    });

    it('stays as it is when somebody declines to join', async () => {
      scene.lee.onInvite = 'decline';
      const href = scene.skype.conversations[0]?.hrefs.addParticipant ?? '';
      await scene.call('POST', href, { operationId: 'op-p', to: scene.lee.uri });
      await scene.skype.settled();
      expect(scene.callback.first('service:participantInvitation', 'completed').status).toBe('Failure');
      expect(scene.skype.conversations[0]).toMatchObject({ ended: false, messagingState: 'Connected' });
    });

    it('can stop messaging and add it again', async () => {
      expect((await scene.call('POST', messagingLink('stopMessaging'))).status).toBe(204);
      await scene.skype.settled();
      const stopped = scene.callback
        .about('service:messaging')
        .map((event) => event._embedded?.['service:messaging'])
        .at(-1);
      expect(stopped?.['state']).toBe('Disconnected');
      expect((await send('', 'late', 'text/plain')).status).toBe(409);
      scene.callback.calls.length = 0;
      expect((await scene.call('POST', link(stopped, 'addMessaging'), { operationId: 'again' })).status).toBe(201);
      await scene.skype.settled();
      expect(scene.callback.about('service:conversation').map(({ type }) => type)).not.toContain('added');
      expect((await send('', 'again', 'text/plain')).status).toBe(201);
    });

    it('is gone after DELETE', async () => {
      const href = scene.skype.conversations[0]?.hrefs.conversation ?? '';
      const listed = await scene.call('GET', scene.skype.conversations[0]?.hrefs.participants ?? '');
      expect(JSON.stringify(listed.body)).toContain(scene.mira.uri);
      expect((await scene.call('GET', href)).body['state']).toBe('Connected');
      expect((await scene.call('DELETE', href)).status).toBe(204);
      await scene.skype.settled();
      expect(scene.callback.first('service:participant', 'deleted')).toBeDefined();
      expect(scene.callback.first('service:conversation', 'deleted')).toBeDefined();
      expect(await scene.call('GET', href)).toMatchObject({ status: 404, body: { subcode: 'ConversationNotFound' } });
    });

    it('is found under its own ticket only', async () => {
      const href = scene.skype.conversations[0]?.hrefs.conversation ?? '';
      expect((await scene.call('GET', href.replace(/tgt-[0-9a-f]{4}/, 'tgt-0000'))).status).toBe(404);
    });
  });

  it('cancels an invitation by stopping the messages it was for', async () => {
    scene.mira.onInvite = 'ignore';
    await started();
    const invitation = scene.callback.first('service:messagingInvitation', 'started');
    const cancel = link(invitation._embedded?.['service:messagingInvitation'], 'cancel');
    expect((await scene.call('POST', cancel)).status).toBe(204);
    await scene.skype.settled();
    expect(scene.callback.first('service:messagingInvitation', 'completed')).toMatchObject({
      status: 'Failure',
      reason: { subcode: 'Canceled' },
    });
  });

  it('echoes the request id of a call and names the server', async () => {
    const { headers } = await scene.call('GET', `${scene.skype.url}/platformservice/discover`, undefined, {
      'client-request-id': 'ResExp/1',
    });
    expect(headers.get('client-request-id')).toBe('ResExp/1');
    expect(headers.get('x-ms-server-fqdn')).toBe('127.0.0.1');
    expect(headers.get('x-ms-correlation-id')).toMatch(/^\d+$/);
  });
});
