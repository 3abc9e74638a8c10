import { filledTextOf, isJsonObject, memberOf, type JsonObject } from '../../common/json/json.js';
import { fingerprint } from '../../common/security/fingerprint.js';
import { PlatformUnavailable } from '../../platforms/platform.errors.js';
import { type CrmPerson, type CrmRecord, type RecordKind } from '../crm-record.js';
import { decimalText } from './salesforce.numbers.js';
import { type SalesforceOrg } from './salesforce.settings.js';

interface ObjectForm {
  readonly name: string;
  readonly fields: readonly string[];
}

const objects: Readonly<Record<RecordKind, ObjectForm>> = {
  account: { name: 'Account', fields: ['Name'] },
  contact: { name: 'Contact', fields: ['Name', 'Email', 'AccountId'] },
  opportunity: { name: 'Opportunity', fields: ['Name', 'StageName', 'IsClosed', 'IsWon', 'Amount', 'AccountId'] },
  case: { name: 'Case', fields: ['Subject', 'CaseNumber', 'Status', 'IsClosed', 'AccountId'] },
};
const commonFields = ['Id', 'SystemModstamp', 'OwnerId', 'Owner.Name', 'Owner.Email'];
const idForm = /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/;

/** Whether a text can be an id of Salesforce: 15 characters, or 18 with a check. */
export function isSalesforceId(text: string): boolean {
  return idForm.test(text);
}

/** What Salesforce calls records of that kind. */
export function objectName(kind: RecordKind): string {
  return objects[kind].name;
}

/** The query for records of a kind, with what comes after `FROM`. */
export function recordQuery(kind: RecordKind, rest: string, { multiCurrency }: SalesforceOrg): string {
  const { name, fields } = objects[kind];
  // Orgs with one currency have no such field, and refuse to hear of it.
  const currency = kind === 'opportunity' && multiCurrency ? ['CurrencyIsoCode'] : [];
  return `SELECT ${[...commonFields, ...fields, ...currency].join(', ')} FROM ${name} ${rest}`;
}

/** A row of such a query. Throws `PlatformUnavailable` for one without the fields that every record has. */
export function recordFrom(kind: RecordKind, row: JsonObject, { instanceUrl }: SalesforceOrg): CrmRecord {
  const externalId = filledTextOf(row, 'Id');
  const changedAt = timeFrom(filledTextOf(row, 'SystemModstamp'));
  if (externalId === undefined || changedAt === undefined) throw new PlatformUnavailable('no-usable-answer');
  const name = filledTextOf(row, 'Name') ?? filledTextOf(row, 'Subject') ?? filledTextOf(row, 'CaseNumber');
  const stage = filledTextOf(row, 'StageName') ?? filledTextOf(row, 'Status');
  const amount = amountIn(row);
  const currency = filledTextOf(row, 'CurrencyIsoCode');
  const email = filledTextOf(row, 'Email');
  const accountExternalId = filledTextOf(row, 'AccountId');
  const owner = ownerFrom(row);
  const [isClosed, isWon] = [memberOf(row, 'IsClosed'), memberOf(row, 'IsWon')];
  return {
    kind,
    externalId,
    name: name ?? externalId,
    ...(stage === undefined ? {} : { stage }),
    ...(typeof isClosed === 'boolean' ? { isClosed } : {}),
    ...(typeof isWon === 'boolean' ? { isWon } : {}),
    ...(amount === undefined ? {} : { amount }),
    ...(currency === undefined ? {} : { currency }),
    ...(owner === undefined ? {} : { owner }),
    ...(email === undefined ? {} : { emails: [email.toLowerCase()] }),
    ...(accountExternalId === undefined ? {} : { accountExternalId }),
    url: `${instanceUrl}/${externalId}`,
    // SystemModstamp is told in whole seconds, in which there may be two changes.
    version: fingerprint(Buffer.from(JSON.stringify(row))),
    changedAt,
  };
}

/** A time of Salesforce, `2026-03-01T09:30:00.000+0000`. */
export function timeFrom(text: string | undefined): Date | undefined {
  const ms = Date.parse((text ?? '').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(ms) ? undefined : new Date(ms);
}

/** A number, or a text where it has more digits than a number of JavaScript. */
function amountIn(row: JsonObject): string | undefined {
  const amount = memberOf(row, 'Amount');
  return typeof amount === 'number' || typeof amount === 'string' ? decimalText(String(amount)) : undefined;
}

function ownerFrom(row: JsonObject): CrmPerson | undefined {
  const externalId = filledTextOf(row, 'OwnerId');
  if (externalId === undefined) return undefined;
  const owner = memberOf(row, 'Owner');
  const told = isJsonObject(owner) ? owner : {};
  const [name, email] = [filledTextOf(told, 'Name'), filledTextOf(told, 'Email')];
  return {
    externalId,
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
  };
}
