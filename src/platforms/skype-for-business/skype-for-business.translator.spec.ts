import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { markVerified } from '../../deliveries/delivery.js';
import { recordFacts, type Fact } from '../../events/event.js';
import { Untranslatable } from '../platform.errors.js';
import { type Translation } from '../platform.js';
import { translateSkypeForBusiness } from './skype-for-business.translator.js';

const receivedAt = new Date('2025-01-01T00:00:00Z');
const folder = new URL('../../../test/fixtures/skype-for-business/', import.meta.url);
const conversationId = '0b7c1d5e-6a7f-4c11-9a55-3d2f8e1c4b90';
const root = '/platformservice/tgt-0/v1/applications/1/communication';
const conversation = `${root}/conversations/${conversationId}`;

function fixture(name: string): Buffer {
  return readFileSync(new URL(`${name}.json`, folder));
}

function translated(body: Buffer | object | string): Translation {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return translateSkypeForBusiness(markVerified({ body: bytes, query: '', headers: {}, receivedAt }, 'test'));
}

function factsOf(body: Buffer | object | string): readonly Fact[] {
  const translation = translated(body);
  if (translation.kind !== 'facts') throw new Error(`unrecognized: ${translation.platformType}`);
  return translation.facts;
}

/** A body of one sender as the platform writes it. */
function bodyOf(events: readonly object[], ack = 3): object {
  const self = `/platformservice/tgt-0/v1/applications/1/events?ack=${ack}&key=1~sip%3Adesk%40a.example~${conversationId}`;
  return {
    _links: { self: { href: self } },
    sender: [{ rel: 'service:conversation', href: conversation, events }],
    baseuri: 'https://pool.example',
  };
}

function messageEvent(change: object, resource: object = {}): object {
  const link = { rel: 'service:message', href: `${conversation}/messaging/messages/2?endpointId=sip:desk@a.example` };
  return { link, type: 'completed', status: 'Success', _embedded: { 'service:message': resource }, ...change };
}

describe('translateSkypeForBusiness', () => {
  it('makes of an incoming invitation who invites, to what, and where', () => {
    expect(factsOf(fixture('reauthored/01-invitation-incoming-started'))).toEqual([
      {
        type: 'invitation.received',
        occurredAt: receivedAt,
        position: 1_000,
        space: { externalId: conversationId, title: 'Order 4711' },
        actor: { externalId: 'sip:mira@tenant-a.example', displayName: 'Mira Okafor' },
        data: {
          invitationExternalId:
            '/platformservice/tgt-00112233445566778899aabbccddeeff/v1/applications/2040608010/communication/messagingInvitations/7f2f5a11-0000-4000-8000-000000000001',
          conversationExternalId: conversationId,
          invitationType: 'messagingInvitation',
          direction: 'incoming',
          to: 'sip:frontdesk@tenant-a.example',
          state: 'Connecting',
          subject: 'Order 4711',
          importance: 'Normal',
          threadId: 'thread-a/1==',
          operationId: 'op-in-1',
        },
      },
    ]);
  });

  it('gives several facts of one body places in its order', () => {
    const facts = factsOf(fixture('reauthored/02-invitation-and-conversation-in-one-body'));
    expect(facts.map(({ type, position }) => [type, position])).toEqual([
      ['invitation.sent', 1_000],
      ['conversation.started', 1_001],
    ]);
    expect(facts[0]?.data).toMatchObject({ operationId: 'op-out-1', direction: 'outgoing' });
    expect(facts[1]?.data).toEqual({
      conversationExternalId: conversationId,
      state: 'Connecting',
      subject: 'Hello',
      importance: 'Normal',
      threadId: 'thread-a/1==',
      modalities: [],
    });
  });

  it('knows a participant who left by the link as the one who joined by the resource', () => {
    expect(
      factsOf(fixture('reauthored/03-participants-added-updated-deleted')).map(({ type, data }) => [type, data]),
    ).toEqual([
      ['member.joined', { member: { externalId: 'sip:mira@tenant-a.example', displayName: 'Mira Okafor' } }],
      ['member.updated', { member: { externalId: 'sip:lee@tenant-a.example', displayName: 'Lee (renamed)' } }],
      ['member.left', { member: { externalId: 'sip:sam@tenant-a.example' } }],
    ]);
  });

  it.each(['tel:+15550100', 'tel:%2B15550100', 'Kim@A.example', '678'])(
    'meets %s again who is deleted by the link alone',
    (id) => {
      const link = { rel: 'participant', href: `${conversation}/participants/${id}?endpointId=sip:desk@a.example` };
      const uri = id.startsWith('tel:') ? 'tel:+15550100' : 'sip:kim@a.example';
      const joined = { link, type: 'added', _embedded: { participant: { uri, name: '', _links: { self: link } } } };
      const [first, second] = factsOf(bodyOf([joined, { link, type: 'deleted' }]));
      expect([first?.type, second?.type]).toEqual(['member.joined', 'member.left']);
      expect(second?.data).toEqual(first?.data);
    },
  );

  it.each([
    ['04-message-plain-plus-and-percent', '1 + 1 = 2, ça va? 100%\r\n', 'text/plain', '2023-11-14T22:13:20.123Z'],
    ['05-message-html', '<p>one <b>two</b></p><script>alert(1)</script>', 'text/html', '2023-11-14T22:13:21.123Z'],
    ['06-message-base64', 'déjà vu', 'text/plain', '2023-11-14T22:13:22.123Z'],
  ])('takes text, author and time of %s', (name, content, contentType, time) => {
    const [fact, ...others] = factsOf(fixture(`reauthored/${name}`));
    expect(others).toEqual([]);
    expect(fact).toMatchObject({
      type: 'message.created',
      actor: { externalId: 'sip:mira@tenant-a.example', displayName: 'Mira Okafor' },
      data: { content, contentType, direction: 'incoming' },
    });
    expect(fact?.occurredAt.toISOString()).toBe(time);
  });

  it('names a message by the path of its href, whatever host and query stand around it', () => {
    const path = `${conversation}/messaging/messages/2`;
    for (const href of [path, `${path}?endpointId=sip:desk@a.example`, `https://attacker.example${path}?x`]) {
      const [fact] = factsOf(bodyOf([messageEvent({ link: { rel: 'message', href } })]));
      expect(fact?.data).toMatchObject({ messageExternalId: path });
    }
  });

  it('tells a message that failed, with the reason and without a text', () => {
    expect(factsOf(fixture('reauthored/07-message-outgoing-failed')).map(({ type, data }) => [type, data])).toEqual([
      [
        'message.failed',
        {
          messageExternalId: expect.stringMatching(/\/messages\/5$/) as string,
          reason: { code: 'RemoteFailure', subcode: 'Unreachable', message: 'The target is not reachable.' },
        },
      ],
    ]);
  });

  it('takes both prefixes, and several events and senders in their order', () => {
    const texts = (body: Buffer | string) =>
      factsOf(body).map(({ data }) => ('content' in data ? data.content : undefined));
    const body = fixture('reauthored/08-two-messages-two-senders-internal-prefix');
    expect(texts(body)).toEqual(['first', 'second']);
    expect(texts(body.toString().replaceAll('ms:rtc:saas:', 'service:'))).toEqual(['first', 'second']);
    expect(texts(body.toString().replaceAll('ms:rtc:saas:', ''))).toEqual(['first', 'second']);
  });

  it('takes a sender that occurs twice', () => {
    const one = bodyOf([messageEvent({})]) as { sender: object[] };
    expect(factsOf({ ...one, sender: [...one.sender, ...one.sender] }).map(({ position }) => position)).toEqual([
      3_000, 3_001,
    ]);
  });

  it('makes no fact of typing and of what can be done in a conversation', () => {
    expect(factsOf(fixture('reauthored/09-typing-added'))).toEqual([]);
    const messaging = { link: { rel: 'service:messaging', href: `${conversation}/messaging` }, type: 'updated' };
    expect(factsOf(bodyOf([messaging]))).toEqual([]);
  });

  it('ends a conversation that is deleted by its link alone, whoever sends it', () => {
    const body = fixture('reauthored/10-conversation-deleted-sender-conversation').toString();
    for (const sender of ['service:conversation","href', 'service:communication","href']) {
      expect(factsOf(body.replace('service:conversation","href', sender))).toMatchObject([
        { type: 'conversation.ended', data: { conversationExternalId: conversationId } },
      ]);
    }
  });

  it('keeps nothing of a baseuri', () => {
    expect(JSON.stringify(factsOf(fixture('reauthored/13-baseuri-not-ours')))).not.toContain('attacker');
  });

  it('keeps nothing of an application that an invitation repeats', () => {
    const body = JSON.parse(fixture('reauthored/01-invitation-incoming-started').toString(), (key, value: unknown) =>
      key === '_embedded' && typeof value === 'object' && value !== null && 'service:from' in value
        ? { ...value, 'service:application': { rel: 'service:application', secret: 'canary' } }
        : value,
    ) as object;
    expect(JSON.stringify(body)).toContain('canary');
    expect(JSON.stringify(factsOf(body))).not.toContain('canary');
  });

  it('does not store the first message of an invitation, which comes again as a message', () => {
    const facts = factsOf(fixture('docs/ucwa-events-incoming-invitation-batch'));
    expect(facts.map(({ type }) => type)).toEqual(['invitation.received', 'conversation.started', 'member.joined']);
    expect(JSON.stringify(facts)).not.toContain('Tosh%0d');
    expect(facts[0]).toMatchObject({ space: { externalId: 'eee0' }, actor: { externalId: 'sip:lenea@contoso.com' } });
    const [message] = factsOf(fixture('docs/ucwa-events-message-completed-and-conversation-updated'));
    expect(message).toMatchObject({
      type: 'message.created',
      actor: { externalId: 'sip:lenea@contoso.com', displayName: 'Lene Aaling' },
      data: { content: 'Hi Tosh\r\n' },
    });
  });

  it('accepts what an invitation completed with', () => {
    expect(factsOf(fixture('docs/ucwa-events-accepted')).map(({ type }) => type)).toEqual([
      'conversation.updated',
      'member.updated',
      'invitation.accepted',
    ]);
  });

  it.each([
    ['Success', undefined, 'invitation.accepted'],
    ['Failure', { code: 'RemoteFailure', subcode: 'Declined', message: null }, 'invitation.declined'],
    ['Failure', { code: 'RemoteFailure', subcode: 'Timeout' }, 'invitation.failed'],
    ['Failure', undefined, 'invitation.failed'],
  ])('makes of an invitation that completed with %s and %j a fact of its own', (status, reason, type) => {
    const link = { rel: 'service:participantInvitation', href: `${root}/participantInvitations/9?x` };
    const resource = { direction: 'Outgoing', operationId: 'op-9' };
    const events = [
      { link, type: 'completed', status, reason, _embedded: { 'service:participantInvitation': resource } },
    ];
    expect(factsOf(bodyOf(events))).toMatchObject([
      {
        type,
        data: {
          invitationExternalId: `${root}/participantInvitations/9`,
          invitationType: 'participantInvitation',
          conversationExternalId: conversationId,
          operationId: 'op-9',
        },
      },
    ]);
  });

  it('takes a text on whichever event brings it, and no event without one before the end', () => {
    const text = { direction: 'Incoming', _links: { plainMessage: { href: 'data:,hi' } } };
    const types = (event: object) => factsOf(bodyOf([event])).map(({ type }) => type);
    expect(types(messageEvent({ type: 'started', status: undefined }, text))).toEqual(['message.created']);
    expect(types(messageEvent({ type: 'started', status: undefined }, { direction: 'Outgoing' }))).toEqual([]);
    expect(types(messageEvent({ status: 'Failure' }, text))).toEqual(['message.created', 'message.failed']);
    expect(types(messageEvent({ _embedded: undefined }))).toEqual(['message.created']);
  });

  it('does not give away the names of the acts of others as names of ours', () => {
    const resource = (direction: string) => ({ direction, operationId: 'op-1' });
    const failed = (direction: string) =>
      factsOf(bodyOf([messageEvent({ status: 'Failure' }, resource(direction))]))[0]?.data;
    expect(failed('Outgoing')).toMatchObject({ operationId: 'op-1' });
    expect(failed('Incoming')).not.toHaveProperty('operationId');
  });

  it('reads links that are lists, and the author from the link where nobody is embedded', () => {
    const href = `${conversation}/participants/lee@a.example`;
    const _links = {
      plainMessage: [{ href: 'data:,hi' }],
      'service:participant': [{ href, title: 'Lee' }, { href: 'x' }],
    };
    expect(factsOf(bodyOf([messageEvent({}, { direction: 'Incoming', _links })]))[0]).toMatchObject({
      actor: { externalId: 'sip:lee@a.example', displayName: 'Lee' },
      data: { content: 'hi' },
    });
  });

  it('reads hrefs whose ampersands were escaped once too often', () => {
    const text = JSON.stringify(bodyOf([messageEvent({})])).replace('&key', '\\\\u0026key');
    expect(text).toContain('\\\\u0026');
    expect(factsOf(text)).toMatchObject([{ position: 3_000, space: { externalId: conversationId } }]);
  });

  it('keeps a body of strangers as unrecognized and takes what it knows out of a mixed one', () => {
    expect(translated(fixture('reauthored/12-unknown-rel-and-type'))).toEqual({
      kind: 'unrecognized',
      platformType: 'somethingNew.rescheduled',
    });
    const stranger = {
      link: { rel: 'service:news\n', href: '/x' },
      type: 'added',
      in: { rel: 'service:lobby', href: '/' },
    };
    expect(translated(bodyOf([stranger]))).toEqual({ kind: 'unrecognized', platformType: 'news?.added in lobby' });
    expect(factsOf(bodyOf([stranger, messageEvent({}), {}]))).toHaveLength(1);
    const lobby = { link: { rel: 'participant', href: `${conversation}/participants/lee@a.example` }, type: 'added' };
    expect(translated(bodyOf([{ ...lobby, in: { rel: 'service:lobby', href: '/' } }])).kind).toBe('unrecognized');
    for (const rel of ['constructor', '__proto__', 'toString']) {
      expect(translated(bodyOf([{ link: { rel, href: '/x' }, type: 'added' }])).kind).toBe('unrecognized');
    }
  });

  it.each([
    ['', 'not-json'],
    ['[]', 'not-an-object'],
    ['{}', 'missing-field'],
    ['{"sender":{}}', 'missing-field'],
    [JSON.stringify(bodyOf([{ type: 'added' }])), 'missing-field'],
    [
      JSON.stringify({ sender: [{ events: [messageEvent({ link: { rel: 'message', href: '/m/1' } })] }] }),
      'missing-field',
    ],
  ])('refuses %j as %s', (text, reason) => {
    const attempt = (): unknown => translated(text);
    expect(attempt).toThrow(Untranslatable);
    expect(attempt).toThrow(expect.objectContaining({ reason }) as Error);
  });

  it('orders facts by the numbers of bodies, not by their arrival', () => {
    const texts = ['late', 'early'].map((name, index) => ({
      direction: 'Incoming',
      _links: { plainMessage: { href: `data:,${name}` } },
      index,
    }));
    const positions = texts.map(
      (resource, index) => factsOf(bodyOf([messageEvent({}, resource)], 9 - index))[0]?.position,
    );
    expect(positions).toEqual([9_000, 8_000]);
  });

  it('says nothing that a second translation would not say', () => {
    const origin = {
      tenantId: 't',
      connectionId: '019a0000-0000-7000-8000-000000000001',
      platform: 'skype-for-business',
      deliveryId: '019a0000-0000-7000-8000-000000000002',
      deliverySeq: '1',
      learnedAt: receivedAt,
    };
    const body = fixture('reauthored/03-participants-added-updated-deleted');
    const events = recordFacts(factsOf(body), origin, () => undefined);
    expect(recordFacts(factsOf(body), origin, () => undefined)).toEqual(events);
  });
});
