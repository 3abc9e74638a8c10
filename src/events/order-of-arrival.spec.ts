import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyToAuthorization,
  isAuthorizationEvent,
  type AuthorizationRow,
} from '../authorizations/authorization.state.js';
import { type JsonValue } from '../common/json/json.js';
import { conversationChanges, type ConversationRow } from '../conversations/conversation.state.js';
import { applyToAnnotation, isAnnotationEvent, type AnnotationRow } from '../messages/annotation.state.js';
import { applyToMessage, isMessageEvent, type MessageRow } from '../messages/message.state.js';
import { applyToReaction, isReactionEvent, type ReactionRow } from '../messages/reaction.state.js';
import { memberChanges, type MemberRow } from '../spaces/member.state.js';
import { applyToSpace, type SpaceRow } from '../spaces/space.state.js';
import { type Actor } from './event-map.js';
import { isInSpace, recordFacts, type Fact, type LiaisonEvent } from './event.js';

const histories = 10_000;

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

/** An object without the members that are undefined, as translators make them. */
function stated<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // Facts never carry a member that is present and undefined.
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never;
}

// Small pools, so that facts meet: few ids, few texts and so few milliseconds that ties are everywhere.
const time = oneOf(...[0, 1, 2, 3, 4].map((ms) => new Date(Date.UTC(2018, 1, 27) + ms)));
const space = fc
  .record({ externalId: oneOf('58822220e4b0192475567c93', 'room'), title: maybe(oneOf('Deal', 'Deals')) })
  .map(stated);
const actor = fc
  .record({ externalId: oneOf('ann', 'ben'), displayName: maybe(oneOf('Ann', 'Ben', 'Bén')) })
  .map(stated);
const messageExternalId = oneOf('5a95abd1e4b01e6e9ce0cee1', 'm2');
const annotationExternalId = oneOf('a1', 'content:unnamed');
const conversation = maybe(fc.record({ externalId: oneOf('c1', 'c2'), type: oneOf('one', 'two') }));
const text = fc
  .record({
    messageExternalId,
    content: oneOf('', 'yes', 'no', null),
    contentType: maybe(oneOf('text/html', 'text/markdown')),
    conversation,
  })
  .map(stated);
const payload = oneOf('{"text":"from the app"}', '{"text":"later","b":1}', 'no json');
const annotation = fc
  .record({
    annotationExternalId,
    messageExternalId: maybe(messageExternalId),
    type: maybe(oneOf('generic', 'GENERIC', 'file')),
    raw: maybe(payload),
  })
  .map(({ type, raw, ...ids }) =>
    stated({
      ...ids,
      annotationType: type,
      rawPayload: raw,
      payload: raw?.startsWith('{') === true ? { text: raw } : undefined,
    }),
  );
const changes = fc
  .record({
    title: maybe(oneOf('Deal', 'Won')),
    description: maybe(oneOf('', 'big')),
    allowGuests: maybe(fc.boolean()),
    properties: maybe(fc.dictionary(oneOf('p', 'q'), oneOf<JsonValue>(1, 'two', { deep: [1, null] }), { maxKeys: 2 })),
  })
  .map(stated);

const member = fc
  .record({
    externalId: oneOf('ann', 'ben'),
    displayName: maybe(oneOf('Ann', 'Ben', 'Bén')),
    email: maybe(oneOf('ann@example.com', 'a@example.com')),
    role: maybe(oneOf('moderator', 'member')),
  })
  .map(stated);
const conversationBody = fc
  .record({
    conversationExternalId: oneOf('c1', 'c2'),
    state: maybe(oneOf('Connecting', 'Connected', 'Disconnected')),
    subject: maybe(oneOf('Renewal', 'Renewals')),
    modalities: maybe(fc.constant(['Messaging'])),
  })
  .map(stated);
const invitationBody = fc
  .record({
    invitationExternalId: oneOf('i1', 'i2'),
    conversationExternalId: maybe(oneOf('c1', 'c2')),
    invitationType: fc.constant('messagingInvitation'),
    subject: maybe(oneOf('Renewal', 'Renewals')),
    reason: maybe(fc.constant({ code: 'Informational' })),
  })
  .map(stated);
const consent = fc
  .record({
    applicationExternalId: fc.constant('app'),
    organizationExternalId: oneOf('org', 'other'),
    scopes: maybe(oneOf(['a'], ['a', 'b'])),
    details: fc.constant({}),
  })
  .map(stated);

const written = oneOf('message.created' as const, 'message.fetched' as const, 'message.edited' as const);
const annotated = oneOf('annotation.added' as const, 'annotation.edited' as const);
const reacted = oneOf('reaction.added' as const, 'reaction.removed' as const);
const moved = oneOf('member.joined' as const, 'member.updated' as const, 'member.left' as const);
const talked = oneOf('conversation.started' as const, 'conversation.updated' as const, 'conversation.ended' as const);
const invited = oneOf('invitation.received' as const, 'invitation.accepted' as const, 'invitation.failed' as const);
const consented = oneOf('authorization.granted' as const, 'authorization.revoked' as const);
const saying = fc.oneof(
  fc.record({ type: written, data: text }),
  fc.record({ type: fc.constant('message.deleted' as const), data: fc.record({ messageExternalId }) }),
  fc.record({ type: annotated, data: annotation }),
  fc.record({
    type: fc.constant('annotation.removed' as const),
    data: fc.record({ annotationExternalId, messageExternalId }),
  }),
  fc.record({ type: reacted, data: fc.record({ messageExternalId, reaction: oneOf('👍', '👎') }) }),
  fc.record({ type: moved, data: fc.record({ member }) }),
  fc.record({ type: talked, data: conversationBody }),
  fc.record({ type: invited, data: invitationBody }),
  fc.record({ type: consented, data: consent }),
  fc.record({ type: fc.constant('message.failed' as const), data: fc.record({ messageExternalId }) }),
  fc.record({
    type: fc.constant('message.unavailable' as const),
    data: fc.record({ messageExternalId, reason: oneOf('gone' as const, 'refused' as const) }),
  }),
  fc.record({ type: fc.constant('space.updated' as const), data: fc.record({ changes }) }),
  fc.record({ type: fc.constant('space.deleted' as const), data: fc.constant({}) }),
);

interface Arrival {
  readonly event: LiaisonEvent;
  /** Where it comes in the shuffled run. */
  readonly turn: number;
}

const arrival = fc.record({
  saying,
  at: time,
  // Platforms number the facts of a space or do not; both at once are tried too.
  position: maybe(fc.nat(3)),
  space,
  actor: maybe(actor),
  turn: fc.nat(1_000_000),
});
const history: fc.Arbitrary<readonly Arrival[]> = fc
  .array(arrival, { minLength: 2, maxLength: 30, size: 'max' })
  .map((arrivals) => arrivals.map((arrived, index) => ({ event: eventOf(arrived, index), turn: arrived.turn })));

function eventOf(
  arrived: {
    saying: unknown;
    at: Date;
    position: number | undefined;
    space: Fact['space'];
    actor: Actor | undefined;
  },
  index: number,
): LiaisonEvent {
  const who = stated({ actor: arrived.actor, position: arrived.position });
  // The generators above pair each type with its data, which TypeScript cannot follow.
  const fact = { ...(arrived.saying as Fact), ...who, occurredAt: arrived.at, space: arrived.space } as Fact;
  const origin = {
    tenantId: 'tenant',
    connectionId: '01900000-0000-7000-8000-000000000001',
    platform: 'watson-work',
    deliveryId: '01900000-0000-7000-8000-000000000002',
    deliverySeq: String(index),
    learnedAt: new Date(Date.UTC(2018, 2, 1)),
  };
  const [event] = recordFacts([fact], origin, () => undefined);
  if (event === undefined) throw new Error('one fact makes one event');
  return event;
}

interface Projections {
  readonly spaces: Map<string, SpaceRow>;
  readonly members: Map<string, MemberRow>;
  readonly messages: Map<string, MessageRow>;
  readonly annotations: Map<string, AnnotationRow>;
  readonly reactions: Map<string, ReactionRow>;
  readonly conversations: Map<string, ConversationRow>;
  readonly authorizations: Map<string, AuthorizationRow>;
}

function project(events: readonly LiaisonEvent[]): Projections {
  const rows: Projections = {
    spaces: new Map(),
    members: new Map(),
    messages: new Map(),
    annotations: new Map(),
    reactions: new Map(),
    conversations: new Map(),
    authorizations: new Map(),
  };
  for (const event of events.filter(isInSpace)) {
    const { spaceId, subjectId } = event;
    rows.spaces.set(spaceId, applyToSpace(rows.spaces.get(spaceId), event));
    for (const { id, apply } of memberChanges(event)) rows.members.set(id, apply(rows.members.get(id)));
    if (isMessageEvent(event)) rows.messages.set(subjectId, applyToMessage(rows.messages.get(subjectId), event));
    if (isAnnotationEvent(event))
      rows.annotations.set(subjectId, applyToAnnotation(rows.annotations.get(subjectId), event));
    for (const { id, apply } of conversationChanges(event)) {
      rows.conversations.set(id, apply(rows.conversations.get(id)));
    }
    if (isAuthorizationEvent(event)) {
      rows.authorizations.set(subjectId, applyToAuthorization(rows.authorizations.get(subjectId), event));
    }
    if (isReactionEvent(event)) rows.reactions.set(subjectId, applyToReaction(rows.reactions.get(subjectId), event));
  }
  return rows;
}

const inOrder = (arrivals: readonly Arrival[]): LiaisonEvent[] =>
  arrivals.map((arrived) => arrived.event).sort((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime());
const shuffled = (arrivals: readonly Arrival[]): LiaisonEvent[] =>
  [...arrivals].sort((a, b) => a.turn - b.turn).map((arrived) => arrived.event);

/** Every order of up to five events. */
function permutations<T>(list: readonly T[]): T[][] {
  if (list.length <= 1) return [[...list]];
  return list.flatMap((item, index) => permutations(list.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

describe('the order in which facts arrive', () => {
  it(
    `leaves the same rows as the order in which they happened, in ${histories} shuffled histories`,
    { timeout: 120_000 },
    () => {
      fc.assert(
        fc.property(history, (arrivals) => {
          expect(project(shuffled(arrivals))).toEqual(project(inOrder(arrivals)));
        }),
        { numRuns: histories },
      );
    },
  );

  it('leaves the same rows in each of the 120 orders of five facts about one message', { timeout: 60_000 }, () => {
    const five = fc
      .array(arrival, { minLength: 5, maxLength: 5 })
      .map((arrivals) =>
        arrivals.map((arrived, index) => eventOf({ ...arrived, space: { externalId: 'room' } }, index)),
      );
    fc.assert(
      fc.property(five, (events) => {
        const [first, ...others] = permutations(events).map((order) => project(order));
        for (const other of others) expect(other).toEqual(first);
      }),
      { numRuns: 100 },
    );
  });
});
