import {
  filledTextOf,
  isJsonObject,
  memberOf,
  textOf,
  type JsonObject,
  type JsonValue,
} from '../../common/json/json.js';
import { PlatformUnavailable } from '../../platforms/platform.errors.js';
import { type CrmPerson, type CrmRecord, type RecordKind } from '../crm-record.js';
import { type TrytonModel } from './tryton.rpc.js';
import { decimalIn, timeIn, type TrytonTime } from './tryton.value.js';

/** Tryton tells organisations and people not apart: both are parties. It has no cases. */
export const models = {
  account: 'party.party',
  contact: 'party.party',
  opportunity: 'sale.opportunity',
} as const satisfies Partial<Record<RecordKind, TrytonModel>>;

export type TrytonKind = keyof typeof models;

export function isTrytonKind(kind: RecordKind): kind is TrytonKind {
  return Object.hasOwn(models, kind);
}

const times = ['create_date', 'write_date', '_timestamp'] as const;
const partyFields = [
  'name',
  'rec_name',
  'contact_mechanisms.type',
  'contact_mechanisms.value',
  'contact_mechanisms.active',
  'contact_mechanisms._timestamp',
  ...times,
] as const;
const opportunityFields = [
  'description',
  'rec_name',
  'state',
  'amount',
  'currency.code',
  'employee.rec_name',
  'employee.party.email',
  'party',
  ...times,
] as const;

/** What to read of a record of that kind; a dot leads to another record. */
export function fieldsOf(kind: TrytonKind): readonly string[] {
  return kind === 'opportunity' ? opportunityFields : partyFields;
}

/** The rows of an answer. Throws `PlatformUnavailable` where there are none such. */
export function rowsIn(result: JsonValue): readonly JsonObject[] {
  if (!Array.isArray(result)) throw new PlatformUnavailable('no-usable-answer');
  return result.map((row: unknown) => {
    if (!isJsonObject(row) || typeof memberOf(row, 'id') !== 'number')
      throw new PlatformUnavailable('no-usable-answer');
    return row;
  });
}

export function idOf(row: JsonObject): string {
  const id = memberOf(row, 'id');
  return typeof id === 'number' ? String(id) : '';
}

/** When it changed last: what nobody changed yet has the time of its making alone. */
export function changeTimeOf(row: JsonObject): TrytonTime {
  const time = timeIn(memberOf(row, 'write_date')) ?? timeIn(memberOf(row, 'create_date'));
  if (time === undefined) throw new PlatformUnavailable('no-usable-answer');
  return time;
}

/** A row with `fieldsOf` its kind as a record. Throws `PlatformUnavailable` for a row without them. */
export function recordIn(row: JsonObject, kind: TrytonKind, pages: string | undefined): CrmRecord {
  const externalId = idOf(row);
  return {
    kind,
    externalId,
    ...(pages === undefined ? {} : { url: `${pages}/model/${models[kind]}/${externalId}` }),
    changedAt: changeTimeOf(row).date,
    ...(kind === 'opportunity' ? opportunityIn(row) : partyIn(row)),
  };
}

function opportunityIn(row: JsonObject): Pick<CrmRecord, 'name' | 'version'> & Partial<CrmRecord> {
  const state = filledTextOf(row, 'state');
  const amount = decimalIn(memberOf(row, 'amount'));
  const currency = filledTextOf(relatedTo(row, 'currency'), 'code');
  const owner = ownerIn(row);
  const party = memberOf(row, 'party');
  return {
    name: filledTextOf(row, 'description') ?? filledTextOf(row, 'rec_name') ?? idOf(row),
    // Converted is a quotation of which nobody knows yet whether it will be won.
    ...(state === undefined
      ? {}
      : { stage: state, isClosed: ['won', 'lost', 'cancelled'].includes(state), isWon: state === 'won' }),
    ...(amount === undefined ? {} : { amount, ...(currency === undefined ? {} : { currency }) }),
    ...(owner === undefined ? {} : { owner }),
    ...(typeof party === 'number' ? { accountExternalId: String(party) } : {}),
    version: stampOf(row),
  };
}

function ownerIn(row: JsonObject): CrmPerson | undefined {
  const employee = relatedTo(row, 'employee');
  if (memberOf(employee, 'id') === undefined) return undefined;
  const name = filledTextOf(employee, 'rec_name');
  const email = filledTextOf(relatedTo(employee, 'party'), 'email')?.trim().toLowerCase();
  return {
    externalId: idOf(employee),
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
  };
}

function partyIn(row: JsonObject): Pick<CrmRecord, 'name' | 'version'> & Partial<CrmRecord> {
  const given = memberOf(row, 'contact_mechanisms.');
  const mechanisms = Array.isArray(given) ? given.filter(isJsonObject) : [];
  const emails = mechanisms
    .filter((mechanism) => memberOf(mechanism, 'type') === 'email' && memberOf(mechanism, 'active') !== false)
    .map((mechanism) => filledTextOf(mechanism, 'value')?.trim().toLowerCase() ?? '')
    .filter((email) => email !== '');
  // Addresses change without the party, which has no part in them.
  const stamps = mechanisms.map((mechanism) => `${idOf(mechanism)}@${stampOf(mechanism)}`);
  return {
    name: filledTextOf(row, 'name') ?? filledTextOf(row, 'rec_name') ?? idOf(row),
    emails: [...new Set(emails)],
    version: [stampOf(row), ...stamps.sort()].join(' '),
  };
}

/** Tryton's own mark of a version: the time of the last change in seconds, with six decimals. */
function stampOf(row: JsonObject): string {
  return textOf(row, '_timestamp') ?? '';
}

/** What was read through a dot; nothing where the record has none. */
function relatedTo(row: JsonObject, field: string): JsonObject {
  const related = memberOf(row, `${field}.`);
  return isJsonObject(related) ? related : {};
}
