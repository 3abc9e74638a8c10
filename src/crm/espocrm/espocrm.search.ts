import { filledTextOf, memberOf, type JsonObject } from '../../common/json/json.js';
import { type CrmRecord, type RecordKind, type RecordSearch } from '../crm-record.js';
import { isSameName, mailDomain, mostFoundRecords } from '../record-search.js';
import { type EspocrmApi, type Where } from './espocrm.api.js';
import { entityTypes, recordIn } from './espocrm.records.js';

/** Contacts of one domain that are looked through for their accounts. */
const mostContacts = 50;
/** The numbers of cases are counted by the database. */
const numberForm = /^\d{1,9}$/;

/** What fits, the newest first. What was found is read whole and compared again, as `%` and `_` may be signs to the search. */
export async function recordsBy(
  api: EspocrmApi,
  kind: RecordKind,
  { by, value }: RecordSearch,
  site: string,
): Promise<readonly CrmRecord[]> {
  if (value.trim() === '') return [];
  const found: CrmRecord[] = [];
  for (const id of await idsBy(api, kind, { by, value })) {
    const entity = await api.read(entityTypes[kind], id);
    if (entity === undefined) continue;
    const record = recordIn(kind, entity, site);
    if (record === undefined) continue;
    if (by === 'name' && !isSameName(record.name, value)) continue;
    if (by === 'number' && Number(memberOf(entity, 'number')) !== Number(value)) continue;
    found.push(record);
  }
  return found;
}

async function idsBy(api: EspocrmApi, kind: RecordKind, { by, value }: RecordSearch): Promise<readonly string[]> {
  const idsOf = async (where: Where): Promise<readonly string[]> =>
    (await listOf(api, entityTypes[kind], where, 'id', mostFoundRecords)).flatMap(
      (row) => filledTextOf(row, 'id') ?? [],
    );
  if (by === 'name') return idsOf({ type: 'equals', attribute: 'name', value });
  if (by === 'number') {
    return kind === 'case' && numberForm.test(value) ? idsOf({ type: 'equals', attribute: 'number', value }) : [];
  }
  const domain = mailDomain(value);
  if (domain === undefined || (kind !== 'contact' && kind !== 'account')) return [];
  const where: Where = { type: 'endsWith', attribute: 'emailAddress', value: `@${domain}` };
  const own = await idsOf(where);
  if (kind === 'contact') return own;
  const contacts = await listOf(api, 'Contact', where, 'accountId', mostContacts);
  const theirs = contacts.flatMap((row) => filledTextOf(row, 'accountId') ?? []);
  return [...new Set([...own, ...theirs])].slice(0, mostFoundRecords);
}

function listOf(
  api: EspocrmApi,
  entityType: string,
  where: Where,
  attribute: string,
  maxSize: number,
): Promise<readonly JsonObject[]> {
  return api.list(entityType, { where: [where], select: [attribute], orderBy: 'createdAt', order: 'desc', maxSize });
}
