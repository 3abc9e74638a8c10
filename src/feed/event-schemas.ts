import {
  type Actor,
  type Conversation,
  type EventMap,
  type EventType,
  type Failure,
  type Member,
  type SpaceChanges,
} from '../events/event-map.js';
import { type SpaceReference } from '../events/event.js';
import { anything, flag, objectLike, oneOfTexts, text, texts, type JsonSchema } from './json-schema.js';

const conversation = objectLike<Conversation>({ externalId: text }, { type: text });
const failure = objectLike<Failure>({ code: text }, { subcode: text, message: text });
const actor = objectLike<Actor>({ externalId: text }, { displayName: text, email: text });
const member = objectLike<Member>({ externalId: text }, { displayName: text, email: text, role: text });
const direction = oneOfTexts('incoming', 'outgoing');
const modalities = texts;

const messageText = objectLike<EventMap['message.created']>(
  {
    messageExternalId: text,
    content: {
      type: ['string', 'null'],
      description: 'Null where the platform withholds it; `message.fetched` may bring it.',
    },
  },
  { contentType: text, conversation, direction, operationId: text },
);
const annotation = objectLike<EventMap['annotation.added']>(
  { annotationExternalId: text },
  { messageExternalId: text, annotationType: text, payload: anything, rawPayload: text },
);
const reaction = objectLike<EventMap['reaction.added']>({ messageExternalId: text, reaction: text }, {});
const membership = objectLike<EventMap['member.joined']>({ member }, {});
const changes = objectLike<SpaceChanges>(
  {},
  {
    title: text,
    description: text,
    visibility: text,
    allowGuests: flag,
    statusValue: text,
    properties: { type: 'object', additionalProperties: anything },
  },
);
const conversationBody = objectLike<EventMap['conversation.started']>(
  { conversationExternalId: text },
  { state: text, subject: text, importance: text, threadId: text, modalities, operationId: text, reason: failure },
);
const invitation = objectLike<EventMap['invitation.received']>(
  { invitationExternalId: text, invitationType: text },
  {
    conversationExternalId: text,
    direction,
    state: text,
    subject: text,
    importance: text,
    threadId: text,
    to: text,
    operationId: text,
    reason: failure,
  },
);
const authorization = objectLike<EventMap['authorization.granted']>(
  { applicationExternalId: text, organizationExternalId: text, details: anything },
  {
    friendlyId: text,
    authorizedBy: text,
    authorizedAt: text,
    scopes: texts,
    siteNames: texts,
    adminSiteNames: texts,
  },
);

const recordKind = oneOfTexts('account', 'contact', 'opportunity', 'case');

const bodies: Readonly<Record<EventType, JsonSchema>> = {
  'message.created': messageText,
  'message.fetched': messageText,
  'message.edited': messageText,
  'message.deleted': objectLike<EventMap['message.deleted']>({ messageExternalId: text }, { conversation }),
  'message.failed': objectLike<EventMap['message.failed']>(
    { messageExternalId: text },
    { reason: failure, operationId: text },
  ),
  'message.unavailable': objectLike<EventMap['message.unavailable']>(
    { messageExternalId: text, reason: oneOfTexts('gone', 'refused') },
    {},
  ),
  'annotation.added': annotation,
  'annotation.edited': annotation,
  'annotation.removed': objectLike<EventMap['annotation.removed']>(
    { annotationExternalId: text },
    { messageExternalId: text },
  ),
  'reaction.added': reaction,
  'reaction.removed': reaction,
  'member.joined': membership,
  'member.updated': membership,
  'member.left': membership,
  'space.updated': objectLike<EventMap['space.updated']>({ changes }, {}),
  'space.migrated': objectLike<EventMap['space.migrated']>({ details: anything }, {}),
  'space.deleted': { type: 'object' },
  'conversation.started': conversationBody,
  'conversation.updated': conversationBody,
  'conversation.ended': conversationBody,
  'invitation.received': invitation,
  'invitation.sent': invitation,
  'invitation.accepted': invitation,
  'invitation.declined': invitation,
  'invitation.failed': invitation,
  'authorization.granted': authorization,
  'authorization.revoked': authorization,
  'activity.reported': objectLike<EventMap['activity.reported']>(
    { activityType: text, details: anything },
    { externalId: text },
  ),
  'crm.record.changed': objectLike<EventMap['crm.record.changed']>(
    { recordKind, recordExternalId: text },
    {
      name: text,
      stage: text,
      isClosed: { type: 'boolean' },
      isWon: { type: 'boolean' },
      amount: text,
      currency: text,
      owner: actor,
      url: text,
      isNew: { type: 'boolean' },
    },
  ),
  'crm.record.deleted': objectLike<EventMap['crm.record.deleted']>({ recordKind, recordExternalId: text }, {}),
};

/** What the data of every event says besides: where it happened and who did it. */
const circumstances: Readonly<Record<string, JsonSchema>> = {
  space: objectLike<SpaceReference>({ externalId: text }, { title: text, organizationExternalId: text }),
  actor,
  position: {
    type: 'integer',
    description: 'Its place among the facts of its space, where the platform numbers them.',
  },
};

/** The schema of the `data` of events of that type. */
export function dataSchemaOf(type: EventType): JsonSchema {
  const body = bodies[type];
  return { ...body, properties: { ...body.properties, ...circumstances } };
}
