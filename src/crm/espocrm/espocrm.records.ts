import { fingerprint } from '../../common/security/fingerprint.js';
import { filledTextOf, isJsonObject, memberOf, type JsonObject } from '../../common/json/json.js';
import { recordKinds, type CrmPerson, type CrmRecord, type RecordKind } from '../crm-record.js';

/** The entity types of EspoCRM's CRM module. */
export const entityTypes: Readonly<Record<RecordKind, string>> = {
  account: 'Account',
  contact: 'Contact',
  opportunity: 'Opportunity',
  case: 'Case',
};

/** The kind of that name; undefined for everything else. */
export function kindOf(name: string): RecordKind | undefined {
  return recordKinds.find((kind) => kind === name);
}

interface Standing {
  readonly isClosed: boolean;
  readonly isWon?: boolean;
}

const open: Standing = { isClosed: false, isWon: false };

/** The stages that EspoCRM brings along; of those that an administrator made nothing is known. */
const standings: ReadonlyMap<string, Standing> = new Map<string, Standing>([
  ['Prospecting', open],
  ['Qualification', open],
  ['Proposal', open],
  ['Negotiation', open],
  ['Closed Won', { isClosed: true, isWon: true }],
  ['Closed Lost', { isClosed: true, isWon: false }],
  ['New', { isClosed: false }],
  ['Assigned', { isClosed: false }],
  ['Pending', { isClosed: false }],
  ['Closed', { isClosed: true }],
  ['Rejected', { isClosed: true }],
  ['Duplicate', { isClosed: true }],
]);

/** What an entity tells of where it stands, how much it is worth and who has it; what it does not tell is absent. */
export function stateIn(
  entity: JsonObject,
): Pick<CrmRecord, 'stage' | 'isClosed' | 'isWon' | 'amount' | 'currency' | 'owner'> {
  const stage = filledTextOf(entity, 'stage') ?? filledTextOf(entity, 'status');
  const amount = amountIn(entity);
  const currency = filledTextOf(entity, 'amountCurrency');
  const owner = ownerIn(entity);
  return {
    ...(stage === undefined ? {} : { stage, ...standings.get(stage) }),
    ...(amount === undefined ? {} : { amount }),
    ...(currency === undefined ? {} : { currency }),
    ...(owner === undefined ? {} : { owner }),
  };
}

/** The record in an entity that was read; undefined where it has no id. */
export function recordIn(kind: RecordKind, entity: JsonObject, siteUrl: string): CrmRecord | undefined {
  const externalId = filledTextOf(entity, 'id');
  if (externalId === undefined) return undefined;
  const emails = emailsIn(entity);
  const accountExternalId = filledTextOf(entity, 'accountId');
  const told = {
    kind,
    externalId,
    name: filledTextOf(entity, 'name') ?? externalId,
    ...stateIn(entity),
    ...(emails.length === 0 ? {} : { emails }),
    ...(accountExternalId === undefined ? {} : { accountExternalId }),
    url: `${siteUrl}/#${entityTypes[kind]}/view/${externalId}`,
  };
  return { ...told, version: versionOf(entity, told), changedAt: timeIn(entity, 'modifiedAt') ?? new Date(0) };
}

/** EspoCRM's times have whole seconds, so what was read counts, too. */
export function versionOf(entity: JsonObject, told: object): string {
  return `${filledTextOf(entity, 'modifiedAt') ?? ''} ${fingerprint(Buffer.from(JSON.stringify(told)))}`;
}

/** `YYYY-MM-DD HH:mm:ss` in UTC. */
function timeIn(entity: JsonObject, name: string): Date | undefined {
  const text = filledTextOf(entity, name);
  const ms = text === undefined ? NaN : Date.parse(`${text.replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? undefined : new Date(ms);
}

/** A number, or a text where the field is set to decimals. */
function amountIn(entity: JsonObject): string | undefined {
  const amount = memberOf(entity, 'amount');
  if (typeof amount === 'number' && Number.isFinite(amount)) return String(amount);
  return typeof amount === 'string' && /^-?\d+(\.\d+)?$/.test(amount) ? amount : undefined;
}

function ownerIn(entity: JsonObject): CrmPerson | undefined {
  const externalId = filledTextOf(entity, 'assignedUserId');
  const name = filledTextOf(entity, 'assignedUserName');
  return externalId === undefined ? undefined : { externalId, ...(name === undefined ? {} : { name }) };
}

function emailsIn(entity: JsonObject): readonly string[] {
  const data = memberOf(entity, 'emailAddressData');
  const all = Array.isArray(data) ? data.filter(isJsonObject).map((item) => filledTextOf(item, 'emailAddress')) : [];
  const found = [filledTextOf(entity, 'emailAddress'), ...all].filter((email) => email !== undefined);
  return [...new Set(found.map((email) => email.toLowerCase()))];
}
