import {
  applyToAuthorization,
  isAuthorizationEvent,
  type AuthorizationRow,
} from '../../src/authorizations/authorization.state.js';
import { conversationChanges, type ConversationRow } from '../../src/conversations/conversation.state.js';
import { isInSpace, type LiaisonEvent } from '../../src/events/event.js';
import { applyToAnnotation, isAnnotationEvent, type AnnotationRow } from '../../src/messages/annotation.state.js';
import { applyToMessage, isMessageEvent, type MessageRow } from '../../src/messages/message.state.js';
import { applyToReaction, isReactionEvent, type ReactionRow } from '../../src/messages/reaction.state.js';
import { memberChanges, type MemberRow } from '../../src/spaces/member.state.js';
import { applyToSpace, type SpaceRow } from '../../src/spaces/space.state.js';

export interface Projections {
  readonly spaces: Map<string, SpaceRow>;
  readonly members: Map<string, MemberRow>;
  readonly messages: Map<string, MessageRow>;
  readonly annotations: Map<string, AnnotationRow>;
  readonly reactions: Map<string, ReactionRow>;
  readonly conversations: Map<string, ConversationRow>;
  readonly authorizations: Map<string, AuthorizationRow>;
}

/** Every row that these events leave behind in this order, folded in memory, one event after another. */
export function replayed(events: readonly LiaisonEvent[]): Projections {
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
