import { memberOf, textOf } from '../../common/json/json.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { addressOf } from '../../platforms/address.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { type ChangedRecords, type ConnectorCalls } from '../connector.js';
import {
  type CrmEntry,
  type CrmRecord,
  type EntryForm,
  type RecordKind,
  type RecordReference,
  type RecordSearch,
  type StoredEntry,
} from '../crm-record.js';
import { changedRows } from './tryton.changes.js';
import { TrytonEntries } from './tryton.entries.js';
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

  async #records(kind: TrytonKind, ids: readonly number[]): Promise<readonly CrmRecord[]> {
    const params = [[['id', 'in', ids]], 0, null, [['id', 'ASC']], fieldsOf(kind)];
    const rows = rowsIn(await this.#rpc.read(models[kind], 'search_read', params));
    return rows.map((row) => recordIn(row, kind, this.#pages));
  }
}
