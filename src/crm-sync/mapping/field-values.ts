import { type FieldValue } from '../../crm/crm-record.js';

/** Values of fields as JSON; moments are texts. */
export type StoredFields = Readonly<Record<string, string | number | boolean | null>>;

export function storedValue(value: FieldValue): StoredFields[string] {
  return value instanceof Date ? value.toISOString() : value;
}

export function storedFields(fields: ReadonlyMap<string, FieldValue>): StoredFields {
  return Object.fromEntries([...fields].map(([name, value]) => [name, storedValue(value)]));
}

/** Whether both name the same fields with the same values. */
export function sameFields(a: StoredFields, b: StoredFields): boolean {
  return canonical(a) === canonical(b);
}

function canonical(fields: StoredFields): string {
  return JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}
