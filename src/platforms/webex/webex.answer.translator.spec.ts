import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fetchedDelivery } from '../../deliveries/fetched-delivery.js';
import { recordFacts, type Fact } from '../../events/event.js';
import { applyToMessage, isMessageEvent, type MessageRow } from '../../messages/message.state.js';
import { Untranslatable } from '../platform.errors.js';
import { type Translation } from '../platform.js';
import { translateWebex } from './webex.translator.js';

const receivedAt = new Date('2026-02-01T00:00:00.000Z');

function translate(resource: string, body: object | Buffer, status = 200): Translation {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const answer = { resource, externalId: 'asked', spaceExternalId: 'room', status, contentType: '', body: bytes };
  return translateWebex(fetchedDelivery(answer, receivedAt));
}

function factsOf(resource: string, body: object | Buffer, status = 200): readonly Fact[] {
  const translation = translate(resource, body, status);
  if (translation.kind !== 'facts') throw new Error(translation.platformType);
  return translation.facts;
}

function sample(name: string): object {
  const text = readFileSync(new URL(`../../../test/fixtures/webex/api_${name}.json`, import.meta.url), 'utf8');
  // The fixtures hold objects.
  return JSON.parse(text) as object;
}

describe('an answer of the Webex API becomes', () => {
  it('a message with its text, under the ids that we asked for', () => {
    expect(factsOf('messages', sample('message_get.docs-guide'))).toEqual([
      {
        type: 'message.fetched',
        occurredAt: new Date('2015-12-04T17:33:56.767Z'),
        space: { externalId: 'room' },
        actor: expect.objectContaining({ email: 'matt@example.com' }) as object,
        data: {
          messageExternalId: 'asked',
          content: 'Something interesting and potentially sensitive',
          contentType: 'text/plain',
        },
      },
    ]);
  });

  it('a message and its last edit, which alone has the text, where it was edited', () => {
    const [listed] = (sample('messages_list.openapi') as { items: { markdown: string }[] }).items;
    const [fetched, edited] = factsOf('messages', listed ?? {});
    expect(fetched).toMatchObject({
      type: 'message.fetched',
      occurredAt: new Date('2015-10-18T14:26:16Z'),
      data: { content: null, conversation: { type: 'thread' } },
    });
    expect(edited).toMatchObject({
      type: 'message.edited',
      occurredAt: new Date('2015-10-18T14:27:16Z'),
      data: { content: listed?.markdown, contentType: 'text/markdown', conversation: { type: 'thread' } },
    });
  });

  it.each([
    [{ markdown: '**a**', html: '<b>a</b>', text: 'a' }, '**a**', 'text/markdown'],
    [{ html: '<b>a</b>', text: 'a' }, '<b>a</b>', 'text/html'],
    [{ markdown: '', html: '', text: 'a' }, 'a', 'text/plain'],
    [{ files: ['https://webexapis.com/v1/contents/1'] }, '', 'text/plain'],
    [{ markdown: 5, html: null, text: [] }, '', 'text/plain'],
  ])('the form of the text that says most: %j', (body, content, contentType) => {
    expect(factsOf('messages', body)).toMatchObject([{ data: { content, contentType } }]);
  });

  it.each([
    [404, 'gone'],
    [410, 'gone'],
    [403, 'refused'],
  ])('the loss of a message: %i is %s', (status, reason) => {
    expect(factsOf('messages', Buffer.from('<html>'), status)).toEqual([
      {
        type: 'message.unavailable',
        occurredAt: receivedAt,
        space: { externalId: 'room' },
        data: { messageExternalId: 'asked', reason },
      },
    ]);
  });

  it('a room as it is now, with its title', () => {
    const [fact] = factsOf('rooms', sample('room.openapi'));
    expect(fact).toMatchObject({
      type: 'space.updated',
      occurredAt: receivedAt,
      data: {
        changes: {
          title: 'Project Unicorn - Sprint 0',
          description: 'Company Announcements',
          properties: { type: 'group', isLocked: true, isPublic: true, unavailable: false },
        },
      },
    });
    expect(JSON.stringify(fact?.data)).not.toContain('lastActivity');
  });

  it('a room whose title is empty rather than unknown, where there is none', () => {
    expect(factsOf('rooms', { type: 'direct' })).toMatchObject([{ data: { changes: { title: '' } } }]);
  });

  it.each([
    [403, 'refused'],
    [404, 'gone'],
  ])('the word that we may not see the room: %i is %s', (status, unavailable) => {
    expect(factsOf('rooms', Buffer.alloc(0), status)).toMatchObject([
      { type: 'space.updated', data: { changes: { properties: { unavailable } } } },
    ]);
  });

  it('one member for each item, since the beginning of each membership', () => {
    const items = [sample('membership.openapi'), { personId: 'bot', isModerator: false }];
    expect(factsOf('memberships', { items })).toMatchObject([
      {
        type: 'member.joined',
        occurredAt: new Date('2015-10-18T14:26:16.203Z'),
        space: { externalId: 'room' },
        data: { member: { displayName: 'John Andersen', role: 'moderator' } },
      },
      { occurredAt: receivedAt, data: { member: { externalId: 'bot', role: 'member' } } },
    ]);
  });

  it('a submission with its inputs', () => {
    const inputs = { Name: 'John Andersen', Url: 'https://example.com', Email: 'john.andersen@example.com' };
    const [fact] = factsOf('attachment/actions', sample('attachment_action.openapi'));
    expect(fact).toMatchObject({
      type: 'annotation.added',
      occurredAt: new Date('2016-05-10T19:41:00.100Z'),
      data: { annotationExternalId: 'asked', annotationType: 'card-submit', payload: inputs },
    });
    expect(factsOf('attachment/actions', {})).toMatchObject([{ data: { payload: {}, rawPayload: '{}' } }]);
  });

  it.each([
    ['memberships', { items: [] }, 200],
    ['memberships', {}, 403],
    ['attachment/actions', {}, 404],
  ])('nothing: %s with %j and %i', (resource, body, status) => {
    expect(factsOf(resource, body, status)).toEqual([]);
  });

  it.each([
    ['messages', Buffer.from('<html>'), 200, 'not-json'],
    ['messages', {}, 500, 'unexpected-status'],
    ['memberships', {}, 200, 'missing-field'],
    ['memberships', { items: [{}] }, 200, 'missing-field'],
  ])('a dead letter: %s with %j and %i', (resource, body, status, reason) => {
    expect(() => translate(resource, body, status)).toThrow(expect.objectContaining({ reason }));
  });

  it('unrecognized, where this version does not ask for such things', () => {
    expect(translate('teams', {})).toEqual({ kind: 'unrecognized', platformType: 'fetched teams' });
    expect(translate('toString', {}).kind).toBe('unrecognized');
  });

  it('facts or `Untranslatable`, whatever it says', () => {
    const resource = fc.constantFrom('messages', 'rooms', 'memberships', 'attachment/actions');
    const member = fc.constantFrom('items', 'text', 'markdown', 'created', 'updated', 'inputs', 'title', 'personId');
    const body = fc.oneof(fc.jsonValue(), fc.dictionary(member, fc.jsonValue()));
    fc.assert(
      fc.property(resource, body, (asked, value) => {
        try {
          expect(translate(asked, Buffer.from(JSON.stringify(value))).kind).toBe('facts');
        } catch (error) {
          expect(error).toBeInstanceOf(Untranslatable);
        }
      }),
    );
  });
});

describe('a thin call and the answer that completes it', () => {
  const call = {
    resource: 'messages',
    event: 'created',
    data: { id: 'asked', roomId: 'room', personId: 'ann', created: '2026-01-01T10:00:00.000Z' },
  };
  const answer = {
    ...call.data,
    text: 'final',
    parentId: 'p',
    updated: '2026-01-01T10:05:00.000Z',
  };

  it('show the same message whichever comes first', () => {
    const origin = {
      tenantId: 't',
      connectionId: '019a0000-0000-7000-8000-000000000001',
      platform: 'webex',
      deliveryId: '019a0000-0000-7000-8000-000000000002',
      deliverySeq: '1',
      learnedAt: receivedAt,
    };
    const thin = translateWebex({
      ...fetchedDelivery(
        {
          resource: '',
          externalId: '',
          spaceExternalId: '',
          status: 0,
          contentType: '',
          body: Buffer.from(JSON.stringify(call)),
        },
        receivedAt,
      ),
      scheme: 'hmac-sha1',
    });
    const facts = [...(thin.kind === 'facts' ? thin.facts : []), ...factsOf('messages', answer)];
    const rowAfter = (told: readonly Fact[]): MessageRow | undefined =>
      recordFacts(told, origin, () => undefined)
        .filter(isMessageEvent)
        .reduce<MessageRow | undefined>((row, event) => applyToMessage(row, event), undefined);
    const expected = {
      content: 'final',
      content_type: 'text/plain',
      author_external_id: 'ann',
      created_at: new Date('2026-01-01T10:00:00.000Z'),
      edited_at: new Date('2026-01-01T10:05:00.000Z'),
      conversation: { externalId: 'p', type: 'thread' },
    };
    expect(facts).toHaveLength(3);
    expect(rowAfter(facts)).toMatchObject(expected);
    expect(rowAfter([...facts].reverse())).toMatchObject(expected);
  });
});
