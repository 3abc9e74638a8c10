import {
  AssociationSpecAssociationCategoryEnum,
  FilterOperatorEnum,
} from '@hubspot/api-client/lib/codegen/crm/objects/index.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { type ChangedRecords, type ConnectorCalls } from '../connector.js';
import { CrmRefused, EntryStale } from '../crm.errors.js';
import {
  type CrmEntry,
  type CrmRecord,
  type EntryForm,
  type FieldValue,
  type RecordKind,
  type RecordReference,
  type RecordSearch,
  type StoredEntry,
} from '../crm-record.js';
import { isSameName, mostFoundRecords } from '../record-search.js';
import { HubSpotApi, type HubSpotObject } from './hubspot.api.js';
import { changedAfter } from './hubspot.changes.js';
import { entryTypes, keyProperty, objectIdPattern, recordTypes, type HubSpotEntryType } from './hubspot.objects.js';
import { personOf, readOwner } from './hubspot.owner.js';
import { hasKeyProperty, makeKeyProperty } from './hubspot.property.js';
import { toRecord } from './hubspot.record.js';
import { filtersOf } from './hubspot.search.js';
import { publicHubSpotApp, usualSearchLagSeconds } from './hubspot.settings.js';
import { withStageLabel } from './hubspot.stages.js';
import { htmlOf, partsOf } from './hubspot.text.js';

/** Contacts of one address are few. */
const mostFound = 100;

/** What has a key: undefined where nothing has it, 'no-property' where nothing can, as the account has no property for keys yet. */
type Keyed = HubSpotObject | 'no-property' | undefined;

/** Notes and tasks of a HubSpot account, on companies, contacts, deals and tickets. */
export class HubSpotCalls implements ConnectorCalls {
  readonly #api: HubSpotApi;
  readonly #where: { readonly portalId: string; readonly appUrl: string };
  readonly #lagMs: number;

  constructor(
    private readonly account: PlatformAccount,
    http: HttpCaller,
  ) {
    const { portalId, appUrl, searchLagSeconds } = account.settings;
    this.#api = new HubSpotApi(account, http);
    this.#where = {
      portalId: String(portalId),
      appUrl: (typeof appUrl === 'string' ? appUrl : publicHubSpotApp).replace(/\/+$/, ''),
    };
    this.#lagMs = (typeof searchLagSeconds === 'number' ? searchLagSeconds : usualSearchLagSeconds) * 1_000;
  }

  async record({ kind, externalId }: RecordReference): Promise<CrmRecord | undefined> {
    const { path, properties } = recordTypes[kind];
    const object = await this.#read(path, externalId, properties);
    if (object === undefined) return undefined;
    const record = await withStageLabel(this.#api, this.account, toRecord(kind, object, this.#where));
    if (record.owner === undefined) return record;
    const { externalId: ownerId } = record.owner;
    return { ...record, owner: personOf(ownerId, (await readOwner(this.#api, ownerId))?.value) };
  }

  async entry(key: string, form: EntryForm, externalId: string | undefined): Promise<StoredEntry | undefined> {
    const type = typeOf(form);
    const object =
      externalId === undefined ? await this.#byKey(key, type) : await this.#read(type.path, externalId, readOf(type));
    return object === undefined || object === 'no-property' ? undefined : storedOf(object, type);
  }

  /**
   * A create of a key that is there is refused by HubSpot and becomes a change of what is there. The first one of an account makes
   * the property for the keys.
   */
  async create(entry: CrmEntry): Promise<StoredEntry> {
    const type = typeOf(entry.form);
    try {
      return await this.#post(entry, type);
    } catch (error) {
      // In whichever words it was said that the key is taken, or that there is no such property: what is there tells.
      const there = await this.#thereAfter(error, entry, type);
      if (there === 'no-property') await makeKeyProperty(this.#api, type);
      else if (there !== undefined) return this.#put(there.id, entry, type);
    }
    // Others may have made the property or the entry meanwhile, or taken it away.
    try {
      return await this.#post(entry, type);
    } catch (error) {
      const there = await this.#thereAfter(error, entry, type);
      if (there === undefined || there === 'no-property') throw error;
      return this.#put(there.id, entry, type);
    }
  }

  /** HubSpot has no condition for a change: whether somebody else made one is looked up right before, which leaves a moment. */
  async change(stored: StoredEntry, entry: CrmEntry): Promise<StoredEntry> {
    const type = typeOf(entry.form);
    const current = await this.#read(type.path, stored.externalId, readOf(type));
    if (current === undefined) throw new CrmRefused('gone', undefined);
    if (stored.version !== undefined && versionOf(current) !== stored.version) throw new EntryStale();
    return this.#put(stored.externalId, entry, type);
  }

  async remove(
    { key, form }: Pick<CrmEntry, 'key' | 'form' | 'record'>,
    externalId: string | undefined,
  ): Promise<void> {
    const { path } = typeOf(form);
    const id = externalId ?? (await this.entry(key, form, undefined))?.externalId;
    if (id === undefined || !objectIdPattern.test(id)) return;
    try {
      await this.#api.objects.archive(path, id);
    } catch (error) {
      if (!(error instanceof CrmRefused && error.reason === 'gone')) throw error;
    }
  }

  /** HubSpot tells every value as a text, and nothing as an empty one. */
  async fields(
    { kind, externalId }: RecordReference,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, FieldValue> | undefined> {
    const object = await this.#read(recordTypes[kind].path, externalId, names);
    return object === undefined
      ? undefined
      : new Map(names.map((name) => [name, object.properties[name] ?? null] as const));
  }

  async set(reference: RecordReference, fields: ReadonlyMap<string, FieldValue>): Promise<Partial<CrmRecord>> {
    const { kind, externalId } = reference;
    if (!objectIdPattern.test(externalId)) throw new CrmRefused('gone', undefined);
    const properties = Object.fromEntries([...fields].map(([name, value]) => [name, propertyOf(value)]));
    await this.#api.objects.update(recordTypes[kind].path, externalId, { properties });
    return (await this.record(reference)) ?? {};
  }

  /** By HubSpot's search, which finds new contacts and addresses a while late. */
  async contactsByEmail(email: string): Promise<readonly CrmRecord[]> {
    const wanted = email.toLowerCase();
    // Anything else would be a pattern to the search.
    if (!/^[^\s*@]+@[^\s*@]+$/.test(wanted)) return [];
    const { path, properties } = recordTypes.contact;
    const { results } = await this.#api.search.doSearch(path, {
      filterGroups: [
        { filters: [{ propertyName: 'email', operator: FilterOperatorEnum.Eq, value: wanted }] },
        {
          filters: [
            { propertyName: 'hs_additional_emails', operator: FilterOperatorEnum.ContainsToken, value: wanted },
          ],
        },
      ],
      properties: [...properties],
      limit: mostFound,
    });
    return results
      .map((object) => toRecord('contact', object, this.#where))
      .filter(({ emails }) => emails?.includes(wanted) === true);
  }

  /** A record's number is its id: HubSpot shows people no other. The search finds what is new a while late. */
  async recordsBy(kind: RecordKind, search: RecordSearch): Promise<readonly CrmRecord[]> {
    if (search.by === 'number') {
      const record = await this.record({ kind, externalId: search.value });
      return record === undefined ? [] : [record];
    }
    const filterGroups = filtersOf(kind, search);
    // An empty value is a fault to the search.
    if (filterGroups === undefined || search.value.trim() === '') return [];
    const { path, properties } = recordTypes[kind];
    const request = { filterGroups, properties: [...properties], limit: mostFound };
    const { results } = await this.#api.search.doSearch(path, request);
    return results
      .toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime())
      .map((object) => toRecord(kind, object, this.#where))
      .filter(({ name }) => search.by !== 'name' || isSameName(name, search.value))
      .slice(0, mostFoundRecords);
  }

  async changedAfter(position: string | undefined): Promise<ChangedRecords> {
    const changed = await changedAfter(this.#api, position, { lagMs: this.#lagMs, where: this.#where });
    const records: CrmRecord[] = [];
    for (const record of changed.records) records.push(await withStageLabel(this.#api, this.account, record));
    return { ...changed, records };
  }

  /** What has the entry's key, after a refusal that may be due to it. Throws every other error. */
  async #thereAfter(error: unknown, { key }: CrmEntry, type: HubSpotEntryType): Promise<Keyed> {
    if (error instanceof CrmRefused && (error.reason === 'duplicate' || error.reason === 'invalid')) {
      return this.#byKey(key, type);
    }
    throw error;
  }

  async #byKey(key: string, type: HubSpotEntryType): Promise<Keyed> {
    const read = (): Promise<Keyed> => this.#get(type.path, key, readOf(type), keyProperty);
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof CrmRefused) || error.reason !== 'invalid') throw error;
      // It may have been made in between.
      return (await hasKeyProperty(this.#api, type)) ? read() : 'no-property';
    }
  }

  async #read(path: string, id: string, properties: readonly string[]): Promise<HubSpotObject | undefined> {
    return objectIdPattern.test(id) ? this.#get(path, id, properties) : undefined;
  }

  async #get(
    path: string,
    id: string,
    properties: readonly string[],
    idProperty?: string,
  ): Promise<HubSpotObject | undefined> {
    try {
      const { objects } = this.#api;
      return await objects.getById(path, id, [...properties], undefined, undefined, false, idProperty);
    } catch (error) {
      if (error instanceof CrmRefused && error.reason === 'gone') return undefined;
      throw error;
    }
  }

  async #post(entry: CrmEntry, type: HubSpotEntryType): Promise<StoredEntry> {
    const { key, record, at, isDone = false } = entry;
    const made = await this.#api.objects.create(type.path, {
      properties: {
        ...contentOf(entry, type),
        ...(type.path === 'tasks' ? { hs_task_status: statusOf(isDone) } : {}),
        hs_timestamp: at.toISOString(),
        [keyProperty]: key,
      },
      associations: [
        {
          to: { id: record.externalId },
          types: [
            {
              associationCategory: AssociationSpecAssociationCategoryEnum.HubspotDefined,
              associationTypeId: type.associations[record.kind],
            },
          ],
        },
      ],
    });
    return writtenOf(made, entry);
  }

  /** Title, text and whether it is done; when a task is due is its people's once it is there. */
  async #put(id: string, entry: CrmEntry, type: HubSpotEntryType): Promise<StoredEntry> {
    const { isDone } = entry;
    const isTask = type.path === 'tasks' && isDone !== undefined;
    const properties = { ...contentOf(entry, type), ...(isTask ? { hs_task_status: statusOf(isDone) } : {}) };
    const changed = await this.#api.objects.update(type.path, id, { properties });
    return writtenOf(changed, entry);
  }
}

function propertyOf(value: FieldValue): string {
  return value instanceof Date ? value.toISOString() : String(value ?? '');
}

function typeOf(form: EntryForm): HubSpotEntryType {
  if (form === 'activity') throw new CrmRefused('invalid', 'HubSpot has no activity that a conversation could be.');
  return entryTypes[form];
}

function contentOf({ title, text }: CrmEntry, type: HubSpotEntryType): Record<string, string> {
  return type.title === undefined
    ? { [type.body]: htmlOf({ title, text }) }
    : { [type.title]: title, [type.body]: htmlOf({ title: '', text }) };
}

function readOf({ body, title }: HubSpotEntryType): readonly string[] {
  return title === undefined ? [body] : [title, body];
}

function storedOf(object: HubSpotObject, type: HubSpotEntryType): StoredEntry {
  const parts = partsOf(object.properties[type.body] ?? '');
  // In a task's body nothing is a title: what is bold there is text.
  const title = type.title === undefined ? parts.title : (object.properties[type.title] ?? '');
  const text = type.title === undefined || parts.title === '' ? parts.text : `${parts.title}\n${parts.text}`;
  return { externalId: object.id, title, text, version: versionOf(object) };
}

function writtenOf(object: HubSpotObject, { title, text }: CrmEntry): StoredEntry {
  return { externalId: object.id, title, text, version: versionOf(object) };
}

function versionOf({ updatedAt }: HubSpotObject): string {
  return updatedAt.toISOString();
}

function statusOf(isDone: boolean): string {
  return isDone ? 'COMPLETED' : 'NOT_STARTED';
}
