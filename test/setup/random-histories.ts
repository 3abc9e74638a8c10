import fc from 'fast-check';
import { type JsonValue } from '../../src/common/json/json.js';
import { recordFacts, type Fact, type LiaisonEvent } from '../../src/events/event.js';

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

/** An object without the members that are undefined, as translators make them. */
function stated<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // Facts never carry a member that is present and undefined.
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never;
}

// Small pools, so that facts meet: few ids, few texts and so few milliseconds that ties are everywhere.
const start = Date.UTC(2018, 1, 27);
const occurredAt = oneOf(...[0, 1, 2, 3, 4].map((ms) => new Date(start + ms)));
const space = fc
  .record({
    externalId: oneOf('58822220e4b0192475567c93', 'room'),
    title: maybe(oneOf('Deal', 'Deals')),
    organizationExternalId: maybe(oneOf('org', 'other')),
  })
  .map(stated);
const actor = fc
  .record({
    externalId: oneOf('ann', 'ben'),
    displayName: maybe(oneOf('Ann', 'Ben', 'Bén')),
    email: maybe(oneOf('ann@example.com', 'a@example.com')),
  })
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

/** One fact as it reached us. */
export interface Arrival {
  readonly fact: Fact;
  readonly learnedAt: Date;
  /** Where it comes in the shuffled run: a parked delivery that is replayed comes long after it was learned. */
  readonly turn: number;
}

/** Facts about a few things that meet in a few milliseconds, learned at some of these times, and out of all order. */
export function histories(
  learnedAt: readonly Date[],
  size: { readonly minLength: number; readonly maxLength: number },
): fc.Arbitrary<readonly Arrival[]> {
  const arrival = fc
    .record({
      saying,
      occurredAt,
      learnedAt: oneOf(...learnedAt),
      // Platforms number the facts of a space or do not; both at once are tried too.
      position: maybe(fc.nat(3)),
      space,
      actor: maybe(actor),
      turn: fc.nat(1_000_000),
    })
    .map(({ saying: said, turn, learnedAt: learned, ...rest }): Arrival => ({
      fact: { ...said, ...stated(rest) },
      learnedAt: learned,
      turn,
    }));
  return fc.array(arrival, { ...size, size: 'max' });
}

/** The arrivals as events of a connection, each from a delivery of its own; `firstSeq` is the number of the first one. */
export function eventsOf(arrivals: readonly Arrival[], connectionId: string, firstSeq = 0): LiaisonEvent[] {
  return arrivals.flatMap(({ fact, learnedAt }, index) => {
    const seq = firstSeq + index;
    const deliveryId = `01900000-0000-7000-8000-${seq.toString(16).padStart(12, '0')}`;
    const origin = { tenantId: 'default', connectionId, platform: 'watson-work', deliveryId, deliverySeq: String(seq) };
    return recordFacts([fact], { ...origin, learnedAt }, () => undefined);
  });
}
