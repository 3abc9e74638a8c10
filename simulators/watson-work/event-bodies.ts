import { type Actor } from './actor.js';
import { type Quirks } from './quirks.js';

/** The events a webhook can be registered for. */
export const outboundEventTypes = [
  'message-created',
  'message-edited',
  'message-deleted',
  'message-annotation-added',
  'message-annotation-edited',
  'message-annotation-removed',
  'space-members-added',
  'space-members-removed',
  'space-updated',
  'space-deleted',
  'reaction-added',
  'reaction-removed',
] as const;

export type OutboundEventType = (typeof outboundEventTypes)[number];

export type EventBody = Readonly<Record<string, unknown>> & {
  readonly type: OutboundEventType;
  readonly time: number;
};

/** The space as its events name it. */
export interface SpaceName {
  readonly id: string;
  readonly title: string;
}

export interface MessageFacts {
  readonly id: string;
  readonly contentType: string;
}

export interface AnnotationFacts {
  readonly id: string;
  readonly type: string;
  readonly payload: string;
}

/** What of a space changed; only these fields appear in a `space-updated` event. */
export interface SpaceChange {
  readonly title?: string;
  readonly description?: string;
  readonly visibility?: string;
  readonly allowGuests?: boolean;
  /** The id of a status of the space's template, not its name. */
  readonly statusValue?: string;
  /** Keyed by the ids of the template's properties. */
  readonly spaceProperties?: Readonly<Record<string, unknown>>;
}

/**
 * The bodies of the Watson Work webhook reference 1.8.0, type by type: exactly the fields it lists, so that for instance
 * an edit names neither its author nor its space, and a deletion nobody at all.
 */
export class EventBodies {
  constructor(private readonly quirks: Quirks) {}

  get contentType(): string {
    return this.quirks.era === '2017' ? 'text/html' : 'text/markdown';
  }

  messageCreated(space: SpaceName, message: MessageFacts, author: Actor, content: string, time: number): EventBody {
    return {
      spaceName: space.title,
      spaceId: space.id,
      ...this.#conversation(space),
      messageId: message.id,
      time,
      type: 'message-created',
      ...this.#user(author),
      contentType: message.contentType,
      content,
    };
  }

  messageEdited(space: SpaceName, message: MessageFacts, editor: Actor, content: string, time: number): EventBody {
    return {
      type: 'message-edited',
      userId: editor.id,
      spaceId: space.id,
      ...this.#conversation(space),
      messageId: message.id,
      content,
      contentType: message.contentType,
      time,
    };
  }

  messageDeleted(space: SpaceName, messageId: string, time: number): EventBody {
    return { type: 'message-deleted', spaceId: space.id, ...this.#conversation(space), messageId, time };
  }

  annotationChanged(
    type: 'message-annotation-added' | 'message-annotation-edited',
    space: SpaceName,
    messageId: string,
    annotation: AnnotationFacts,
    by: Actor,
    time: number,
  ): EventBody {
    return {
      spaceName: space.title,
      spaceId: space.id,
      annotationPayload: annotation.payload,
      messageId,
      annotationType: annotation.type,
      annotationId: annotation.id,
      time,
      type,
      ...this.#user(by),
    };
  }

  annotationRemoved(space: SpaceName, messageId: string, annotationId: string, by: Actor, time: number): EventBody {
    return {
      type: 'message-annotation-removed',
      ...this.#user(by),
      spaceId: space.id,
      spaceName: space.title,
      messageId,
      annotationId,
      time,
    };
  }

  membersChanged(
    type: 'space-members-added' | 'space-members-removed',
    space: SpaceName,
    memberIds: readonly string[],
    time: number,
  ): EventBody {
    return { spaceName: space.title, spaceId: space.id, time, type, memberIds };
  }

  spaceUpdated(space: SpaceName, change: SpaceChange, by: Actor, time: number): EventBody {
    const { allowGuests, ...rest } = change;
    return {
      type: 'space-updated',
      spaceId: space.id,
      userId: by.id,
      time,
      ...rest,
      // The reference types it as a string.
      ...(allowGuests === undefined ? {} : { allowGuests: String(allowGuests) }),
    };
  }

  spaceDeleted(space: SpaceName, by: Actor, time: number): EventBody {
    return { type: 'space-deleted', spaceId: space.id, userId: by.id, time };
  }

  reactionChanged(
    type: 'reaction-added' | 'reaction-removed',
    space: SpaceName,
    messageId: string,
    reaction: string,
    by: Actor,
    time: number,
  ): EventBody {
    return { spaceId: space.id, reaction, time, type, userId: by.id, objectId: messageId, objectType: 'MESSAGE' };
  }

  /** No public source lists the values of conversationType; until 1.8.0 space and conversation shared one id. */
  #conversation(space: SpaceName): Record<string, string> {
    return this.quirks.conversationIds ? { conversationId: space.id, conversationType: 'DEFAULT' } : {};
  }

  #user(actor: Actor): Record<string, string> {
    const userName = this.#userName(actor);
    return userName === undefined ? { userId: actor.id } : { userName, userId: actor.id };
  }

  #userName(actor: Actor): string | undefined {
    if (actor.kind === 'person') return this.quirks.omitUserName ? undefined : (actor.displayName ?? undefined);
    if (this.quirks.appUserName === 'absent') return undefined;
    return this.quirks.appUserName === 'None' ? 'None' : (actor.displayName ?? undefined);
  }
}
