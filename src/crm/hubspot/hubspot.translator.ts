import {
  filledTextOf,
  isJsonObject,
  memberOf,
  parseJsonBytes,
  type JsonObject,
  type JsonValue,
} from '../../common/json/json.js';
import { type VerifiedDelivery } from '../../deliveries/delivery.js';
import { answerIn, type FetchedAnswer } from '../../deliveries/fetched-delivery.js';
import { type Actor } from '../../events/event-map.js';
import { type Fact } from '../../events/event.js';
import { Untranslatable } from '../../platforms/platform.errors.js';
import { type Translation } from '../../platforms/platform.js';
import { recordKinds, type CrmPerson } from '../crm-record.js';
import { eventsIn, idIn, type HubSpotEvent } from './hubspot.event.js';
import { recordTypes } from './hubspot.objects.js';
import { personOf } from './hubspot.owner.js';
import { textsOf, toldOf } from './hubspot.record.js';

/** A record that was changed no later than this after it was made is told as new: HubSpot itself changes it right away. */
const newForMs = 60_000;

/** Turns a call of HubSpot, or a record that we read ourselves, into facts. Pure. Throws `Untranslatable` only. */
export function translateHubSpot(delivery: VerifiedDelivery): Translation {
  const answer = answerIn(delivery);
  return answer === undefined ? translateCall(delivery) : translateAnswer(answer, delivery.receivedAt);
}

function translateCall(delivery: VerifiedDelivery): Translation {
  const events = eventsIn(delivery.body);
  if (events === undefined) throw new Untranslatable('not-a-list', 'The body is no list of events.');
  const facts = events.map((event) => factsOf(event, delivery.receivedAt));
  const known = facts.flatMap((list) => list ?? []);
  const unknown = events.find((_, place) => facts[place] === undefined);
  if (known.length === 0 && unknown !== undefined) {
    return { kind: 'unrecognized', platformType: unknown.type.slice(0, 100) };
  }
  return { kind: 'facts', facts: known };
}

/** Undefined for an event that we have no word for. What only names a record is reported as it is, and the record is read. */
function factsOf(event: HubSpotEvent, receivedAt: Date): readonly Fact[] | undefined {
  const { kind, act, objectId, occurredAtMs, raw } = event;
  if (kind === undefined) return undefined;
  const when = { occurredAt: occurredAtMs === undefined ? receivedAt : new Date(occurredAtMs), space: undefined };
  const activityType = `${recordTypes[kind].singular}.${act}`;
  const reported = (externalId: string): Fact => ({
    ...when,
    type: 'activity.reported',
    data: { activityType, externalId, details: raw },
  });
  const deleted = (id: string): Fact => ({
    ...when,
    type: 'crm.record.deleted',
    data: { recordKind: kind, recordExternalId: id },
  });
  switch (act) {
    case 'creation':
    case 'restore':
    case 'propertyChange':
      return [reported(idOf(objectId))];
    case 'deletion':
    case 'privacyDeletion':
      return [deleted(idOf(objectId))];
    case 'merge':
      return mergeIn(raw).map(({ id, isGone }) => (isGone ? deleted(id) : reported(id)));
    default:
      return undefined;
  }
}

/** Several records become one, which may have an id of its own. */
function mergeIn(raw: JsonObject): readonly { readonly id: string; readonly isGone: boolean }[] {
  const merged = memberOf(raw, 'mergedObjectIds');
  const others: readonly JsonValue[] = Array.isArray(merged) ? merged : [];
  const ids = [memberOf(raw, 'primaryObjectId'), ...others].flatMap((value) => idIn(value) ?? []);
  const left = idIn(memberOf(raw, 'newObjectId')) ?? ids[0];
  if (left === undefined) throw new Untranslatable('missing-field', 'A merge names no record.');
  return [...new Set([...ids, left])].map((id) => ({ id, isGone: id !== left }));
}

function idOf(objectId: string | undefined): string {
  if (objectId === undefined) throw new Untranslatable('missing-field', 'An event names no record.');
  return objectId;
}

function translateAnswer(answer: FetchedAnswer, receivedAt: Date): Translation {
  const kind = recordKinds.find((known) => recordTypes[known].path === answer.resource);
  if (kind === undefined) return { kind: 'unrecognized', platformType: answer.resource.slice(0, 100) };
  const named = { recordKind: kind, recordExternalId: answer.externalId };
  if (answer.status === 404) {
    return {
      kind: 'facts',
      facts: [{ type: 'crm.record.deleted', occurredAt: receivedAt, space: undefined, data: named }],
    };
  }
  // We may not read it: what the call told must do.
  if (answer.status !== 200) return { kind: 'facts', facts: [] };
  const parsed = parseJsonBytes(answer.body);
  if (!parsed.ok) throw new Untranslatable(parsed.fault, `The record is not usable JSON (${parsed.fault}).`);
  const [record, owner, stage] = ['record', 'owner', 'stage'].map((name) => objectIn(parsed.value, name));
  const properties = objectIn(record, 'properties');
  const [createdMs, updatedMs] = ['createdAt', 'updatedAt'].map((name) => Date.parse(textIn(record, name)));
  if (properties === undefined || updatedMs === undefined || Number.isNaN(updatedMs)) {
    throw new Untranslatable('missing-field', 'The record has no properties, or no time of its last change.');
  }
  const { ownerExternalId, ...told } = toldOf(kind, answer.externalId, textsOf(properties));
  const label = textIn(stage, 'label');
  const person = ownerExternalId === undefined ? undefined : personOf(ownerExternalId, owner);
  const isNew = createdMs !== undefined && updatedMs - createdMs <= newForMs;
  return {
    kind: 'facts',
    facts: [
      {
        type: 'crm.record.changed',
        occurredAt: new Date(updatedMs),
        space: undefined,
        data: {
          ...named,
          ...told,
          ...(label === '' ? {} : { stage: label }),
          ...(person === undefined ? {} : { owner: actorOf(person) }),
          ...(isNew ? { isNew } : {}),
        },
      },
    ],
  };
}

function actorOf({ externalId, name, email }: CrmPerson): Actor {
  return {
    externalId,
    ...(name === undefined ? {} : { displayName: name }),
    ...(email === undefined ? {} : { email }),
  };
}

function objectIn(value: JsonValue | undefined, name: string): JsonObject | undefined {
  const member = isJsonObject(value) ? memberOf(value, name) : undefined;
  return isJsonObject(member) ? member : undefined;
}

function textIn(object: JsonObject | undefined, name: string): string {
  return (object === undefined ? undefined : filledTextOf(object, name)) ?? '';
}
