import { type JsonValue } from '../common/json/json.js';

/** Somebody or something that acts in a space: a person, an app or a service of the platform. */
export interface Actor {
  readonly externalId: string;
  readonly displayName?: string;
}

export interface Conversation {
  readonly externalId: string;
  readonly type?: string;
}

interface MessageText {
  readonly messageExternalId: string;
  readonly content: string;
  readonly contentType?: string;
  readonly conversation?: Conversation;
}

interface AnnotationBody {
  /** Absent for annotations that hang on no message, such as a slash command. */
  readonly messageExternalId?: string;
  readonly annotationExternalId: string;
  readonly annotationType?: string;
  /** The payload as JSON; absent when it is no JSON, nested too deep or not given. Numbers beyond 2^53 lose digits here. */
  readonly payload?: JsonValue;
  /** The payload exactly as the platform wrote it. */
  readonly rawPayload?: string;
}

interface ReactionBody {
  readonly messageExternalId: string;
  readonly reaction: string;
}

/** The fields of a space that a change names; the ones it does not name stay as they were. */
export interface SpaceChanges {
  readonly title?: string;
  readonly description?: string;
  readonly visibility?: string;
  readonly allowGuests?: boolean;
  readonly statusValue?: string;
  /** Keyed by the platform's property id; only the named properties change. */
  readonly properties?: Readonly<Record<string, JsonValue>>;
}

/**
 * Our vocabulary: every kind of fact and what it says. Adding a line makes the compiler show which processors must
 * decide about it.
 */
export interface EventMap {
  'message.created': MessageText;
  'message.edited': MessageText;
  'message.deleted': { readonly messageExternalId: string; readonly conversation?: Conversation };
  'annotation.added': AnnotationBody;
  'annotation.edited': AnnotationBody;
  'annotation.removed': { readonly messageExternalId?: string; readonly annotationExternalId: string };
  'reaction.added': ReactionBody;
  'reaction.removed': ReactionBody;
  'member.joined': { readonly member: Actor };
  'member.left': { readonly member: Actor };
  'space.updated': { readonly changes: SpaceChanges };
  'space.deleted': Readonly<Record<string, never>>;
}

export type EventType = keyof EventMap;

/** All event types, for filters and documents; the compiler refuses a missing or a misspelt one. */
export const eventTypes = Object.keys({
  'message.created': 0,
  'message.edited': 0,
  'message.deleted': 0,
  'annotation.added': 0,
  'annotation.edited': 0,
  'annotation.removed': 0,
  'reaction.added': 0,
  'reaction.removed': 0,
  'member.joined': 0,
  'member.left': 0,
  'space.updated': 0,
  'space.deleted': 0,
} satisfies Record<EventType, 0>);
