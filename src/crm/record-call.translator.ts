import { filledTextOf, isJsonObject, memberOf, type JsonObject, type JsonValue } from '../common/json/json.js';
import { type VerifiedDelivery } from '../deliveries/delivery.js';
import { type Actor } from '../events/event-map.js';
import { type Fact } from '../events/event.js';
import { Untranslatable } from '../platforms/platform.errors.js';
import { type Translation } from '../platforms/platform.js';
import { objectIn, referenceIn, timeIn } from './record-call.body.js';

const amountPattern = /^-?\d{1,30}(\.\d{1,20})?$/;
const currencyPattern = /^[A-Z]{3}$/;

/**
 * `record.changed` and `record.deleted` as docs/crm/generic.md describes them. Pure. Throws `Untranslatable` for a body that is not
 * as described; members that it does not describe are passed over.
 */
export function translateRecordCall(delivery: VerifiedDelivery): Translation {
  const body = objectIn(delivery.body);
  if (body === 'not-an-object') throw new Untranslatable(body, 'The body is JSON, but not an object.');
  if (typeof body === 'string') throw new Untranslatable(body, `The body is not usable JSON (${body}).`);
  const type = filledTextOf(body, 'type');
  if (type === undefined) throw new Untranslatable('missing-field', 'The body has no type.');
  if (type !== 'record.changed' && type !== 'record.deleted') {
    return { kind: 'unrecognized', platformType: type.slice(0, 100) };
  }
  const record = referenceIn(body);
  if (record === undefined) throw new Untranslatable('missing-field', 'The body names no record of a known kind.');
  const ms = timeIn(body);
  const common = {
    occurredAt: ms === undefined ? delivery.receivedAt : new Date(ms),
    space: undefined,
  };
  const named = { recordKind: record.kind, recordExternalId: record.externalId };
  if (type === 'record.deleted') return facts({ ...common, type: 'crm.record.deleted', data: named });
  const data = memberOf(body, 'data');
  const told = isJsonObject(data) ? data : {};
  const { name, stage, url } = textsIn(told, ['name', 'stage', 'url']);
  const amount = textIn(told, 'amount', amountPattern);
  const currency = textIn(told, 'currency', currencyPattern);
  const [isClosed, isWon, isNew] = ['isClosed', 'isWon', 'isNew'].map((field) => booleanIn(told, field));
  const owner = ownerIn(memberOf(told, 'owner'));
  return facts({
    ...common,
    type: 'crm.record.changed',
    data: {
      ...named,
      ...(name === undefined ? {} : { name }),
      ...(stage === undefined ? {} : { stage }),
      ...(isClosed === undefined ? {} : { isClosed }),
      ...(isWon === undefined ? {} : { isWon }),
      ...(amount === undefined ? {} : { amount }),
      ...(currency === undefined ? {} : { currency }),
      ...(owner === undefined ? {} : { owner }),
      ...(url === undefined ? {} : { url }),
      ...(isNew === undefined ? {} : { isNew }),
    },
  });
}

function facts(fact: Fact): Translation {
  return { kind: 'facts', facts: [fact] };
}

function textsIn<Name extends string>(
  object: JsonObject,
  names: readonly Name[],
): Readonly<Partial<Record<Name, string>>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const text = textIn(object, name);
    if (text !== undefined) found[name] = text;
  }
  return found;
}

function textIn(object: JsonObject, name: string, pattern = /./su): string | undefined {
  const value = memberOf(object, name) ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !pattern.test(value)) throw wrong(name);
  return value;
}

function booleanIn(object: JsonObject, name: string): boolean | undefined {
  const value = memberOf(object, name) ?? undefined;
  if (value !== undefined && typeof value !== 'boolean') throw wrong(name);
  return value;
}

function ownerIn(value: JsonValue | undefined): Actor | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isJsonObject(value)) throw wrong('owner');
  const { externalId, displayName, email } = textsIn(value, ['externalId', 'displayName', 'email']);
  if (externalId === undefined) throw wrong('owner');
  return {
    externalId,
    ...(displayName === undefined ? {} : { displayName }),
    ...(email === undefined ? {} : { email }),
  };
}

function wrong(name: string): Untranslatable {
  return new Untranslatable('unexpected-field', `data.${name} is not of the form that is described for it.`);
}
