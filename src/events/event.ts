import { entityId } from '../common/ids/entity-id.js';
import { storableJson } from '../common/json/storable.js';
import { type JsonValue } from '../common/json/json.js';
import { type Actor, type EventMap, type EventType } from './event-map.js';

export interface SpaceReference {
  readonly externalId: string;
  /** The space's title at the time of the fact, where the platform tells it. */
  readonly title?: string;
}

/** What a translator says: one fact, in our vocabulary, with the platform's own ids. */
export type Fact<T extends EventType = EventType> = {
  [K in T]: {
    readonly type: K;
    /** When it was so at the source. */
    readonly occurredAt: Date;
    readonly space: SpaceReference;
    readonly actor?: Actor;
    readonly data: EventMap[K];
  };
}[T];

/** What an event's `data` column holds: the fact's own data and who and where. */
export type EventData<T extends EventType = EventType> = EventMap[T] & {
  readonly space: SpaceReference;
  readonly actor?: Actor;
};

/** A fact with our ids and its origin, as appended to the log. */
export type LiaisonEvent<T extends EventType = EventType> = {
  [K in T]: {
    readonly id: string;
    readonly type: K;
    readonly tenantId: string;
    readonly connectionId: string;
    readonly platform: string;
    readonly deliveryId: string;
    readonly deliverySeq: string;
    readonly ordinal: number;
    /** When it was so at the source. */
    readonly occurredAt: Date;
    /** When we learned it. */
    readonly learnedAt: Date;
    readonly spaceId: string;
    readonly messageId: string | null;
    /** The thing the event is about: the message, annotation, reaction, member or space. */
    readonly subjectId: string;
    readonly data: EventData<K>;
  };
}[T];

/** Where facts came from; each event keeps it. */
export interface Origin {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly platform: string;
  readonly deliveryId: string;
  readonly deliverySeq: string;
  readonly learnedAt: Date;
}

/** When the platform made the thing of that id, where the id itself tells it. */
export type BirthOf = (externalId: string) => number | undefined;

/**
 * Gives facts our ids. A pure function: the same facts of the same delivery become the same events, however often and
 * wherever this runs. Text that Postgres cannot hold is replaced here, in one place.
 */
export function recordFacts(facts: readonly Fact[], origin: Origin, birthOf: BirthOf): LiaisonEvent[] {
  return facts.map((raw, ordinal) => {
    const fact = storable(raw);
    const spaceId = entityId('space', origin.connectionId, fact.space.externalId, birthOf(fact.space.externalId));
    const event = {
      ...origin,
      ...idsOf(fact, spaceId, birthOf),
      id: entityId('event', origin.deliveryId, String(ordinal)),
      type: fact.type,
      ordinal,
      occurredAt: fact.occurredAt,
      spaceId,
      data: { ...fact.data, space: fact.space, ...(fact.actor ? { actor: fact.actor } : {}) },
    };
    // TypeScript cannot follow that `type` and `data` stay the pair they were in `fact`.
    return event as LiaisonEvent;
  });
}

function storable(fact: Fact): Fact {
  const { occurredAt, ...rest } = fact;
  // Apart from its one Date a fact is made of JSON values, and replacing characters in strings keeps its shape.
  return { ...(storableJson(rest as unknown as JsonValue) as object), occurredAt } as Fact;
}

function idsOf(fact: Fact, spaceId: string, birthOf: BirthOf): { messageId: string | null; subjectId: string } {
  const messageIdOf = (externalId: string): string => entityId('message', spaceId, externalId, birthOf(externalId));
  switch (fact.type) {
    case 'message.created':
    case 'message.edited':
    case 'message.deleted': {
      const messageId = messageIdOf(fact.data.messageExternalId);
      return { messageId, subjectId: messageId };
    }
    case 'annotation.added':
    case 'annotation.edited':
    case 'annotation.removed': {
      const { messageExternalId, annotationExternalId } = fact.data;
      return {
        messageId: messageExternalId === undefined ? null : messageIdOf(messageExternalId),
        subjectId: entityId('annotation', spaceId, annotationExternalId, birthOf(annotationExternalId)),
      };
    }
    case 'reaction.added':
    case 'reaction.removed': {
      const messageId = messageIdOf(fact.data.messageExternalId);
      return { messageId, subjectId: reactionId(messageId, fact.actor?.externalId ?? '', fact.data.reaction) };
    }
    case 'member.joined':
    case 'member.left':
      return { messageId: null, subjectId: memberId(spaceId, fact.data.member.externalId) };
    case 'space.updated':
    case 'space.deleted':
      return { messageId: null, subjectId: spaceId };
  }
}

/** Our id of one user's reaction to one message. */
function reactionId(messageId: string, userExternalId: string, reaction: string): string {
  return entityId('reaction', messageId, JSON.stringify([userExternalId, reaction]));
}

/** Our id of one user's membership in one space. */
export function memberId(spaceId: string, userExternalId: string): string {
  return entityId('member', spaceId, userExternalId);
}
