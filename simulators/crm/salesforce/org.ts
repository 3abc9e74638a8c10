import { type DoubleEntry, type DoubleRecord } from '../common/crm-double.js';
import { ApiError, notFound } from './api-error.js';
import { type FieldValue, type Query, type Row } from './soql.js';

const objectNames = { account: 'Account', contact: 'Contact', opportunity: 'Opportunity', case: 'Case' } as const;
const prefixes: Readonly<Record<string, string>> = {
  Account: '001',
  Contact: '003',
  Opportunity: '006',
  Case: '500',
  Task: '00T',
};
const taskFields = new Set(['Subject', 'Description', 'ActivityDate', 'Status', 'WhatId', 'WhoId']);
const longest: Readonly<Record<string, number>> = { Subject: 255, Description: 32_000 };
const commonFields = ['Id', 'CreatedDate', 'SystemModstamp', 'OwnerId', 'Owner.Name', 'Owner.Email'];
const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  Account: [...commonFields, 'Name', 'AccountNumber'],
  Contact: [...commonFields, 'Name', 'Email', 'AccountId'],
  Opportunity: [...commonFields, 'Name', 'StageName', 'IsClosed', 'IsWon', 'Amount', 'AccountId'],
  Case: [...commonFields, 'Subject', 'CaseNumber', 'Status', 'IsClosed', 'AccountId'],
};
/** What an administrator has added, and what Salesforce has besides. */
const moreFields = ['NextStep', 'Description', 'CloseDate', 'Budget__c', 'Signed__c', 'Talked_At__c'];
const largestBatch = 2_000;

/** What is kept of one org. Times are told in whole seconds. */
export class Org {
  readonly #records = new Map<string, Row>();
  readonly #tasks = new Map<string, Row>();
  #lastId = 0;

  /** `keyField` is a text field of tasks that is an external id and unique. */
  constructor(readonly keyField: string) {}

  /** `at` is when its transaction said so; it is seen from now on. */
  addRecord({ kind, ...fields }: DoubleRecord, at = new Date()): string {
    const object = objectNames[kind];
    const id = this.#newId(object);
    const row: Record<string, FieldValue> = { Id: id, object, OwnerId: '005000000000001AAA', ...rowOf(object, fields) };
    if (object === 'Case') row['CaseNumber'] ??= id.slice(-8);
    if (object === 'Opportunity' || object === 'Case') row['IsClosed'] = false;
    if (object === 'Opportunity') row['IsWon'] = false;
    this.#records.set(id, { ...row, CreatedDate: modstamp(at), SystemModstamp: modstamp(at) });
    return id;
  }

  changeRecord(id: string, change: Partial<Omit<DoubleRecord, 'kind'>>): void {
    const row = this.#records.get(id);
    if (row === undefined) throw new Error('no such record');
    this.#records.set(id, { ...row, ...rowOf(String(row['object']), change), SystemModstamp: modstamp() });
  }

  /** The fields of one record. */
  record(id: string): Row {
    const row = this.#records.get(id);
    if (row === undefined) throw notFound();
    return row;
  }

  setFields(id: string, fields: Row): void {
    const row = this.record(id);
    this.checkNames(String(row['object']), Object.keys(fields));
    const stage = fields['StageName'];
    const standing =
      typeof stage === 'string' ? { IsClosed: stage.startsWith('Closed'), IsWon: stage === 'Closed Won' } : {};
    this.#records.set(id, { ...row, ...fields, ...standing, SystemModstamp: modstamp() });
  }

  checkNames(object: string, names: readonly string[]): void {
    const strange = names.find((name) => !(fieldsOf[object] ?? []).includes(name) && !moreFields.includes(name));
    if (strange !== undefined) {
      throw new ApiError(400, 'INVALID_FIELD', `No such column '${strange}' on sobject of type ${object}`);
    }
  }

  removeRecord(id: string): void {
    this.#records.delete(id);
  }

  entries(): readonly DoubleEntry[] {
    return [...this.#tasks.values()].map((row) => ({
      externalId: String(row['Id']),
      key: String(row[this.keyField] ?? ''),
      recordExternalId: String(row['WhatId'] ?? row['WhoId'] ?? ''),
      title: String(row['Subject'] ?? ''),
      text: String(row['Description'] ?? ''),
    }));
  }

  /** The fields of one task, for tests that look closer. */
  task(id: string): Row {
    const row = this.#tasks.get(id);
    if (row === undefined) throw notFound();
    return row;
  }

  taskByKey(field: string, key: string): Row {
    if (field !== this.keyField) {
      throw notFound(`Provided external ID field does not exist or is not accessible: ${field}`);
    }
    const row = [...this.#tasks.values()].find((one) => one[field] === key);
    if (row === undefined) throw notFound();
    return row;
  }

  createTask(key: string, fields: Row): string {
    const id = this.#newId('Task');
    this.#tasks.set(id, {
      Subject: null,
      Description: null,
      Status: 'Not Started',
      ...this.#checked(fields),
      Id: id,
      [this.keyField]: key,
      SystemModstamp: modstamp(),
    });
    return id;
  }

  changeTask(id: string, fields: Row, at = new Date()): void {
    this.#tasks.set(id, { ...this.task(id), ...this.#checked(fields), SystemModstamp: modstamp(at) });
  }

  removeTask(id: string): void {
    this.#tasks.delete(id);
  }

  /** Rows in the form of the answer to a query. */
  query({ object, fields, matches, order, limit }: Query): Readonly<Record<string, unknown>> {
    const known = fieldsOf[object];
    if (known === undefined) {
      throw new ApiError(400, 'INVALID_TYPE', `sObject type '${object}' is not supported.`);
    }
    const strange = fields.find((field) => !known.includes(field));
    if (strange !== undefined) {
      throw new ApiError(400, 'INVALID_FIELD', `No such column '${strange}' on entity '${object}'.`);
    }
    const found = [...this.#records.values()]
      .filter((row) => row['object'] === object && matches(row, (name) => this.#rowsOf(name)))
      .sort((one, other) => compareBy(order, one, other))
      .slice(0, limit);
    const records = found.slice(0, largestBatch).map((row) => shown(object, fields, row));
    return { totalSize: found.length, done: found.length <= largestBatch, records };
  }

  #rowsOf(object: string): readonly Row[] {
    return [...this.#records.values()].filter((row) => row['object'] === object);
  }

  #checked(fields: Row): Row {
    for (const [name, value] of Object.entries(fields)) {
      if (!taskFields.has(name))
        throw new ApiError(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type Task`);
      const most = longest[name];
      if (most !== undefined && typeof value === 'string' && value.length > most) {
        const message = `${name}: data value too large: (max length=${most})`;
        throw new ApiError(400, 'STRING_TOO_LONG', message, [name]);
      }
      if ((name === 'WhatId' || name === 'WhoId') && !this.#records.has(String(value))) {
        throw new ApiError(400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
      }
    }
    return fields;
  }

  #newId(object: string): string {
    return `${prefixes[object] ?? '000'}${String(++this.#lastId).padStart(12, '0')}AAA`;
  }
}

function modstamp(at = new Date()): string {
  return at.toISOString().replace(/\.\d{3}Z$/, '.000+0000');
}

function rowOf(object: string, { name, stage, amount, emails, owner, number, accountId }: Partial<DoubleRecord>): Row {
  return {
    ...(number === undefined ? {} : { [object === 'Case' ? 'CaseNumber' : 'AccountNumber']: number }),
    ...(accountId === undefined ? {} : { AccountId: accountId }),
    ...(name === undefined ? {} : { [object === 'Case' ? 'Subject' : 'Name']: name }),
    ...(stage === undefined ? {} : { [object === 'Case' ? 'Status' : 'StageName']: stage }),
    ...(amount === undefined ? {} : { Amount: Number(amount) }),
    ...(emails?.[0] === undefined ? {} : { Email: emails[0] }),
    ...(owner === undefined ? {} : { OwnerId: owner.externalId, 'Owner.Name': owner.name, 'Owner.Email': owner.email }),
  };
}

function shown(object: string, fields: readonly string[], row: Row): Readonly<Record<string, unknown>> {
  const url = `/services/data/v62.0/sobjects/${object}/${String(row['Id'])}`;
  const answer: Record<string, unknown> = { attributes: { type: object, url } };
  const owner: Record<string, unknown> = {};
  for (const field of fields) {
    if (field.startsWith('Owner.')) owner[field.slice('Owner.'.length)] = row[field] ?? null;
    else answer[field] = row[field] ?? null;
  }
  return Object.keys(owner).length === 0 ? answer : { ...answer, Owner: { attributes: { type: 'Name' }, ...owner } };
}

function compareBy(order: readonly string[], one: Row, other: Row): number {
  for (const named of order) {
    const field = named.replace(/^-/, '');
    const [first, second] = [String(one[field]), String(other[field])];
    if (first !== second) return first < second === (named === field) ? -1 : 1;
  }
  return 0;
}
