import { meets, order } from './domain.js';
import { RpcError, unforeseen, userError } from './rpc-error.js';
import { isWireObject, stampOf, textOf, wireTime, type Wire, type WireObject } from './wire.js';

/** What people call the models; errors name them so. */
const names: Readonly<Record<string, string>> = {
  'party.party': 'Party',
  'party.contact_mechanism': 'Contact Mechanism',
  'company.employee': 'Employee',
  'currency.currency': 'Currency',
  'sale.opportunity': 'Sale Opportunity',
  'ir.note': 'Note',
};

/** Fields that lead to other records. */
const targets: Readonly<Record<string, string>> = {
  party: 'party.party',
  employee: 'company.employee',
  currency: 'currency.currency',
  contact_mechanisms: 'party.contact_mechanism',
};

/** As `fields_get` of trytond 6.0 tells them. */
const fieldTypes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'party.party': { name: 'char', code: 'char', active: 'boolean' },
  'sale.opportunity': {
    ...{ description: 'char', comment: 'text', amount: 'numeric', conversion_probability: 'float', state: 'selection' },
    ...{ start_date: 'date', end_date: 'date', lost_reason: 'text' },
  },
};

interface Row {
  readonly id: number;
  readonly created: number;
  changed: number | null;
  values: Record<string, Wire>;
}

/** The tables of Tryton that the connector and people at their client touch. */
export class Tables {
  readonly #tables = new Map(Object.keys(names).map((model) => [model, new Map<number, Row>()]));
  #lastId = 0;
  #lastMicros = 0;

  /** As the method of that name does. */
  create(model: string, list: readonly WireObject[]): readonly number[] {
    // All records of one call have one time: that of their transaction.
    const micros = this.#now();
    return list.map((given) => {
      const values = this.#checked(model, this.#withDefaults(model, given));
      // One row of numbers for all tables, so that an id says which record is meant.
      const row = { id: ++this.#lastId, created: micros, changed: null, values };
      this.#table(model).set(row.id, row);
      return row.id;
    });
  }

  write(model: string, ids: readonly number[], values: WireObject, stamps: WireObject = {}): void {
    const rows = this.#existing(model, ids);
    for (const row of rows) {
      const seen = stamps[`${model},${row.id}`];
      if (seen !== undefined && seen !== null && seen !== stampOf(row.changed ?? row.created)) {
        throw new RpcError(['ConcurrencyException', 'Records were modified in the meanwhile']);
      }
    }
    const micros = this.#now();
    for (const row of rows) {
      row.values = this.#checked(model, { ...row.values, ...values });
      row.changed = micros;
    }
  }

  delete(model: string, ids: readonly number[]): void {
    for (const { id } of this.#existing(model, ids)) {
      this.#table(model).delete(id);
      if (model === 'party.party') this.#deleteAddressesOf(id);
    }
  }

  searchRead(
    model: string,
    domain: readonly Wire[],
    limit: number | undefined,
    by: readonly (readonly Wire[])[],
    fields: readonly string[],
    { archived }: { readonly archived: boolean },
  ): readonly WireObject[] {
    const rows = [...this.#table(model).values()]
      .filter((row) => archived || this.#read(model, row, 'active') !== false)
      .filter((row) => meets(domain, (path) => this.#read(model, row, path)));
    rows.sort((one, other) => {
      for (const [field, direction] of by) {
        const [a, b] = [one, other].map((row) => order(this.#read(model, row, textOf(field))));
        if (a !== b) return (Number(a ?? 0) < Number(b ?? 0) ? -1 : 1) * (direction === 'DESC' ? -1 : 1);
      }
      return one.id - other.id;
    });
    return rows.slice(0, limit).map((row) => this.#readAll(model, row, fields));
  }

  /** The types of a model's fields; a name that is not there is a fault of Python. */
  fieldsGet(model: string, names: readonly string[]): WireObject {
    const known = fieldTypes[model] ?? {};
    return Object.fromEntries(
      names.map((name) => {
        const type = known[name];
        if (type === undefined) throw unforeseen(`'${name}'`);
        return [name, { name, type, string: name, required: false, readonly: false }];
      }),
    );
  }

  /** What a row holds. */
  values(model: string, id: number): WireObject {
    return this.#table(model).get(id)?.values ?? {};
  }

  /** The ids of all rows of a model. */
  ids(model: string): readonly number[] {
    return [...this.#table(model).keys()];
  }

  /** A field of a row; null where there is no such row. */
  value(model: string, id: number, field: string): Wire {
    const row = this.#table(model).get(id);
    return row === undefined ? null : this.#read(model, row, field);
  }

  #withDefaults(model: string, given: WireObject): WireObject {
    if (model === 'party.party' || model === 'party.contact_mechanism') return { active: true, ...given };
    if (model !== 'sale.opportunity') return given;
    const currency = this.ids('currency.currency').at(0) ?? null;
    return { state: 'lead', description: null, amount: null, employee: null, currency, number: '1', ...given };
  }

  #checked(model: string, values: WireObject): Record<string, Wire> {
    for (const text of Object.values(values).filter((value) => typeof value === 'string')) {
      if (text.includes('\u0000')) throw unforeseen('A string literal cannot contain NUL (0x00) characters.');
      if (!text.isWellFormed()) throw unforeseen(surrogateWords(text));
    }
    const required = (name: string): never => {
      throw userError(`A value is required for field "${name}" in "${names[model] ?? model}".`);
    };
    if (model === 'ir.note') {
      const [target = '', id = ''] = textOf(values['resource']).split(',');
      if (this.#tables.get(target)?.has(Number(id)) !== true) required('Resource');
    }
    if (model === 'party.contact_mechanism' && values['party'] === undefined) required('Party');
    return { ...values };
  }

  #readAll(model: string, row: Row, fields: readonly string[]): WireObject {
    const read: Record<string, Wire> = { id: row.id };
    for (const field of fields) {
      const dot = field.indexOf('.');
      if (dot < 0) read[field] = this.#read(model, row, field);
      else read[field.slice(0, dot + 1)] = this.#related(model, row, field.slice(0, dot), fields);
    }
    return read;
  }

  /** What is read through a dot: a record, or a list of them. */
  #related(model: string, row: Row, field: string, fields: readonly string[]): Wire {
    const target = targets[field] ?? '';
    const inner = fields.filter((one) => one.startsWith(`${field}.`)).map((one) => one.slice(field.length + 1));
    const all = (ids: readonly number[]): readonly WireObject[] =>
      ids.flatMap((id) => {
        const found = this.#table(target).get(id);
        return found === undefined ? [] : [this.#readAll(target, found, inner)];
      });
    if (field === 'contact_mechanisms') return all(this.#addressesOf(row.id));
    const id = this.#read(model, row, field);
    return typeof id === 'number' ? (all([id])[0] ?? null) : null;
  }

  #read(model: string, row: Row, path: string): Wire {
    const dot = path.indexOf('.');
    if (dot > 0) {
      const field = path.slice(0, dot);
      const target = this.#table(targets[field] ?? '').get(Number(this.#read(model, row, field)));
      return target === undefined ? null : this.#read(targets[field] ?? '', target, path.slice(dot + 1));
    }
    switch (path) {
      case 'id':
        return row.id;
      case 'create_date':
        return wireTime(row.created);
      case 'write_date':
        return row.changed === null ? null : wireTime(row.changed);
      case '_timestamp':
        return stampOf(row.changed ?? row.created);
      case 'rec_name':
        return this.#nameOf(model, row);
      case 'email':
        return (
          this.#addressesOf(row.id)
            .map((id) => this.value('party.contact_mechanism', id, 'value'))
            .at(0) ?? null
        );
      default:
        return row.values[path] ?? null;
    }
  }

  #nameOf(model: string, row: Row): Wire {
    if (model === 'sale.opportunity') return row.values['number'] ?? null;
    if (model === 'company.employee') return this.#read(model, row, 'party.name');
    return row.values['name'] ?? null;
  }

  #addressesOf(party: number): readonly number[] {
    const all = [...this.#table('party.contact_mechanism').values()];
    return all.filter((row) => row.values['party'] === party).map((row) => row.id);
  }

  #deleteAddressesOf(party: number): void {
    for (const id of this.#addressesOf(party)) this.#table('party.contact_mechanism').delete(id);
  }

  #existing(model: string, ids: readonly number[]): readonly Row[] {
    return ids.map((id) => {
      const row = this.#table(model).get(id);
      if (row !== undefined) return row;
      throw userError(
        `You are trying to read records "${ids.join(', ')}" of "${names[model] ?? model}" that don't exist anymore.`,
      );
    });
  }

  #table(model: string): Map<number, Row> {
    const table = this.#tables.get(model);
    if (table === undefined) throw unforeseen(`'${model}'`);
    return table;
  }

  /** Every transaction has a time of its own. */
  #now(): number {
    this.#lastMicros = Math.max(this.#lastMicros + 1, Date.now() * 1_000);
    return this.#lastMicros;
  }
}

function surrogateWords(text: string): string {
  const at = [...text].findIndex((character) => !character.isWellFormed());
  const code = ([...text][at]?.codePointAt(0) ?? 0).toString(16);
  return `'utf-8' codec can't encode character '\\u${code}' in position ${at}: surrogates not allowed`;
}

/** The objects in a list that came over the wire. */
export function objectsIn(value: Wire | undefined): readonly WireObject[] {
  return Array.isArray(value) ? value.filter(isWireObject) : [];
}
