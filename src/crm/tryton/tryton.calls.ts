import { memberOf, textOf } from '../../common/json/json.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { addressOf } from '../../platforms/address.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { type ChangedRecords, type ConnectorCalls } from '../connector.js';
import { CrmRefused } from '../crm.errors.js';
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
import { changedRows } from './tryton.changes.js';
import { TrytonEntries } from './tryton.entries.js';
import { fieldTypes, fieldValue, wireValue } from './tryton.fields.js';
import { idNumber } from './tryton.id.js';
import { fieldsOf, isTrytonKind, models, recordIn, rowsIn, type TrytonKind } from './tryton.records.js';
import { TrytonRpc } from './tryton.rpc.js';
import { idsBy } from './tryton.search.js';

/** The calls of one account; each throws as the port says. */
export class TrytonCalls implements ConnectorCalls {
  readonly #rpc: TrytonRpc;
  readonly #entries: TrytonEntries;
  /** Where people look at records; undefined where there is no web client. */
  readonly #pages: string | undefined;

  constructor(account: PlatformAccount, http: HttpCaller) {
    this.#rpc = new TrytonRpc(account, http);
    this.#entries = new TrytonEntries(this.#rpc);
    const { webUrl, database } = account.settings;
    this.#pages = webUrl === undefined ? undefined : `${addressOf(webUrl)}/#${encodeURIComponent(String(database))}`;
  }

  async record({ kind, externalId }: RecordReference): Promise<CrmRecord | undefined> {
    const id = idNumber(externalId);
    if (!isTrytonKind(kind) || id === undefined) return undefined;
    const [found] = await this.#records(kind, [id]);
    return found;
  }

  entry(key: string, _form: EntryForm, externalId: string | undefined): Promise<StoredEntry | undefined> {
    return this.#entries.find(key, externalId);
  }

  create(entry: CrmEntry): Promise<StoredEntry> {
    return this.#entries.create(entry);
  }

  change(stored: StoredEntry, entry: CrmEntry): Promise<StoredEntry> {
    return this.#entries.change(stored, entry);
  }

  remove({ key }: Pick<CrmEntry, 'key'>, externalId: string | undefined): Promise<void> {
    return this.#entries.remove(key, externalId);
  }

  async fields(
    { kind, externalId }: RecordReference,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, FieldValue> | undefined> {
    const id = idNumber(externalId);
    if (!isTrytonKind(kind) || id === undefined) return undefined;
    await this.#typesOf(kind, names);
    const [row] = rowsIn(
      await this.#rpc.read(models[kind], 'search_read', [[['id', '=', id]], 0, 1, null, [...names]]),
    );
    return row === undefined ? undefined : new Map(names.map((name) => [name, fieldValue(row, name)]));
  }

  async set(reference: RecordReference, fields: ReadonlyMap<string, FieldValue>): Promise<Partial<CrmRecord>> {
    const { kind, externalId } = reference;
    const id = idNumber(externalId);
    if (!isTrytonKind(kind) || id === undefined) throw new CrmRefused('gone', undefined);
    const names = [...fields.keys()];
    const types = await this.#typesOf(kind, names);
    const values = [...fields].map(([name, value]) => [name, wireValue(name, types.get(name) ?? '', value)] as const);
    await this.#rpc.write(models[kind], 'write', [[id], Object.fromEntries(values)]);
    return (await this.record(reference)) ?? {};
  }

  async contactsByEmail(email: string): Promise<readonly CrmRecord[]> {
    const wanted = email.trim().toLowerCase();
    if (wanted === '') return [];
    const domain = [
      ['type', '=', 'email'],
      ['active', '=', true],
      ['party.active', '=', true],
      // Spaces around it are people's; what stands between is compared below.
      ['value', 'ilike', `%${wanted.replace(/[\\%_]/g, '\\$&')}%`],
    ];
    const rows = rowsIn(
      await this.#rpc.read('party.contact_mechanism', 'search_read', [domain, 0, null, null, ['value', 'party']]),
    );
    const parties = rows
      .filter((row) => textOf(row, 'value')?.trim().toLowerCase() === wanted)
      .map((row) => memberOf(row, 'party'))
      .filter((id) => typeof id === 'number');
    return parties.length === 0 ? [] : this.#records('contact', [...new Set(parties)]);
  }

  async recordsBy(kind: RecordKind, search: RecordSearch): Promise<readonly CrmRecord[]> {
    if (!isTrytonKind(kind)) return [];
    const ids = await idsBy(this.#rpc, kind, search);
    if (ids.length === 0) return [];
    const found = await this.#records(kind, ids);
    return found.toSorted((one, other) => Number(other.externalId) - Number(one.externalId));
  }

  async changedAfter(position: string | undefined): Promise<ChangedRecords> {
    const { rows, ...rest } = await changedRows(this.#rpc, position);
    return { ...rest, records: rows.map((row) => recordIn(row, 'opportunity', this.#pages)) };
  }

  async #typesOf(kind: TrytonKind, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    try {
      return fieldTypes(await this.#rpc.read(models[kind], 'fields_get', [[...names]]), names);
    } catch (error) {
      // Tryton takes a name that is not there for a fault of its own.
      if (error instanceof CrmRefused && error.reason === 'broken') {
        throw new CrmRefused('invalid', `There is no such field in ${models[kind]}: ${names.join(', ')}.`);
      }
      throw error;
    }
  }

  async #records(kind: TrytonKind, ids: readonly number[]): Promise<readonly CrmRecord[]> {
    const params = [[['id', 'in', ids]], 0, null, [['id', 'ASC']], fieldsOf(kind)];
    const rows = rowsIn(await this.#rpc.read(models[kind], 'search_read', params));
    return rows.map((row) => recordIn(row, kind, this.#pages));
  }
}
