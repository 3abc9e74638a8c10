import { filledTextOf, isJsonObject, memberOf, textOf, type JsonObject } from '../../common/json/json.js';
import { type FetchedAnswer } from '../../deliveries/fetched-delivery.js';
import { type EventMap } from '../../events/event-map.js';
import { type Fact } from '../../events/event.js';
import { Untranslatable } from '../platform.errors.js';
import { type Translation } from '../platform.js';
import { cardSubmission } from './webex.card.js';
import { inRoom, memberIn, objectIn, personIn } from './webex.fact.js';
import { isWebexResource, unavailabilityIn, type Unavailability, type WebexResource } from './webex.fetched.js';
import { roomProperties, unavailableProperty } from './webex.room.js';
import { threadIn } from './webex.thread.js';
import { timeIn } from './webex.time.js';

/** An answer of the API, as its translation needs it. */
interface Answered {
  readonly id: string;
  /** As we asked, which is how the calls named it. */
  readonly roomId: string;
  readonly receivedAt: Date;
}

type Translate = (asked: Answered, body: JsonObject) => readonly Fact[];

const translators: Readonly<Record<WebexResource, Translate>> = {
  messages: message,
  'attachment/actions': submission,
  rooms: room,
  memberships: members,
};

/**
 * Turns one answer of the Webex API into facts. Pure. Throws `Untranslatable` for an answer that is neither what was asked
 * for nor a final no.
 */
export function translateAnswer(answer: FetchedAnswer, receivedAt: Date): Translation {
  const { resource, externalId, spaceExternalId, status, body } = answer;
  if (!isWebexResource(resource)) return { kind: 'unrecognized', platformType: `fetched ${resource}`.slice(0, 100) };
  const asked = { id: externalId, roomId: spaceExternalId, receivedAt };
  const reason = unavailabilityIn(status);
  if (reason !== undefined) return { kind: 'facts', facts: unavailable(resource, asked, reason) };
  if (status !== 200) throw new Untranslatable('unexpected-status', `The answer has the status ${status}.`);
  return { kind: 'facts', facts: translators[resource](asked, objectIn(body)) };
}

/** Nothing is said of card inputs and member lists that we do not get: the calls that named them stand as they are. */
function unavailable(
  resource: WebexResource,
  { id, roomId, receivedAt }: Answered,
  reason: Unavailability,
): readonly Fact[] {
  const occurrence = { occurredAt: receivedAt };
  switch (resource) {
    case 'messages':
      return [inRoom(roomId, 'message.unavailable', occurrence, { messageExternalId: id, reason })];
    case 'rooms': {
      const changes = { properties: { [unavailableProperty]: reason } };
      return [inRoom(roomId, 'space.updated', occurrence, { changes })];
    }
    case 'attachment/actions':
    case 'memberships':
      return [];
  }
}

/**
 * The message, seen whole. An edited one shows what was written first no more: its text is that of the edit, which no call
 * ever tells of.
 */
function message({ id, roomId, receivedAt }: Answered, body: JsonObject): readonly Fact[] {
  const actor = personIn(body);
  const named = { messageExternalId: id, ...threadIn(body) };
  const createdAt = new Date(timeIn(body, 'created') ?? receivedAt);
  const editedMs = timeIn(body, 'updated');
  const text = textIn(body);
  if (editedMs === undefined) {
    return [inRoom(roomId, 'message.fetched', { occurredAt: createdAt, actor }, { ...named, ...text })];
  }
  return [
    inRoom(roomId, 'message.fetched', { occurredAt: createdAt, actor }, { ...named, content: null }),
    inRoom(roomId, 'message.edited', { occurredAt: new Date(editedMs), actor }, { ...named, ...text }),
  ];
}

/** The form that says most: what the author wrote as markdown, else HTML, else plain; empty for files and cards alone. */
function textIn(body: JsonObject): Pick<EventMap['message.fetched'], 'content' | 'contentType'> {
  const markdown = filledTextOf(body, 'markdown');
  if (markdown !== undefined) return { content: markdown, contentType: 'text/markdown' };
  const html = filledTextOf(body, 'html');
  if (html !== undefined) return { content: html, contentType: 'text/html' };
  return { content: textOf(body, 'text') ?? '', contentType: 'text/plain' };
}

function submission({ id, roomId, receivedAt }: Answered, body: JsonObject): readonly Fact[] {
  const occurredAt = new Date(timeIn(body, 'created') ?? receivedAt);
  const payload = memberOf(body, 'inputs') ?? {};
  const data = { ...cardSubmission(body, id), payload, rawPayload: JSON.stringify(payload) };
  return [inRoom(roomId, 'annotation.added', { occurredAt, actor: personIn(body) }, data)];
}

/** The room as it is when we ask: it names no time of its last change. The title is always told, so that it is known. */
function room({ roomId, receivedAt }: Answered, body: JsonObject): readonly Fact[] {
  const description = textOf(body, 'description');
  const changes = {
    title: textOf(body, 'title') ?? '',
    ...(description === undefined ? {} : { description }),
    properties: { ...roomProperties(body), [unavailableProperty]: false },
  };
  return [inRoom(roomId, 'space.updated', { occurredAt: receivedAt }, { changes })];
}

/** One page of who is in the room, each since the beginning of the membership. */
function members({ roomId, receivedAt }: Answered, body: JsonObject): readonly Fact[] {
  const items = memberOf(body, 'items');
  if (!Array.isArray(items)) throw new Untranslatable('missing-field', 'The list has no items.');
  return items
    .filter((item) => isJsonObject(item))
    .map((item) => {
      const occurredAt = new Date(timeIn(item, 'created') ?? receivedAt);
      return inRoom(roomId, 'member.joined', { occurredAt }, { member: memberIn(item) });
    });
}
