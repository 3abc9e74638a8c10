import { type FieldValue } from '../../crm/crm-record.js';

/** Values of fields as JSON; moments are texts. */
export type StoredFields = Readonly<Record<string, string | number | boolean | null>>;

export function storedValue(value: FieldValue): StoredFields[string] {
  return value instanceof Date ? value.toISOString() : value;
}

export function storedFields(fields: ReadonlyMap<string, FieldValue>): StoredFields {
  return Object.fromEntries([...fields].map(([name, value]) => [name, storedValue(value)]));
}

/** Whether a CRM would take one for the other: many of them tell numbers and flags as texts, and nothing as an empty one. */
export function sameValue(a: StoredFields[string], b: StoredFields[string]): boolean {
  const [one, other] = [textOf(a), textOf(b)];
  if (one === other) return true;
  return number.test(one) && number.test(other) && Number(one) === Number(other);
}

const number = /^-?\d{1,15}(\.\d{1,15})?$/;

function textOf(value: StoredFields[string]): string {
  return value === null ? '' : String(value).replaceAll('\r\n', '\n');
}

/** Whether both name the same fields with the same values. */
export function sameFields(a: StoredFields, b: StoredFields): boolean {
  return canonical(a) === canonical(b);
}

function canonical(fields: StoredFields): string {
  return JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}
