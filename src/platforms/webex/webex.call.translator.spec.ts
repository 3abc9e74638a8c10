import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markVerified } from '../../deliveries/delivery.js';
import { isInSpace, recordFacts, type Fact } from '../../events/event.js';
import { memberChanges, type MemberRow } from '../../spaces/member.state.js';
import { Untranslatable } from '../platform.errors.js';
import { type Translation } from '../platform.js';
import { translateWebex } from './webex.translator.js';

const receivedAt = new Date('2026-02-01T00:00:00.000Z');
const room = 'Y2lzY29zcGFyazovL3VzL1JPT00vYmJjZWIxYWQtNDNmMS0zYjU4LTkxNDctZjE0YmIwYzRkMTU0';
const person = 'Y2lzY29zcGFyazovL3VzL1BFT1BMRS9mNWIzNjE4Ny1jOGRkLTQ3MjctOGIyZi1mOWM0NDdmMjkwNDY';
const organization = 'OTZhYmMyYWEtM2RjYy0xMWU1LWExNTItZmUzNDgxOWNkYzlh';
const message = 'Y2lzY29zcGFyazovL3VzL01FU1NBR0UvOTJkYjNiZTAtNDNiZC0xMWU2LThhZTktZGQ1YjNkZmM1NjVk';

function translate(body: object | Buffer, at = receivedAt): Translation {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  return translateWebex(markVerified({ body: bytes, headers: {}, query: '', receivedAt: at }, 'hmac-sha1'));
}

function factsOf(body: object | Buffer, at = receivedAt): readonly Fact[] {
  const translation = translate(body, at);
  if (translation.kind !== 'facts') throw new Error(translation.platformType);
  return translation.facts;
}

function sample(name: string): Buffer {
  return readFileSync(new URL(`../../../test/fixtures/webex/webhook_${name}.json`, import.meta.url));
}

describe('a call of Webex becomes', () => {
  it('a message whose text is withheld', () => {
    expect(factsOf(sample('messages_created.docs-guide'))).toEqual([
      {
        type: 'message.created',
        occurredAt: new Date('2015-10-18T14:26:16.000Z'),
        space: { externalId: room, organizationExternalId: organization },
        actor: { externalId: person, email: 'matt@example.com' },
        data: { messageExternalId: message, content: null },
      },
    ]);
  });

  it('a message in a thread, where it names its parent', () => {
    const data = { id: 'm', roomId: 'r', parentId: 'p', created: '2015-10-18T14:26:16+00:00' };
    expect(factsOf({ resource: 'messages', event: 'created', data })).toMatchObject([
      {
        occurredAt: new Date('2015-10-18T14:26:16.000Z'),
        data: { conversation: { externalId: 'p', type: 'thread' } },
      },
    ]);
  });

  it('a deletion by whoever deleted, at the time that we learned it', () => {
    const data = { id: 'm', roomId: 'r', personId: 'author' };
    expect(factsOf({ resource: 'messages', event: 'deleted', actorId: 'moderator', data })).toEqual([
      {
        type: 'message.deleted',
        occurredAt: receivedAt,
        space: { externalId: 'r' },
        actor: { externalId: 'moderator' },
        data: { messageExternalId: 'm' },
      },
    ]);
  });

  it.each([
    ['created', 'member.joined', new Date('2015-10-18T14:26:16.203Z')],
    ['updated', 'member.updated', receivedAt],
    ['deleted', 'member.left', receivedAt],
  ])('memberships.%s: %s', (event, type, occurredAt) => {
    expect(factsOf(sample(`memberships_${event}.composed`))).toMatchObject([
      {
        type,
        occurredAt,
        space: { externalId: room },
        data: {
          member: {
            externalId: person,
            displayName: 'John Andersen',
            email: 'john.andersen@example.com',
            role: 'moderator',
          },
        },
      },
    ]);
  });

  it.each([
    ['created', new Date('2026-01-05T10:00:00.000Z'), false],
    ['updated', receivedAt, true],
  ])('rooms.%s: a room without a title', (event, occurredAt, isLocked) => {
    const [fact] = factsOf(sample(`rooms_${event}.composed`));
    expect(fact).toMatchObject({ type: 'space.updated', occurredAt, space: { externalId: room } });
    expect(fact?.data).toEqual({
      changes: {
        properties: { type: 'group', isLocked, creatorId: person, created: '2026-01-05T10:00:00.000Z' },
      },
    });
  });

  it('a migration with all that was said', () => {
    const [fact] = factsOf(sample('rooms_migrated.composed'));
    expect(fact).toMatchObject({ type: 'space.migrated', data: { details: { type: 'group', isLocked: false } } });
  });

  it('a submission of a card without its inputs', () => {
    const [fact] = factsOf(sample('attachmentActions_created.composed'));
    expect(fact).toMatchObject({ type: 'annotation.added', actor: { externalId: person } });
    expect(fact?.data).toEqual({
      annotationExternalId:
        'Y2lzY29zcGFyazovL3VzL0FUVEFDSE1FTlRfQUNUSU9OLzU0MWFlMzBlLWUyYzUtNGRkNi04NTM4LTgzOTRjODYzM2I3MQ',
      annotationType: 'card-submit',
      messageExternalId: message,
    });
  });

  it.each([
    ['serviceApp_authorized', 'authorization.granted', new Date('2024-06-12T14:19:52.168Z')],
    ['serviceApp_deauthorized.composed', 'authorization.revoked', receivedAt],
  ])('%s: %s, of the organisation that consented', (name, type, occurredAt) => {
    const [fact] = factsOf(sample(name));
    // Both are placed by the platform's own date.
    expect(fact).toMatchObject({
      type,
      occurredAt,
      space: undefined,
      position: Date.UTC(2024, 5, 12, 14, 19, 52, 168),
    });
    expect(fact?.data).toEqual({
      applicationExternalId: 'ZDllNzczMzllOGVlODI5OTll',
      organizationExternalId: 'YTU2YS1iMDVhNzA1ZDcwYjQ',
      friendlyId: 'super-special-service-app',
      authorizedBy: 'Yjk2YS03NGQ4NWYxNjU1ZmE',
      authorizedAt: '2024-06-12T14:19:52.168Z',
      scopes: ['spark:kms', 'meeting:admin_schedule_write'],
      siteNames: ['clgmaiyaaq.webex.com'],
      adminSiteNames: ['clgmaiyaaq.webex.com'],
      // The fixture is the seed's own text.
      details: (JSON.parse(sample(name).toString()) as { data: object }).data,
    });
  });

  it.each([
    ['meetings_started.composed', 'meetings.started', receivedAt],
    ['meetingParticipants_joined.composed', 'meetingParticipants.joined', new Date('2022-10-25T09:00:00Z')],
    ['recordings_created.composed', 'recordings.created', new Date('2020-07-13T17:11:35Z')],
    ['meetingTranscripts_created.composed', 'meetingTranscripts.created', receivedAt],
    ['telephony_calls_updated.captured-redacted', 'telephony_calls.updated', new Date('2025-08-05T17:47:22.678Z')],
    ['controlHubAlerts_created.docs', 'controlHubAlerts.created', receivedAt],
  ])('%s: an activity outside of rooms', (name, activityType, occurredAt) => {
    const { data } = JSON.parse(sample(name).toString()) as { data: { id?: string; callId?: string } };
    const [fact] = factsOf(sample(name));
    expect(fact).toMatchObject({ type: 'activity.reported', occurredAt, space: undefined });
    const externalId = data.id ?? data.callId;
    expect(fact?.data).toEqual({ activityType, details: data, ...(externalId === undefined ? {} : { externalId }) });
  });

  it('an unrecognized type, by its resource and event', () => {
    expect(translate({ resource: 'messages', event: 'updated', data: {} })).toEqual({
      kind: 'unrecognized',
      platformType: 'messages.updated',
    });
    expect(translate({ resource: 'x'.repeat(200), event: 'y' })).toEqual({
      kind: 'unrecognized',
      platformType: 'x'.repeat(100),
    });
    expect(translate({ resource: 'constructor', event: 'name' }).kind).toBe('unrecognized');
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'not-json'],
    ['a list', Buffer.from('[]'), 'not-an-object'],
    ['no resource', { event: 'created' }, 'missing-field'],
    ['no event', { resource: 'messages', data: { id: 'm' } }, 'missing-field'],
    ['no data', { resource: 'messages', event: 'created' }, 'missing-field'],
    ['no room', { resource: 'messages', event: 'created', data: { id: 'm' } }, 'missing-field'],
    ['no person', { resource: 'memberships', event: 'created', data: { id: 'm', roomId: 'r' } }, 'missing-field'],
    ['no organisation', { resource: 'serviceApp', event: 'authorized', data: { id: 'a' } }, 'missing-field'],
  ])('a dead letter when it has %s', (_, body, reason) => {
    expect(() => translate(body)).toThrow(expect.objectContaining({ name: 'Untranslatable', reason }));
  });

  it('facts or `Untranslatable`, whatever it says', () => {
    const types = ['messages', 'memberships', 'rooms', 'attachmentActions', 'serviceApp', 'telephony_calls'];
    const events = ['created', 'updated', 'deleted', 'migrated', 'authorized'];
    const member = fc.constantFrom('id', 'roomId', 'personId', 'created', 'scopes', 'authorizerOrgId', '__proto__');
    const odd = fc.oneof(fc.jsonValue(), fc.string(), fc.constant('\ud800\u0000'));
    const body = fc.record({
      resource: fc.constantFrom(...types),
      event: fc.constantFrom(...events),
      actorId: odd,
      data: fc.oneof(odd, fc.dictionary(member, odd)),
    });
    fc.assert(
      fc.property(body, (value) => {
        try {
          expect(translate(value).kind).toMatch(/^(facts|unrecognized)$/);
        } catch (error) {
          expect(error).toBeInstanceOf(Untranslatable);
        }
      }),
    );
  });
});

describe('somebody who left and came back', () => {
  const id = 'the-same-membership';
  const of = (event: string, created: string, receivedMs: number): { body: object; at: Date } => ({
    body: { resource: 'memberships', event, data: { id, roomId: 'r', personId: 'ann', created } },
    at: new Date(Date.parse(created) + receivedMs),
  });
  const [first, second] = ['2026-01-01T10:00:00.000Z', '2026-01-01T10:00:05.000Z'];
  const joined = of('created', first, 100);
  // Told only after the return.
  const left = of('deleted', first, 60_000);
  const leftAgain = of('deleted', first, 3_600_000);
  const back = of('created', second, 100);
  const gone = of('deleted', second, 100);

  /** Whether Ann is in the room after these calls, in this order. */
  const isPresentAfter = (calls: readonly { readonly body: object; readonly at: Date }[]): boolean => {
    const origin = {
      tenantId: 't',
      connectionId: '019a0000-0000-7000-8000-000000000001',
      platform: 'webex',
      deliveryId: '019a0000-0000-7000-8000-000000000002',
      deliverySeq: '1',
      learnedAt: receivedAt,
    };
    const facts = calls.flatMap(({ body, at }) => factsOf(body, at));
    const changes = recordFacts(facts, origin, () => undefined)
      .filter(isInSpace)
      .flatMap(memberChanges);
    const row = changes.reduce<MemberRow | undefined>((known, change) => change.apply(known), undefined);
    if (row === undefined || row.joined_order === null) return false;
    return row.left_order === null || row.joined_order > row.left_order;
  };

  it('is present, in whatever order and however often the calls come', () => {
    const calls = [joined, left, leftAgain, back, joined];
    fc.assert(
      fc.property(fc.shuffledSubarray(calls, { minLength: 5 }), (shuffled) => {
        expect(isPresentAfter(shuffled)).toBe(true);
      }),
    );
  });

  it('is absent after leaving again, in whatever order the calls come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([joined, left, back, gone], { minLength: 4 }), (shuffled) => {
        expect(isPresentAfter(shuffled)).toBe(false);
      }),
    );
  });
});
