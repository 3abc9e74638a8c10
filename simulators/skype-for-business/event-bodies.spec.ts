import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SimulatedConversation } from './simulated-conversation.js';
import { type IdentityScene, sceneStart, SkypeScene, startIdentity } from './skype-scene.js';

describe('event bodies', () => {
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

  async function connected(): Promise<SimulatedConversation> {
    const { conversation, invitation } = scene.skype.incomingChat({ from: scene.mira, to: scene.endpoint });
    invitation.accept();
    await scene.skype.settled();
    scene.callback.calls.length = 0;
    return conversation;
  }

  function base(conversation: SimulatedConversation): string {
    return `/platformservice/${scene.endpoint.ticket}/v1/applications/2040608010/communication/conversations/${conversation.id}`;
  }

  it('show an invitation as the captured ones are', async () => {
    const { conversation, invitation } = scene.skype.incomingChat({
      from: scene.mira,
      to: scene.endpoint,
      subject: 'Order 4711',
    });
    await scene.skype.settled();
    const endpointId = '?endpointId=sip:frontdesk@tenant-a.example';
    const participant = `${base(conversation)}/participants/mira@tenant-a.example`;
    const own = `/platformservice/${scene.endpoint.ticket}/v1/applications/2040608010/communication/messagingInvitations/${invitation.id}`;
    const [sender] = scene.callback.calls[0]?.body.sender ?? [];
    expect(sender).toMatchObject({
      rel: 'service:communication',
      href: `/platformservice/v1/applications/2040608010/communication${endpointId}`,
    });
    const event = scene.callback.first('service:messagingInvitation', 'started');
    expect(event).toEqual({
      link: { rel: 'service:messagingInvitation', href: `${own}${endpointId}` },
      _embedded: {
        'service:messagingInvitation': {
          direction: 'Incoming',
          state: 'Connecting',
          operationId: event._embedded?.['service:messagingInvitation']?.['operationId'],
          importance: 'Normal',
          threadId: conversation.threadId,
          subject: 'Order 4711',
          to: 'sip:frontdesk@tenant-a.example',
          _links: {
            self: { href: `${own}${endpointId}` },
            'service:conversation': { href: `${base(conversation)}${endpointId}` },
            'service:decline': { href: `${own}/decline${endpointId}` },
            'service:acceptAndBridge': { href: `${own}/acceptAndBridge${endpointId}` },
          },
          _embedded: {
            'service:from': {
              uri: 'sip:mira@tenant-a.example',
              name: 'Mira Okafor',
              _links: {
                self: { href: `${participant}${endpointId}` },
                'service:conversation': { href: `${base(conversation)}${endpointId}` },
                'service:participantMessaging': { href: `${participant}/messaging${endpointId}` },
              },
              rel: 'service:participant',
            },
          },
          rel: 'service:messagingInvitation',
        },
      },
      type: 'started',
    });
    expect(scene.callback.calls[0]?.body.baseuri).toBe(scene.skype.poolUrl);
  });

  it('show a message as the captured ones are', async () => {
    const conversation = await connected();
    conversation.say(scene.mira, '1 + 1 = 2, ça va? 100%');
    await scene.skype.settled();
    const endpointId = '?endpointId=sip:frontdesk@tenant-a.example';
    const [event] = scene.callback.events;
    expect(scene.callback.calls[0]?.body.sender?.[0]?.rel).toBe('service:conversation');
    expect(event).toMatchObject({
      link: { rel: 'service:message', href: `${base(conversation)}/messaging/messages/2${endpointId}` },
      type: 'completed',
      status: 'Success',
    });
    const message = event?._embedded?.['service:message'];
    expect(message).toMatchObject({
      direction: 'Incoming',
      timeStamp: `/Date(${sceneStart})/`,
      _links: {
        plainMessage: { href: 'data:text/plain;charset=utf-8,1+%2b+1+%3d+2%2c+%c3%a7a+va%3f+100%25' },
        'service:participant': { title: 'Mira Okafor' },
      },
      rel: 'service:message',
      _embedded: { 'service:senderParticipant': [{ uri: 'sip:mira@tenant-a.example', rel: 'service:participant' }] },
    });
  });

  it('round-trip any text through the form-encoded data URI', async () => {
    const conversation = await connected();
    const texts = ['a+b &=#% "quoted" \\ /', 'Zeile\r\nzwei', '👍 日本語 \u0000', "~!*()'-._"];
    for (const text of texts) conversation.say(scene.mira, text);
    await scene.skype.settled();
    const read = scene.callback.about('service:message').map((event) => {
      const href = event._embedded?.['service:message']?._links['plainMessage']?.href ?? '';
      return new URLSearchParams(`text=${href.slice('data:text/plain;charset=utf-8,'.length)}`).get('text');
    });
    expect(read).toEqual(texts);
  });

  it('carry base64 and ISO times when told so', async () => {
    const conversation = await connected();
    scene.skype.format = { dataUris: 'base64', dates: 'iso' };
    conversation.sayHtml(scene.mira, '<b>déjà vu</b>');
    await scene.skype.settled();
    expect(scene.callback.events[0]?._embedded?.['service:message']).toMatchObject({
      timeStamp: new Date(sceneStart).toISOString(),
      _links: {
        htmlMessage: { href: `data:text/html;base64,${Buffer.from('<b>déjà vu</b>').toString('base64')}` },
      },
    });
  });

  it('leave backslashes in a time whose slashes were escaped twice', async () => {
    const conversation = await connected();
    scene.skype.format = { dates: 'slash-escaped-twice' };
    conversation.say(scene.mira, 'hello');
    await scene.skype.settled();
    const stamp = scene.callback.events[0]?._embedded?.['service:message']?.['timeStamp'];
    expect(stamp).toBe(`\\/Date(${sceneStart})\\/`);
  });

  it('end plain text, and only that, with a line end when told so', async () => {
    const conversation = await connected();
    scene.skype.format = { trailingLineEnd: true };
    conversation.say(scene.mira, 'Hi Tosh');
    conversation.sayHtml(scene.mira, '<p>Hi</p>');
    await scene.skype.settled();
    const links = scene.callback.events.map((event) => event._embedded?.['service:message']?._links ?? {});
    expect(links[0]?.['plainMessage']?.href).toBe('data:text/plain;charset=utf-8,Hi+Tosh%0d%0a');
    expect(links[1]?.['htmlMessage']?.href).toBe('data:text/html;charset=utf-8,%3cp%3eHi%3c%2fp%3e');
  });

  it('let a message start before it completes when told so', async () => {
    const conversation = await connected();
    scene.skype.format = { incomingMessages: 'started and completed' };
    conversation.say(scene.mira, 'hello');
    await scene.skype.settled();
    const [started, completed] = scene.callback.about('service:message');
    expect([started?.type, completed?.type]).toEqual(['started', 'completed']);
    expect(completed?.link.href).toBe(started?.link.href);
  });

  it('use the internal prefix everywhere but on names that have none', async () => {
    scene.skype.format = { relPrefix: 'ms:rtc:saas:' };
    const conversation = await connected();
    conversation.say(scene.mira, 'hello');
    await scene.skype.settled();
    const text = scene.callback.calls[0]?.raw.toString() ?? '';
    expect(text).not.toContain('service:');
    expect(scene.callback.first('ms:rtc:saas:message', 'completed')).toBeDefined();
    expect(text).toContain('"plainMessage"');
  });

  it('escape ampersands for JSON, so that a parser sees them', async () => {
    const conversation = await connected();
    scene.skype.format = { ampersands: 'escaped' };
    conversation.say(scene.mira, 'hello');
    await scene.skype.settled();
    expect(scene.callback.calls[0]?.raw.toString()).not.toContain('&');
    expect(scene.callback.calls[0]?.body._links?.['self']?.href).toMatch(/\?ack=\d+&key=/);
  });

  it('escape ampersands twice, so that hrefs hold six characters', async () => {
    const conversation = await connected();
    scene.skype.format = { ampersands: 'literal' };
    conversation.say(scene.mira, 'hello');
    await scene.skype.settled();
    expect(scene.callback.calls[0]?.body._links?.['self']?.href).toMatch(/\?ack=\d+\\u0026key=/);
  });

  it('gather what happens together under one sender', async () => {
    const conversation = await connected();
    conversation.together(() => {
      conversation.say(scene.mira, 'one');
      conversation.say(scene.mira, 'two');
      conversation.startTyping(scene.mira);
    });
    await scene.skype.settled();
    expect(scene.callback.calls.length).toBe(1);
    const senders = scene.callback.calls[0]?.body.sender ?? [];
    expect(senders.map(({ rel, events }) => [rel, events.length])).toEqual([['service:conversation', 3]]);
  });

  it('repeat a sender whose events are interrupted by those of another', async () => {
    const conversation = await connected();
    conversation.together(() => {
      conversation.say(scene.mira, 'one');
      conversation.connect();
      conversation.say(scene.mira, 'two');
    });
    await scene.skype.settled();
    expect(scene.callback.calls[0]?.body.sender?.map(({ rel }) => rel)).toEqual([
      'service:conversation',
      'service:communication',
      'service:conversation',
    ]);
  });

  it('name what is deleted by its link alone', async () => {
    const conversation = await connected();
    conversation.join(scene.lee);
    conversation.rename(scene.lee, 'Lee (renamed)');
    conversation.leave(scene.lee);
    await scene.skype.settled();
    const events = scene.callback.about('service:participant');
    expect(events.map(({ type }) => type)).toEqual(['added', 'updated', 'deleted']);
    expect(events[1]?._embedded?.['service:participant']?.['name']).toBe('Lee (renamed)');
    expect(events[2]).toEqual({
      link: {
        rel: 'service:participant',
        href: `${base(conversation)}/participants/lee@tenant-a.example?endpointId=sip:frontdesk@tenant-a.example`,
        title: '',
      },
      type: 'deleted',
    });
  });

  it('tell typing as joining and leaving a collection', async () => {
    const conversation = await connected();
    conversation.startTyping(scene.mira);
    conversation.stopTyping(scene.mira);
    await scene.skype.settled();
    expect(scene.callback.events).toMatchObject([
      { link: { title: 'Mira Okafor' }, in: { rel: 'service:typingParticipants' }, type: 'added' },
      { link: { title: 'Mira Okafor' }, in: { rel: 'service:typingParticipants' }, type: 'deleted' },
    ]);
    expect(scene.callback.events[0]).not.toHaveProperty('_embedded');
  });

  it('leave the plus sign of a telephone number unescaped in hrefs', async () => {
    const caller = scene.skype.person('tel:+31201234567');
    const { conversation } = scene.skype.incomingChat({ from: caller, to: scene.endpoint });
    await scene.skype.settled();
    const text = scene.callback.calls[0]?.raw.toString() ?? '';
    expect(text).toContain(`${base(conversation)}/participants/tel:+31201234567?endpointId=`);
    expect(text).toContain('"uri":"tel:+31201234567"');
  });

  it.each(['communication', 'conversation'] as const)('let %s send the end of a conversation', async (from) => {
    scene.skype.format = { conversationEventsFrom: from };
    const conversation = await connected();
    conversation.end();
    await scene.skype.settled();
    const senders = scene.callback.calls[0]?.body.sender ?? [];
    expect(senders.at(-1)?.rel).toBe(`service:${from}`);
    expect(senders.at(-1)?.events.at(-1)).toEqual({
      link: {
        rel: 'service:conversation',
        href: `${base(conversation)}?endpointId=sip:frontdesk@tenant-a.example`,
      },
      type: 'deleted',
    });
  });

  it('put the first message into the invitation and send it again as a message when told so', async () => {
    scene.skype.format = { messageInInvitation: true };
    const { invitation } = scene.skype.incomingChat({
      from: scene.mira,
      to: scene.endpoint,
      firstMessage: 'Hi there',
    });
    invitation.accept();
    await scene.skype.settled();
    const started = scene.callback.first('service:messagingInvitation', 'started');
    const href = 'data:text/plain;charset=utf-8,Hi+there';
    expect(started._embedded?.['service:messagingInvitation']?._links['service:message']?.href).toBe(href);
    const message = scene.callback.first('service:message', 'completed');
    expect(message._embedded?.['service:message']?._links['plainMessage']?.href).toBe(href);
  });

  it('repeat the application, show accept, a local participant and custom content only when told so', async () => {
    const started = async (): Promise<string> => {
      scene.callback.calls.length = 0;
      const customContent = 'data:text/xml;base64,PGE+';
      const { invitation } = scene.skype.incomingChat({ from: scene.mira, to: scene.endpoint, customContent });
      invitation.accept();
      await scene.skype.settled();
      return scene.callback.calls.map(({ raw }) => raw.toString()).join('\n');
    };
    const plain = await started();
    expect(plain).not.toContain('service:application"');
    expect(plain).not.toContain('/accept?');
    expect(plain).not.toContain('localParticipant');
    expect(plain).toContain('"customContent":{"href":"data:text/xml;base64,PGE+"}');
    scene.skype.format = { applicationInInvitation: true, acceptLink: true, localParticipant: true };
    const full = await started();
    expect(full).toContain('"service:application":');
    expect(full).toContain('/accept?');
    const local = scene.callback.first('service:localParticipant', 'added');
    expect(local._embedded?.['service:localParticipant']?.['rel']).toBe('service:participant');
  });

  it('name any host as the base when told so', async () => {
    scene.skype.format = { baseUri: 'https://attacker.example' };
    scene.skype.incomingChat({ from: scene.mira, to: scene.endpoint });
    await scene.skype.settled();
    expect(scene.callback.calls[0]?.body.baseuri).toBe('https://attacker.example');
  });
});
