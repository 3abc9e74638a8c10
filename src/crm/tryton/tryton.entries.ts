import { memberOf, textOf, type JsonObject, type JsonValue } from '../../common/json/json.js';
import { storableText } from '../../common/json/storable.js';
import { OutcomeUnknown } from '../../platforms/platform.errors.js';
import { CrmRefused } from '../crm.errors.js';
import { type CrmEntry, type StoredEntry } from '../crm-record.js';
import { idNumber } from './tryton.id.js';
import { idOf, isTrytonKind, models, rowsIn } from './tryton.records.js';
import { type TrytonRpc } from './tryton.rpc.js';
import { contentOf, isEntryOf, messageOf, patternOf } from './tryton.text.js';

/** Entries are notes on the record. Tryton keeps no form of task or activity beside a record. */
export class TrytonEntries {
  constructor(readonly rpc: TrytonRpc) {}

  async find(key: string, externalId: string | undefined): Promise<StoredEntry | undefined> {
    const known = externalId === undefined ? undefined : await this.#byId(externalId);
    if (known !== undefined) return storedIn(known);
    const [first] = await this.#byKey(key);
    return first === undefined ? undefined : storedIn(first);
  }

  async create(entry: CrmEntry): Promise<StoredEntry> {
    const { kind, externalId } = entry.record;
    const id = idNumber(externalId);
    if (!isTrytonKind(kind) || id === undefined) throw new CrmRefused('gone', undefined);
    const values = { resource: `${models[kind]},${id}`, message: messageIn(entry) };
    const made = await this.rpc.write('ir.note', 'create', [[values]]);
    const madeId = firstOf(made);
    // It is there, and where is not said: a look tells.
    if (typeof madeId !== 'number') throw new OutcomeUnknown();
    return this.#afterWriting(String(madeId));
  }

  async change(stored: StoredEntry, entry: CrmEntry): Promise<StoredEntry> {
    const id = idNumber(stored.externalId);
    if (id === undefined) throw new CrmRefused('gone', undefined);
    const seen = stored.version === undefined ? {} : { _timestamp: { [`ir.note,${id}`]: stored.version } };
    await this.rpc.write('ir.note', 'write', [[id], { message: messageIn(entry) }], seen);
    return this.#afterWriting(stored.externalId);
  }

  async remove(key: string, externalId: string | undefined): Promise<void> {
    const ids = externalId === undefined ? (await this.#byKey(key)).map(idOf) : [externalId];
    for (const id of ids.map(idNumber)) {
      if (id !== undefined) await this.rpc.write('ir.note', 'delete', [[id]]).catch(unlessGone);
    }
  }

  /** The note as it is now, which may say what somebody wrote since. Whatever fails here, the writing is done. */
  async #afterWriting(externalId: string): Promise<StoredEntry> {
    const row = await this.#byId(externalId).catch((cause: unknown) => {
      throw new OutcomeUnknown({ cause });
    });
    if (row === undefined) throw new OutcomeUnknown();
    return storedIn(row);
  }

  async #byId(externalId: string): Promise<JsonObject | undefined> {
    const id = idNumber(externalId);
    return id === undefined ? undefined : (await this.#search([['id', '=', id]]))[0];
  }

  /** Oldest first: should two calls have made one each, both find the same. */
  async #byKey(key: string): Promise<readonly JsonObject[]> {
    const rows = await this.#search([['message', 'like', patternOf(key)]]);
    return rows.filter((row) => isEntryOf(textOf(row, 'message') ?? '', key));
  }

  async #search(domain: readonly JsonValue[]): Promise<readonly JsonObject[]> {
    const order = [['id', 'ASC']];
    return rowsIn(await this.rpc.read('ir.note', 'search_read', [domain, 0, null, order, ['message', '_timestamp']]));
  }
}

function firstOf(value: JsonValue): unknown {
  return Array.isArray(value) ? value.at(0) : undefined;
}

/** Tryton's database holds neither NUL nor half of a surrogate pair. */
function messageIn({ title, text, key }: CrmEntry): string {
  return messageOf({ title: storableText(title), text: storableText(text) }, key);
}

function storedIn(row: JsonObject): StoredEntry {
  const version = memberOf(row, '_timestamp');
  return {
    externalId: idOf(row),
    ...contentOf(textOf(row, 'message') ?? ''),
    version: typeof version === 'string' ? version : undefined,
  };
}

function unlessGone(error: unknown): void {
  if (!(error instanceof CrmRefused && error.reason === 'gone')) throw error;
}
