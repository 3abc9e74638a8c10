import { filledTextOf, memberOf, type JsonObject } from '../../common/json/json.js';
import { type VerifiedDelivery } from '../../deliveries/delivery.js';
import { type Actor, type EventMap } from '../../events/event-map.js';
import { type Fact, type SpaceReference } from '../../events/event.js';
import { Untranslatable } from '../platform.errors.js';
import { type Translation } from '../platform.js';
import { callIn, idIn } from './webex.call.js';
import { cardSubmission } from './webex.card.js';
import { inRoom, memberIn, objectIn, outsideRooms, personIn, required } from './webex.fact.js';
import { roomProperties } from './webex.room.js';
import { threadIn } from './webex.thread.js';
import { timeIn } from './webex.time.js';

/** A webhook call, as its translation needs it. */
interface Told {
  /** For example `meetings.started`. */
  readonly type: string;
  readonly data: JsonObject;
  readonly actor: Actor | undefined;
  readonly orgId: string | undefined;
  readonly receivedAt: Date;
}

type Translate = (told: Told) => Fact;

const translators: ReadonlyMap<string, Translate> = new Map<string, Translate>([
  ['messages.created', messageCreated],
  ['messages.deleted', messageDeleted],
  ['memberships.created', memberJoined],
  ['memberships.updated', memberUpdated],
  ['memberships.deleted', memberLeft],
  ['rooms.created', (told) => roomUpdated(told, timeOf(told, 'created'))],
  ['rooms.updated', (told) => roomUpdated(told, told.receivedAt)],
  ['rooms.migrated', roomMigrated],
  ['attachmentActions.created', cardSubmitted],
  ['serviceApp.authorized', (told) => authorization('authorization.granted', told, timeOf(told, 'authorizationDate'))],
  // Whether the date in it is that of the end or of the beginning is not said.
  ['serviceApp.deauthorized', (told) => authorization('authorization.revoked', told, told.receivedAt)],
  ...Object.entries({
    meetings: ['created', 'updated', 'deleted', 'started', 'ended'],
    meetingParticipants: ['joined', 'left'],
    meetingTranscripts: ['created'],
    recordings: ['created', 'updated', 'deleted'],
    convergedRecordings: ['created', 'updated', 'deleted'],
    telephony_calls: ['created', 'updated', 'deleted'],
    telephony_conference: ['created', 'updated', 'deleted'],
    telephony_mwi: ['updated'],
    dataSources: ['created', 'updated', 'deleted'],
    // The guide says the one, the OpenAPI document the other.
    uc_counter: ['updated'],
    uc_counters: ['updated'],
    adminBatchJobs: ['statusChanged'],
    controlHubAlerts: ['created'],
    videoMeshAlerts: ['created'],
  }).flatMap(([resource, events]) => events.map((event) => [`${resource}.${event}`, activity] as const)),
]);

/**
 * Turns one webhook call of Webex into facts. Pure. What Webex withholds (texts, titles, inputs) is null or absent in them.
 * Throws `Untranslatable` where a field without which there is no fact is missing.
 */
export function translateCall(delivery: VerifiedDelivery): Translation {
  const body = objectIn(delivery.body);
  const { resource, event, actorId, orgId, data } = callIn(body);
  if (resource === undefined || event === undefined) {
    throw new Untranslatable('missing-field', 'The body has no resource or no event.');
  }
  const type = `${resource}.${event}`;
  const translate = translators.get(type);
  if (translate === undefined) return { kind: 'unrecognized', platformType: type.slice(0, 100) };
  const actor = actorId === undefined ? undefined : { externalId: actorId };
  return { kind: 'facts', facts: [translate({ type, data, actor, orgId, receivedAt: delivery.receivedAt })] };
}

/** The room, by the member of `data` that names it. Throws `Untranslatable` where it names none. */
function roomOf({ data, orgId }: Told, name = 'roomId'): SpaceReference {
  return {
    externalId: required(data, name),
    ...(orgId === undefined ? {} : { organizationExternalId: orgId }),
  };
}

function timeOf({ data, receivedAt }: Told, ...names: readonly string[]): Date {
  const time = timeIn(data, ...names);
  return time === undefined ? receivedAt : new Date(time);
}

function messageCreated(told: Told): Fact {
  const { data } = told;
  const occurrence = { occurredAt: timeOf(told, 'created'), actor: personIn(data) };
  const message = { messageExternalId: required(data, 'id'), content: null, ...threadIn(data) };
  return inRoom(roomOf(told), 'message.created', occurrence, message);
}

/** The payload names the author and when it was written; who deleted it is the actor, and when is not said. */
function messageDeleted(told: Told): Fact {
  const { data, actor, receivedAt } = told;
  return inRoom(
    roomOf(told),
    'message.deleted',
    { occurredAt: receivedAt, actor },
    { messageExternalId: required(data, 'id') },
  );
}

function memberJoined(told: Told): Fact {
  const { data, actor } = told;
  const occurrence = { occurredAt: timeOf(told, 'created'), actor };
  return inRoom(roomOf(told), 'member.joined', occurrence, { member: memberIn(data) });
}

function memberUpdated(told: Told): Fact {
  const { data, actor, receivedAt } = told;
  return inRoom(roomOf(told), 'member.updated', { occurredAt: receivedAt, actor }, { member: memberIn(data) });
}

/**
 * `created` of a membership that ended is when it began, and nothing says when it ended. The fact takes its place at that
 * beginning: it ends this membership and no later one, so that whoever came back is present although the leaving is told
 * late, twice or after the return. Ids cannot tell: the membership of a returned person has the old one.
 */
function memberLeft(told: Told): Fact {
  const { data, actor, receivedAt } = told;
  const occurrence = { occurredAt: receivedAt, actor, position: timeIn(data, 'created') };
  return inRoom(roomOf(told), 'member.left', occurrence, { member: memberIn(data) });
}

function roomUpdated(told: Told, occurredAt: Date): Fact {
  const { data, actor } = told;
  const changes = { properties: roomProperties(data) };
  return inRoom(roomOf(told, 'id'), 'space.updated', { occurredAt, actor }, { changes });
}

/** Whether the id in it is the old or the new one is not said. */
function roomMigrated(told: Told): Fact {
  const { data, actor, receivedAt } = told;
  return inRoom(roomOf(told, 'id'), 'space.migrated', { occurredAt: receivedAt, actor }, { details: data });
}

function cardSubmitted(told: Told): Fact {
  const { data } = told;
  const occurrence = { occurredAt: timeOf(told, 'created'), actor: personIn(data) };
  const submission = cardSubmission(data, required(data, 'id'));
  return inRoom(roomOf(told), 'annotation.added', occurrence, submission);
}

function authorization(
  type: 'authorization.granted' | 'authorization.revoked',
  { data, actor }: Told,
  occurredAt: Date,
): Fact {
  const [friendlyId, authorizedBy] = [filledTextOf(data, 'friendlyId'), filledTextOf(data, 'authorizerId')];
  const authorizedAt = filledTextOf(data, 'authorizationDate');
  // Grants and withdrawals are placed by the platform's own date, so that our clock has no say; see `isAuthorized`.
  const position = timeIn(data, 'authorizationDate');
  const said: EventMap[typeof type] = {
    applicationExternalId: required(data, 'id'),
    // The customer. The envelope's orgId is that of whoever registered the webhook.
    organizationExternalId: required(data, 'authorizerOrgId'),
    ...(friendlyId === undefined ? {} : { friendlyId }),
    ...(authorizedBy === undefined ? {} : { authorizedBy }),
    ...(authorizedAt === undefined ? {} : { authorizedAt }),
    scopes: textsIn(data, 'scopes'),
    siteNames: textsIn(data, 'trainSiteNames'),
    adminSiteNames: textsIn(data, 'adminTrainSiteNames'),
    details: data,
  };
  return outsideRooms(type, { occurredAt, actor, position }, said);
}

function textsIn(data: JsonObject, name: string): readonly string[] {
  const list = memberOf(data, name);
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}

/** Which member of `data` tells when it happened, by the event; `created` of a thing that was changed does not. */
const activityTimes: Readonly<Record<string, readonly string[]>> = {
  created: ['createTime', 'created'],
  joined: ['joinedTime'],
  left: ['leftTime'],
};

function activity(told: Told): Fact {
  const { type, data, actor } = told;
  const externalId = idIn(data);
  const event = type.slice(type.indexOf('.') + 1);
  const occurredAt = timeOf(told, 'eventTimestamp', ...(activityTimes[event] ?? []));
  return outsideRooms(
    'activity.reported',
    { occurredAt, actor },
    { activityType: type, ...(externalId === undefined ? {} : { externalId }), details: data },
  );
}
