import { memberOf, type JsonObject } from '../../common/json/json.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { type ConnectorCalls } from '../connector.js';
import { CrmRefused, EntryStale } from '../crm.errors.js';
import { type CrmRecord, type FieldValue, type RecordReference } from '../crm-record.js';
import { SalesforceApi } from './salesforce.api.js';
import { changedRecords } from './salesforce.changes.js';
import { type DailyLimit } from './salesforce.daily-limit.js';
import { isSalesforceId, objectName, recordFrom, recordQuery } from './salesforce.records.js';
import { orgOf } from './salesforce.settings.js';
import { searchQuery } from './salesforce.search.js';
import { soqlText } from './salesforce.soql.js';
import { storedTask, taskChange, taskFields, taskFrom, taskOf, type StoredTask } from './salesforce.tasks.js';

const mostContacts = 200;

/** Entries as tasks, each with our key in a field that is unique, so that Salesforce itself makes one of one key. */
export function salesforceCalls(account: PlatformAccount, http: HttpCaller, limit: DailyLimit): ConnectorCalls {
  const org = orgOf(account);
  const api = new SalesforceApi(org, account, http, limit);
  const byKey = (key: string): string => `/sobjects/Task/${org.keyField}/${encodeURIComponent(key)}`;
  const byId = (id: string): string => `/sobjects/Task/${encodeURIComponent(id)}`;
  const task = async (path: string): Promise<StoredTask | undefined> => {
    const row = await unlessGone(api.get(`${path}?fields=${taskFields}`));
    return row === undefined ? undefined : taskFrom(row);
  };

  const record = async ({ kind, externalId }: RecordReference): Promise<CrmRecord | undefined> => {
    if (!isSalesforceId(externalId)) return undefined;
    const { rows } = await api.query(recordQuery(kind, `WHERE Id = ${soqlText(externalId)}`, org));
    const [row] = rows;
    return row === undefined ? undefined : recordFrom(kind, row, org);
  };

  return {
    record,

    async entry(key) {
      return (await task(byKey(key)))?.entry;
    },

    async create(entry) {
      return storedTask(await api.upsert(byKey(entry.key), taskOf(entry)), entry);
    },

    /** What people did since `stored` is seen by its text; what they do at this moment by the second, which is Salesforce's own. */
    async change(stored, entry) {
      const current = await task(byId(stored.externalId));
      if (current === undefined) throw new EntryStale();
      if (stored.version !== undefined && stored.version !== current.entry.version) throw new EntryStale();
      const headers = { 'if-unmodified-since': current.changedAt.toUTCString() };
      await api.call({ method: 'PATCH', path: byId(stored.externalId), body: taskChange(entry), headers });
      return storedTask(stored.externalId, entry);
    },

    async remove({ key }) {
      await unlessGone(api.call({ method: 'DELETE', path: byKey(key) }));
    },

    async fields(reference, names) {
      if (!isSalesforceId(reference.externalId)) return undefined;
      const row = await unlessGone(api.get(`${pathOf(reference)}?fields=${encodeURIComponent(names.join(','))}`));
      return row === undefined ? undefined : new Map(names.map((name) => [name, valueIn(row, name)]));
    },

    async set(reference, fields) {
      if (!isSalesforceId(reference.externalId)) throw new CrmRefused('gone', undefined);
      const body = Object.fromEntries([...fields].map(([name, value]) => [name, bodyValue(value)]));
      await api.call({ method: 'PATCH', path: pathOf(reference), body });
      return (await record(reference)) ?? {};
    },

    /** Salesforce compares without regard to case. */
    async contactsByEmail(email) {
      const rest = `WHERE Email = ${soqlText(email)} ORDER BY Id LIMIT ${mostContacts}`;
      const { rows } = await api.query(recordQuery('contact', rest, org));
      return rows.map((row) => recordFrom('contact', row, org));
    },

    async recordsBy(kind, search) {
      const rest = searchQuery(kind, search);
      if (rest === undefined) return [];
      const { rows } = await api.query(recordQuery(kind, rest, org));
      return rows.map((row) => recordFrom(kind, row, org));
    },

    changedAfter: (position) => changedRecords(position, api, org),
  };
}

function pathOf({ kind, externalId }: RecordReference): string {
  return `/sobjects/${objectName(kind)}/${externalId}`;
}

function valueIn(row: JsonObject, name: string): FieldValue {
  const value = memberOf(row, name) ?? null;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function bodyValue(value: FieldValue): string | number | boolean | null {
  return value instanceof Date ? value.toISOString() : value;
}

/** Undefined where it is not there, or not any more. */
async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CrmRefused && error.reason === 'gone') return undefined;
    throw error;
  }
}
