import { type JsonValue } from '../common/json/json.js';
import { type Failure } from '../events/event-map.js';
import { conversationId, type LiaisonEvent } from '../events/event.js';
import { earlier, orderOf, supersedes } from '../events/latest.js';
import { observe, type ObservedFields } from '../events/observed-fields.js';
import { type ColumnTypes, type RowChange } from '../events/projection-table.js';

/** The invitation that a conversation began with, as it was last reported. */
interface InvitationState {
  readonly externalId: string;
  readonly type: string;
  /** Our word: `received`, `sent`, `accepted`, `declined` or `failed`. */
  readonly state: string;
  readonly order: number;
  readonly direction: string | null;
  readonly reason: Failure | null;
}

export interface ConversationRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly connection_id: string;
  readonly platform: string;
  readonly space_id: string;
  readonly external_id: string;
  readonly fields: ObservedFields;
  readonly invitation: InvitationState | null;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly sort_at: Date;
}

export const conversationColumns: ColumnTypes<ConversationRow> = {
  id: 'uuid',
  tenant_id: 'text',
  connection_id: 'uuid',
  platform: 'text',
  space_id: 'uuid',
  external_id: 'text',
  fields: 'jsonb',
  invitation: 'jsonb',
  started_at: 'timestamptz',
  ended_at: 'timestamptz',
  sort_at: 'timestamptz',
};

type ConversationEvent = LiaisonEvent<'conversation.started' | 'conversation.updated' | 'conversation.ended'>;
type InvitationEvent = LiaisonEvent<
  'invitation.received' | 'invitation.sent' | 'invitation.accepted' | 'invitation.declined' | 'invitation.failed'
>;

/** Whether the event is about a conversation itself. */
function isConversationEvent(event: LiaisonEvent): event is ConversationEvent {
  return event.type.startsWith('conversation.');
}

/** Whether the event is about an invitation. */
function isInvitationEvent(event: LiaisonEvent): event is InvitationEvent {
  return event.type.startsWith('invitation.');
}

/** A conversation that nothing is known of but its id. */
function unknownConversation(
  event: ConversationEvent | InvitationEvent,
  id: string,
  externalId: string,
): ConversationRow {
  return {
    id,
    tenant_id: event.tenantId,
    connection_id: event.connectionId,
    platform: event.platform,
    space_id: event.spaceId,
    external_id: externalId,
    fields: {},
    invitation: null,
    started_at: null,
    ended_at: null,
    sort_at: event.occurredAt,
  };
}

/** The conversation after the event, in whatever order events come. */
function applyToConversation(row: ConversationRow, event: ConversationEvent): ConversationRow {
  const { state, subject, importance, threadId, modalities, operationId, reason } = event.data;
  const told = { state, subject, importance, threadId, modalities, operationId, reason };
  const observations = Object.entries(told).filter((entry): entry is [string, NonNullable<(typeof entry)[1]>] => {
    return entry[1] !== undefined;
  });
  const next = {
    ...row,
    // What was told is JSON; interfaces lack the index signature by which the compiler would see it.
    fields: observe(row.fields, Object.fromEntries(observations) as Record<string, JsonValue>, orderOf(event)),
    sort_at: earlier(row.sort_at, event.occurredAt),
  };
  switch (event.type) {
    case 'conversation.started':
      return { ...next, started_at: earlier(row.started_at, event.occurredAt) };
    case 'conversation.updated':
      return next;
    case 'conversation.ended':
      return { ...next, ended_at: earlier(row.ended_at, event.occurredAt) };
  }
}

/** The conversation after news of its invitation; of several invitations the one that was reported last is shown. */
function applyInvitation(row: ConversationRow, event: InvitationEvent): ConversationRow {
  const { invitationExternalId, invitationType, direction, reason, subject, importance, threadId } = event.data;
  const told = { subject, importance, threadId };
  const observations = Object.entries(told).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const reported: InvitationState = {
    externalId: invitationExternalId,
    type: invitationType,
    state: event.type.slice('invitation.'.length),
    order: orderOf(event),
    direction: direction ?? null,
    reason: reason ?? null,
  };
  const known = row.invitation;
  const isNews = supersedes(
    { at: reported.order, rank: 0, text: invitationText(reported) },
    { at: known?.order ?? null, rank: 0, text: known === null ? '' : invitationText(known) },
  );
  return {
    ...row,
    fields: observe(row.fields, Object.fromEntries(observations), orderOf(event)),
    invitation: isNews ? reported : known,
    sort_at: earlier(row.sort_at, event.occurredAt),
  };
}

/** What an event tells of a conversation. */
export function conversationChanges(event: LiaisonEvent): RowChange<ConversationRow>[] {
  if (isConversationEvent(event)) {
    const { subjectId: id } = event;
    const externalId = event.data.conversationExternalId;
    return [{ id, apply: (row) => applyToConversation(row ?? unknownConversation(event, id, externalId), event) }];
  }
  if (isInvitationEvent(event)) {
    const externalId = event.data.conversationExternalId;
    if (externalId === undefined) return [];
    const id = conversationId(event.spaceId, externalId);
    return [{ id, apply: (row) => applyInvitation(row ?? unknownConversation(event, id, externalId), event) }];
  }
  return [];
}

/** Postgres keeps the members of objects in an order of its own; this text does not depend on it. */
function invitationText({ externalId, state, type, direction, reason }: InvitationState): string {
  return JSON.stringify([externalId, state, type, direction, reason?.code, reason?.subcode, reason?.message]);
}
