import { filledTextOf, isJsonObject, memberOf, parseJsonBytes, type JsonObject } from '../../common/json/json.js';
import { type VerifiedDelivery } from '../../deliveries/delivery.js';
import { answerIn, type FetchedAnswer } from '../../deliveries/fetched-delivery.js';
import { type Fact } from '../../events/event.js';
import { Untranslatable } from '../../platforms/platform.errors.js';
import { type Translation } from '../../platforms/platform.js';
import { type CrmPerson } from '../crm-record.js';
import { eventIn, type EspocrmEvent } from './espocrm.reading.js';
import { kindOf, stateIn } from './espocrm.records.js';

/**
 * One fact for each record of the array. Pure. A creation brings every attribute, an update those that changed, a deletion the id.
 * Throws `Untranslatable` for a body that is no array of records.
 */
export function translateEspocrm(delivery: VerifiedDelivery): Translation {
  const answer = answerIn(delivery);
  if (answer !== undefined) return translateAnswer(answer, delivery.receivedAt);
  const parsed = parseJsonBytes(delivery.body);
  if (!parsed.ok) throw new Untranslatable(parsed.fault, `The body is not usable JSON (${parsed.fault}).`);
  const event = eventIn(delivery);
  if (event === undefined) {
    const named = new URLSearchParams(delivery.query).get('event') ?? '';
    return { kind: 'unrecognized', platformType: named === '' ? 'without event' : named.slice(0, 100) };
  }
  if (!Array.isArray(parsed.value)) throw new Untranslatable('unexpected-field', 'The body is no array.');
  return { kind: 'facts', facts: parsed.value.map((item) => factOf(item, event, delivery.receivedAt)) };
}

/** A record that was read: it was so when it was read. Nothing is said of one that is not shown to us. */
function translateAnswer({ resource, externalId, status, body }: FetchedAnswer, occurredAt: Date): Translation {
  const kind = kindOf(resource);
  if (kind === undefined) return { kind: 'unrecognized', platformType: `fetched ${resource}`.slice(0, 100) };
  if (status === 403) return { kind: 'facts', facts: [] };
  if (status === 404)
    return { kind: 'facts', facts: [factOf({ id: externalId }, { kind, what: 'delete' }, occurredAt)] };
  if (status !== 200) throw new Untranslatable('unexpected-status', `The answer has the status ${status}.`);
  const parsed = parseJsonBytes(body);
  if (!parsed.ok) throw new Untranslatable(parsed.fault, `The answer is not usable JSON (${parsed.fault}).`);
  const entity = isJsonObject(parsed.value) ? parsed.value : {};
  const what = memberOf(entity, 'deleted') === true ? 'delete' : 'update';
  // Without a name it would be asked for again.
  return { kind: 'facts', facts: [factOf({ name: externalId, ...entity }, { kind, what }, occurredAt)] };
}

function factOf(item: unknown, { kind, what }: EspocrmEvent, occurredAt: Date): Fact {
  const entity: JsonObject = isJsonObject(item) ? item : {};
  const recordExternalId = filledTextOf(entity, 'id');
  if (recordExternalId === undefined) throw new Untranslatable('missing-field', 'A record has no id.');
  const common = { occurredAt, space: undefined };
  const named = { recordKind: kind, recordExternalId };
  if (what === 'delete') return { ...common, type: 'crm.record.deleted', data: named };
  const name = filledTextOf(entity, 'name');
  const { owner, ...state } = stateIn(entity);
  return {
    ...common,
    type: 'crm.record.changed',
    data: {
      ...named,
      ...(name === undefined ? {} : { name }),
      ...state,
      ...(owner === undefined ? {} : { owner: actorOf(owner) }),
      ...(what === 'create' ? { isNew: true } : {}),
    },
  };
}

function actorOf({ externalId, name }: CrmPerson): { externalId: string; displayName?: string } {
  return { externalId, ...(name === undefined ? {} : { displayName: name }) };
}
