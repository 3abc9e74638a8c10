import { fingerprint } from '../../common/security/fingerprint.js';
import {
  filledTextOf,
  isJsonObject,
  memberOf,
  parseJsonBytes,
  parseJsonText,
  textOf,
  type JsonObject,
  type JsonValue,
} from '../../common/json/json.js';
import { type VerifiedDelivery } from '../../deliveries/delivery.js';
import { type Actor, type Conversation, type EventMap, type SpaceChanges } from '../../events/event-map.js';
import { type Fact } from '../../events/event.js';
import { Untranslatable } from '../platform.errors.js';
import { type Translation } from '../platform.js';

/** What every event of a delivery shares. */
interface Common {
  readonly body: JsonObject;
  readonly occurredAt: Date;
  readonly space: Fact['space'];
  readonly actor: Actor | undefined;
}

type Translate = (common: Common) => readonly Fact[];

/** One entry per type of the outbound webhook reference 1.8.0; a type that is not here is kept as unrecognized. */
const translators: Readonly<Record<string, Translate>> = {
  'message-created': messageCreated,
  'message-edited': messageEdited,
  'message-deleted': messageDeleted,
  'message-annotation-added': (common) => annotationWritten('annotation.added', common),
  'message-annotation-edited': (common) => annotationWritten('annotation.edited', common),
  'message-annotation-removed': annotationRemoved,
  'reaction-added': (common) => reaction('reaction.added', common),
  'reaction-removed': (common) => reaction('reaction.removed', common),
  'space-members-added': (common) => members('member.joined', common),
  'space-members-removed': (common) => members('member.left', common),
  'space-updated': spaceUpdated,
  'space-deleted': (common) => [fact(common, 'space.deleted', {})],
};

/** Events of before the epoch or after the year 9999 carry no usable time; they count from when we received them. */
const latestTime = Date.UTC(9999, 11, 31);

/**
 * Turns one Watson Work delivery into facts. Pure. The guide writes some types with underscores where the reference and
 * every sample use hyphens; both are taken. Throws `Untranslatable` where a field without which there is no fact is
 * missing.
 */
export function translateWatsonWork(delivery: VerifiedDelivery): Translation {
  const parsed = parseJsonBytes(delivery.body);
  if (!parsed.ok) throw new Untranslatable(parsed.fault, `The body is not usable JSON (${parsed.fault}).`);
  const body = parsed.value;
  if (!isJsonObject(body)) throw new Untranslatable('not-an-object', 'The body is JSON, but not an object.');
  const type = filledTextOf(body, 'type');
  if (type === undefined) throw new Untranslatable('missing-field', 'The body has no type.');
  const name = type.replaceAll('_', '-');
  const translate = Object.hasOwn(translators, name) ? translators[name] : undefined;
  if (translate === undefined) return { kind: 'unrecognized', platformType: type.slice(0, 100) };
  return { kind: 'facts', facts: translate(commonOf(body, delivery)) };
}

function commonOf(body: JsonObject, delivery: VerifiedDelivery): Common {
  const title = filledTextOf(body, 'spaceName');
  const time = memberOf(body, 'time');
  const userId = filledTextOf(body, 'userId');
  const userName = filledTextOf(body, 'userName');
  return {
    body,
    occurredAt:
      typeof time === 'number' && time >= 0 && time <= latestTime ? new Date(Math.trunc(time)) : delivery.receivedAt,
    space: { externalId: required(body, 'spaceId'), ...(title === undefined ? {} : { title }) },
    // Apps and services come without a name, or with the text "None".
    actor:
      userId === undefined
        ? undefined
        : { externalId: userId, ...(userName === undefined || userName === 'None' ? {} : { displayName: userName }) },
  };
}

function required(body: JsonObject, name: string): string {
  const value = filledTextOf(body, name);
  if (value === undefined) throw new Untranslatable('missing-field', `The body has no ${name}.`);
  return value;
}

/** Builds one fact; `data` belongs to `type` by the signature. */
function fact<T extends keyof EventMap>(common: Common, type: T, data: EventMap[T]): Fact {
  const made = {
    type,
    occurredAt: common.occurredAt,
    space: common.space,
    ...(common.actor === undefined ? {} : { actor: common.actor }),
    data,
  };
  // The compiler does not relate a generic member to the union that is built from it.
  return made as unknown as Fact;
}

function conversationOf(body: JsonObject): { conversation?: Conversation } {
  const externalId = filledTextOf(body, 'conversationId');
  if (externalId === undefined) return {};
  // The markdown reference misspells the field.
  const type = filledTextOf(body, 'conversationType') ?? filledTextOf(body, 'converstaionType');
  return { conversation: { externalId, ...(type === undefined ? {} : { type }) } };
}

function messageText(body: JsonObject): EventMap['message.created'] {
  const contentType = filledTextOf(body, 'contentType');
  return {
    messageExternalId: required(body, 'messageId'),
    // Empty for messages of apps: their text follows in a generic annotation.
    content: textOf(body, 'content') ?? '',
    ...(contentType === undefined ? {} : { contentType }),
    ...conversationOf(body),
  };
}

function messageCreated(common: Common): readonly Fact[] {
  return [fact(common, 'message.created', messageText(common.body))];
}

function messageEdited(common: Common): readonly Fact[] {
  return [fact(common, 'message.edited', messageText(common.body))];
}

function messageDeleted(common: Common): readonly Fact[] {
  const messageExternalId = required(common.body, 'messageId');
  return [fact(common, 'message.deleted', { messageExternalId, ...conversationOf(common.body) })];
}

function annotationWritten(type: 'annotation.added' | 'annotation.edited', common: Common): readonly Fact[] {
  const { body } = common;
  const messageExternalId = filledTextOf(body, 'messageId');
  const annotationType = filledTextOf(body, 'annotationType');
  const payload = annotationPayload(memberOf(body, 'annotationPayload'));
  return [
    fact(common, type, {
      annotationExternalId: filledTextOf(body, 'annotationId') ?? nameOfUnnamed(common),
      ...(messageExternalId === undefined ? {} : { messageExternalId }),
      ...(annotationType === undefined ? {} : { annotationType }),
      ...payload,
    }),
  ];
}

/** Slash commands and some captured samples have no annotation id: their own content names them, the same in a retry. */
function nameOfUnnamed({ body }: Common): string {
  const named = ['messageId', 'annotationType', 'annotationPayload', 'time', 'userId'].map(
    (name) => memberOf(body, name) ?? null,
  );
  return `content:${fingerprint(Buffer.from(JSON.stringify(named)))}`;
}

/** A JSON text inside a JSON string, parsed this one level only; its own inner texts stay as the platform wrote them. */
function annotationPayload(value: JsonValue | undefined): { payload?: JsonValue; rawPayload?: string } {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'string') return { payload: value, rawPayload: JSON.stringify(value) };
  const parsed = parseJsonText(value);
  return parsed.ok ? { payload: parsed.value, rawPayload: value } : { rawPayload: value };
}

function annotationRemoved(common: Common): readonly Fact[] {
  const messageExternalId = filledTextOf(common.body, 'messageId');
  return [
    fact(common, 'annotation.removed', {
      annotationExternalId: required(common.body, 'annotationId'),
      ...(messageExternalId === undefined ? {} : { messageExternalId }),
    }),
  ];
}

function reaction(type: 'reaction.added' | 'reaction.removed', common: Common): readonly Fact[] {
  // Whose reaction it is belongs to its identity.
  required(common.body, 'userId');
  return [
    fact(common, type, {
      messageExternalId: required(common.body, 'objectId'),
      reaction: required(common.body, 'reaction'),
    }),
  ];
}

function members(type: 'member.joined' | 'member.left', common: Common): readonly Fact[] {
  const ids = memberOf(common.body, 'memberIds');
  const texts = Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string' && id !== '') : [];
  if (texts.length === 0) throw new Untranslatable('missing-field', 'The body names no memberIds.');
  return [...new Set(texts)].map((externalId) => fact(common, type, { member: { externalId } }));
}

/** Also sent beside every membership change with no field at all; such a fact still tells that the space is alive. */
function spaceUpdated(common: Common): readonly Fact[] {
  const { body } = common;
  const title = textOf(body, 'title');
  const description = textOf(body, 'description');
  const visibility = textOf(body, 'visibility');
  const statusValue = textOf(body, 'statusValue');
  const allowGuests = booleanOf(memberOf(body, 'allowGuests'));
  const properties = memberOf(body, 'spaceProperties');
  const changes: SpaceChanges = {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(visibility === undefined ? {} : { visibility }),
    ...(statusValue === undefined ? {} : { statusValue }),
    ...(allowGuests === undefined ? {} : { allowGuests }),
    ...(isJsonObject(properties) ? { properties } : {}),
  };
  return [fact(common, 'space.updated', { changes })];
}

/** `allowGuests` is documented as a string although it is a boolean by nature; both are taken. */
function booleanOf(value: JsonValue | undefined): boolean | undefined {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  return undefined;
}
