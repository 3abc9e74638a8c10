import { entityId } from '../common/ids/entity-id.js';
import { storableJson } from '../common/json/storable.js';
import { type JsonValue } from '../common/json/json.js';
import { type Actor, type EventMap, type EventType, type SpacelessType } from './event-map.js';

export interface SpaceReference {
  readonly externalId: string;
  /** The space's title at the time of the fact, where the platform tells it. */
  readonly title?: string;
  /** The organisation that the space belongs to, where the platform tells it. */
  readonly organizationExternalId?: string;
}

/** Where a fact of that type happened. */
type SpaceOf<K extends EventType> = K extends SpacelessType ? SpaceReference | undefined : SpaceReference;

/** What a translator says: one fact, in our vocabulary, with the platform's own ids. */
export type Fact<T extends EventType = EventType> = {
  [K in T]: {
    readonly type: K;
    /** When it was so at the source. */
    readonly occurredAt: Date;
    /** Its place among the facts of its space, where the platform numbers them; such facts are ordered by it, not by time. */
    readonly position?: number;
    readonly space: SpaceOf<K>;
    readonly actor?: Actor;
    readonly data: EventMap[K];
  };
}[T];

/** What an event's `data` column holds: the fact's own data and who and where. */
export type EventData<T extends EventType = EventType> = EventMap[T] & {
  readonly space: SpaceOf<T>;
  readonly actor?: Actor;
  readonly position?: number;
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
    readonly spaceId: K extends SpacelessType ? string | null : string;
    readonly messageId: string | null;
    /** The thing the event is about: the message, annotation, reaction, member or space. */
    readonly subjectId: string;
    readonly data: EventData<K>;
  };
}[T];

/** An event that happened in a space. */
export type SpaceEvent = LiaisonEvent & { readonly spaceId: string; readonly data: { readonly space: SpaceReference } };

/** Whether the event happened in a space. */
export function isInSpace(event: LiaisonEvent): event is SpaceEvent {
  return event.spaceId !== null;
}

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
    const { space, actor, position } = fact;
    const spaceId =
      space === undefined ? null : entityId('space', origin.connectionId, space.externalId, birthOf(space.externalId));
    const id = entityId('event', origin.deliveryId, String(ordinal));
    const event = {
      ...origin,
      ...idsOf(fact, { id, connectionId: origin.connectionId, spaceId: spaceId ?? origin.connectionId }, birthOf),
      id,
      type: fact.type,
      ordinal,
      occurredAt: fact.occurredAt,
      spaceId,
      data: {
        ...fact.data,
        ...(space === undefined ? {} : { space }),
        ...(actor === undefined ? {} : { actor }),
        ...(position === undefined ? {} : { position }),
      },
    };
    // TypeScript cannot follow that `type` and `data` stay the pair they were in `fact`.
    return event as LiaisonEvent;
  });
}

function storable(fact: Fact): Fact {
  const { occurredAt, space, ...rest } = fact;
  const json = space === undefined ? rest : { ...rest, space };
  // Apart from its one Date a fact is made of JSON values, and replacing characters in strings keeps its shape.
  return { ...(storableJson(json as unknown as JsonValue) as object), occurredAt } as Fact;
}

/** What the ids of a fact hang on; without a space its connection stands in. */
interface Parents {
  readonly id: string;
  readonly connectionId: string;
  readonly spaceId: string;
}

function idsOf(fact: Fact, parents: Parents, birthOf: BirthOf): { messageId: string | null; subjectId: string } {
  const { spaceId } = parents;
  const messageIdOf = (externalId: string): string => entityId('message', spaceId, externalId, birthOf(externalId));
  switch (fact.type) {
    case 'message.created':
    case 'message.fetched':
    case 'message.edited':
    case 'message.deleted':
    case 'message.failed':
    case 'message.unavailable': {
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
    case 'member.updated':
    case 'member.left':
      return { messageId: null, subjectId: memberId(spaceId, fact.data.member.externalId) };
    case 'space.updated':
    case 'space.migrated':
    case 'space.deleted':
      return { messageId: null, subjectId: spaceId };
    case 'conversation.started':
    case 'conversation.updated':
    case 'conversation.ended':
      return { messageId: null, subjectId: conversationId(spaceId, fact.data.conversationExternalId) };
    case 'invitation.received':
    case 'invitation.sent':
    case 'invitation.accepted':
    case 'invitation.declined':
    case 'invitation.failed':
      return { messageId: null, subjectId: entityId('invitation', spaceId, fact.data.invitationExternalId) };
    case 'authorization.granted':
    case 'authorization.revoked': {
      const { applicationExternalId, organizationExternalId } = fact.data;
      return {
        messageId: null,
        subjectId: authorizationId(parents.connectionId, applicationExternalId, organizationExternalId),
      };
    }
    case 'activity.reported': {
      const { activityType, externalId } = fact.data;
      const named = externalId === undefined ? parents.id : JSON.stringify([activityType.split('.')[0], externalId]);
      return { messageId: null, subjectId: entityId('activity', parents.connectionId, named) };
    }
    case 'crm.record.changed':
    case 'crm.record.deleted': {
      const { recordKind, recordExternalId } = fact.data;
      return { messageId: null, subjectId: crmRecordId(parents.connectionId, recordKind, recordExternalId) };
    }
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

/** Our id of a conversation in a space. */
export function conversationId(spaceId: string, externalId: string): string {
  return entityId('conversation', spaceId, externalId);
}

/** Our id of a CRM's record. */
function crmRecordId(connectionId: string, kind: string, externalId: string): string {
  return entityId('crm-record', connectionId, JSON.stringify([kind, externalId]));
}

/** Our id of what one organisation allowed one app. */
function authorizationId(connectionId: string, application: string, organization: string): string {
  return entityId('authorization', connectionId, JSON.stringify([application, organization]));
}
