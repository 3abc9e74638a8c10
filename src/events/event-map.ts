import { type JsonValue } from '../common/json/json.js';

/** Somebody or something that acts in a space: a person, an app or a service of the platform. */
export interface Actor {
  readonly externalId: string;
  readonly displayName?: string;
  readonly email?: string;
}

/** An actor as a member of a space. */
export interface Member extends Actor {
  /** The platform's word, for example `moderator`. */
  readonly role?: string;
}

export interface Conversation {
  readonly externalId: string;
  readonly type?: string;
}

interface MessageText {
  readonly messageExternalId: string;
  /** Null where the platform tells that there is a message and withholds its text; `message.fetched` may bring it. */
  readonly content: string | null;
  readonly contentType?: string;
  readonly conversation?: Conversation;
  /** Seen from the app: whether it came in or we sent it, where the platform says so. */
  readonly direction?: 'incoming' | 'outgoing';
  /** The name that we gave to the act that made it, where the platform repeats such names. */
  readonly operationId?: string;
}

/** Why something did not work, in the platform's words. */
export interface Failure {
  readonly code: string;
  readonly subcode?: string;
  readonly message?: string;
}

/** What a fact tells of a conversation; what it does not name stays as it was. */
interface ConversationBody {
  readonly conversationExternalId: string;
  /** The platform's word, for example `Connected`. */
  readonly state?: string;
  readonly subject?: string;
  readonly importance?: string;
  readonly threadId?: string;
  /** What the conversation is led by, for example `Messaging`. */
  readonly modalities?: readonly string[];
  readonly operationId?: string;
  readonly reason?: Failure;
}

interface InvitationBody {
  readonly invitationExternalId: string;
  readonly conversationExternalId?: string;
  /** The platform's word for its kind, for example `messagingInvitation`. */
  readonly invitationType: string;
  readonly direction?: 'incoming' | 'outgoing';
  readonly state?: string;
  readonly subject?: string;
  readonly importance?: string;
  readonly threadId?: string;
  readonly to?: string;
  readonly operationId?: string;
  readonly reason?: Failure;
}

/** An organisation's consent to an app. */
interface AuthorizationBody {
  readonly applicationExternalId: string;
  readonly organizationExternalId: string;
  /** The app's readable name or id, where there is one. */
  readonly friendlyId?: string;
  readonly authorizedBy?: string;
  readonly authorizedAt?: string;
  readonly scopes?: readonly string[];
  /** The meeting sites that it covers, and those of them that the app may administer. */
  readonly siteNames?: readonly string[];
  readonly adminSiteNames?: readonly string[];
  /** Everything that the platform said, as it said it. */
  readonly details: JsonValue;
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

/** What a CRM tells of one of its records; what it does not tell stays as it was. */
interface CrmRecordBody {
  /** The kinds that spaces can be linked to. */
  readonly recordKind: 'account' | 'contact' | 'opportunity' | 'case';
  readonly recordExternalId: string;
  readonly name?: string;
  /** The CRM's own word for where it stands. */
  readonly stage?: string;
  readonly isClosed?: boolean;
  readonly isWon?: boolean;
  /** A decimal number as text, so that no digit is lost. */
  readonly amount?: string;
  /** ISO 4217. */
  readonly currency?: string;
  readonly owner?: Actor;
  /** Where people look at it. */
  readonly url?: string;
  /** Whether the CRM says that it was made just now. */
  readonly isNew?: boolean;
}

/**
 * Our vocabulary: every kind of fact and what it says. Adding a line makes the compiler show which processors must
 * decide about it.
 */
export interface EventMap {
  'message.created': MessageText;
  /** What the platform's API says of a message that an earlier call only named. */
  'message.fetched': MessageText;
  'message.edited': MessageText;
  'message.deleted': { readonly messageExternalId: string; readonly conversation?: Conversation };
  /** A message of ours that did not reach its readers. */
  'message.failed': { readonly messageExternalId: string; readonly reason?: Failure; readonly operationId?: string };
  /** The platform does not give a message's text to us: it is gone, or it is not ours to see. */
  'message.unavailable': { readonly messageExternalId: string; readonly reason: 'gone' | 'refused' };
  'annotation.added': AnnotationBody;
  'annotation.edited': AnnotationBody;
  'annotation.removed': { readonly messageExternalId?: string; readonly annotationExternalId: string };
  'reaction.added': ReactionBody;
  'reaction.removed': ReactionBody;
  'member.joined': { readonly member: Member };
  'member.updated': { readonly member: Member };
  'member.left': { readonly member: Member };
  'space.updated': { readonly changes: SpaceChanges };
  /** The platform moved the space; where the new id is known, later facts stand under it. */
  'space.migrated': { readonly details: JsonValue };
  'space.deleted': Readonly<Record<string, never>>;
  'conversation.started': ConversationBody;
  'conversation.updated': ConversationBody;
  'conversation.ended': ConversationBody;
  'invitation.received': InvitationBody;
  'invitation.sent': InvitationBody;
  'invitation.accepted': InvitationBody;
  'invitation.declined': InvitationBody;
  'invitation.failed': InvitationBody;
  'authorization.granted': AuthorizationBody;
  'authorization.revoked': AuthorizationBody;
  /** Something we keep as it is: a meeting, a call, a recording. `activityType` is the platform's word. */
  'activity.reported': { readonly activityType: string; readonly externalId?: string; readonly details: JsonValue };
  /** A record of a CRM is there and looks like this. */
  'crm.record.changed': CrmRecordBody;
  'crm.record.deleted': Pick<CrmRecordBody, 'recordKind' | 'recordExternalId'>;
}

/** Facts of these types need not happen in a space. */
export type SpacelessType =
  'authorization.granted' | 'authorization.revoked' | 'activity.reported' | 'crm.record.changed' | 'crm.record.deleted';

export type EventType = keyof EventMap;

/** All event types, for filters and documents; the compiler refuses a missing or a misspelt one. */
export const eventTypes = Object.keys({
  'message.created': 0,
  'message.fetched': 0,
  'message.edited': 0,
  'message.deleted': 0,
  'message.failed': 0,
  'message.unavailable': 0,
  'annotation.added': 0,
  'annotation.edited': 0,
  'annotation.removed': 0,
  'reaction.added': 0,
  'reaction.removed': 0,
  'member.joined': 0,
  'member.updated': 0,
  'member.left': 0,
  'space.updated': 0,
  'space.migrated': 0,
  'space.deleted': 0,
  'conversation.started': 0,
  'conversation.updated': 0,
  'conversation.ended': 0,
  'invitation.received': 0,
  'invitation.sent': 0,
  'invitation.accepted': 0,
  'invitation.declined': 0,
  'invitation.failed': 0,
  'authorization.granted': 0,
  'authorization.revoked': 0,
  'activity.reported': 0,
  'crm.record.changed': 0,
  'crm.record.deleted': 0,
} satisfies Record<EventType, 0>);
