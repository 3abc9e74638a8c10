import { filledTextOf, memberOf, textOf, type JsonObject } from '../../common/json/json.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { addressOf } from '../../platforms/address.js';
import { OutcomeUnknown } from '../../platforms/platform.errors.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { type ConnectorCalls } from '../connector.js';
import { CrmRefused, EntryStale } from '../crm.errors.js';
import { type CrmRecord, type EntryForm, type FieldValue, type StoredEntry } from '../crm-record.js';
import { EspocrmApi } from './espocrm.api.js';
import { dateTimeOf, forms } from './espocrm.forms.js';
import { entityTypes, recordIn, versionOf } from './espocrm.records.js';
import { recordsBy } from './espocrm.search.js';
import { keyIn, markerOf } from './espocrm.text.js';

/** More entries that carry one key than people copy. */
const mostCopies = 20;
const mostContacts = 50;

/**
 * Entries as notes, tasks and meetings of EspoCRM, which knows no key of others: ours stands in the last line of the text, and is
 * searched for where no id is known. People who take it away take nothing from an entry whose id we know.
 */
export function espocrmCalls(account: PlatformAccount, http: HttpCaller): ConnectorCalls {
  const api = new EspocrmApi(account, http);
  const { assignedUserId, siteUrl } = account.settings;
  const site = addressOf(siteUrl);

  /** The entities that end with that key, the oldest first. Lists cut long texts, so each is read. */
  async function withKey(key: string, form: EntryForm): Promise<readonly JsonObject[]> {
    const { entityType, textAttribute } = forms[form];
    const found = await api.list(entityType, {
      where: [{ type: 'contains', attribute: textAttribute, value: markerOf(key) }],
      select: ['id'],
      orderBy: 'createdAt',
      maxSize: mostCopies,
    });
    const entities: JsonObject[] = [];
    for (const { id } of found) {
      const entity = typeof id === 'string' ? await api.read(entityType, id) : undefined;
      if (entity !== undefined && keyIn(textOf(entity, textAttribute) ?? '') === key) entities.push(entity);
    }
    return entities;
  }

  return {
    async record({ kind, externalId }) {
      const entity = await api.read(entityTypes[kind], externalId);
      return entity === undefined ? undefined : recordIn(kind, entity, site);
    },

    async entry(key, form, externalId) {
      const { entityType } = forms[form];
      const known = externalId === undefined ? undefined : await api.read(entityType, externalId);
      const entity = known ?? (externalId === undefined ? (await withKey(key, form))[0] : undefined);
      return entity === undefined ? undefined : storedIn(form, entity);
    },

    async create(entry) {
      const { entityType, attributes, whenNew } = forms[entry.form];
      const user = typeof assignedUserId === 'string' ? assignedUserId : undefined;
      const entity = await api.create(entityType, { ...attributes(entry), ...whenNew(entry, user) });
      const stored = storedIn(entry.form, entity);
      // It is there, and where is not said: a look tells.
      if (stored === undefined) throw new OutcomeUnknown();
      return stored;
    },

    async change(stored, entry) {
      const { entityType, attributes } = forms[entry.form];
      const entity = await api.read(entityType, stored.externalId);
      if (entity === undefined) throw new CrmRefused('gone', undefined);
      if (storedIn(entry.form, entity)?.version !== stored.version) throw new EntryStale();
      const number = memberOf(entity, 'versionNumber');
      const versionNumber = typeof number === 'number' ? number : undefined;
      const changed = await api.update(entityType, stored.externalId, attributes(entry), versionNumber);
      const now = storedIn(entry.form, changed);
      if (now === undefined) throw new OutcomeUnknown();
      return now;
    },

    async remove({ key, form }, externalId) {
      const { entityType } = forms[form];
      if (externalId !== undefined) return api.remove(entityType, externalId);
      for (const { id } of await withKey(key, form)) if (typeof id === 'string') await api.remove(entityType, id);
    },

    async fields({ kind, externalId }, names) {
      const entity = await api.read(entityTypes[kind], externalId);
      return entity === undefined ? undefined : new Map(names.map((name) => [name, valueIn(entity, name)]));
    },

    async set({ kind, externalId }, fields) {
      const attributes = Object.fromEntries([...fields].map(([name, value]) => [name, attributeOf(value)]));
      const entity = await api.update(entityTypes[kind], externalId, attributes, undefined);
      return recordIn(kind, entity, site) ?? {};
    },

    async contactsByEmail(email) {
      const address = email.toLowerCase();
      const found = await api.list('Contact', {
        where: [{ type: 'equals', attribute: 'emailAddress', value: address }],
        select: ['id'],
        orderBy: 'createdAt',
        maxSize: mostContacts,
      });
      const contacts: CrmRecord[] = [];
      for (const { id } of found) {
        const entity = typeof id === 'string' ? await api.read('Contact', id) : undefined;
        const contact = entity === undefined ? undefined : recordIn('contact', entity, site);
        if (contact?.emails?.includes(address) === true) contacts.push(contact);
      }
      return contacts;
    },

    recordsBy: (kind, search) => recordsBy(api, kind, search, site),
  };
}

function valueIn(entity: JsonObject, name: string): FieldValue {
  const value = memberOf(entity, name) ?? null;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function attributeOf(value: FieldValue): string | number | boolean | null {
  return value instanceof Date ? dateTimeOf(value) : value;
}

function storedIn(form: EntryForm, entity: JsonObject): StoredEntry | undefined {
  const externalId = filledTextOf(entity, 'id');
  if (externalId === undefined) return undefined;
  const written = forms[form].read(entity);
  return { externalId, ...written, version: versionOf(entity, written) };
}
