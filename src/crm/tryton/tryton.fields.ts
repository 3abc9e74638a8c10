import { isJsonObject, memberOf, textOf, type JsonObject, type JsonValue } from '../../common/json/json.js';
import { CrmRefused } from '../crm.errors.js';
import { type FieldValue } from '../crm-record.js';
import { datetimeOf, decimalIn, timeFrom, timeIn } from './tryton.value.js';

const day = /^(\d{4})-(\d{2})-(\d{2})$/;
const decimal = /^-?\d{1,30}(\.\d{1,20})?$/;

/** The types of fields by their names, from what `fields_get` answers. Throws `CrmRefused` for a name that is not there. */
export function fieldTypes(answer: JsonValue, names: readonly string[]): ReadonlyMap<string, string> {
  const told = isJsonObject(answer) ? answer : {};
  return new Map(
    names.map((name) => {
      const field = memberOf(told, name);
      const type = isJsonObject(field) ? textOf(field, 'type') : undefined;
      if (type === undefined) throw new CrmRefused('invalid', `There is no field ${name}.`);
      return [name, type];
    }),
  );
}

/** The value in the form that Tryton wants for a field of that type. Throws `CrmRefused` for one that does not fit. */
export function wireValue(name: string, type: string, value: FieldValue): JsonValue {
  if (value === null) return null;
  const text = value instanceof Date ? value.toISOString() : String(value);
  switch (type) {
    case 'char':
    case 'text':
    case 'selection':
      return text;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'integer':
    case 'biginteger':
    case 'float':
      if (text !== '' && Number.isFinite(Number(text)) && typeof value !== 'boolean') return Number(text);
      break;
    case 'numeric':
      if (decimal.test(text)) return { __class__: 'Decimal', decimal: text };
      break;
    case 'date': {
      const [, year, month, date] = day.exec(text.slice(0, 10)) ?? [];
      if (date !== undefined) return { __class__: 'date', year: Number(year), month: Number(month), day: Number(date) };
      break;
    }
    case 'datetime':
    case 'timestamp': {
      const time = timeFrom(`${text.slice(0, 23)}000`);
      if (time !== undefined) return datetimeOf(time);
      break;
    }
  }
  throw new CrmRefused('invalid', `The field ${name} (${type}) cannot be set to this.`);
}

/** What stands in a field, without Tryton's forms around it. */
export function fieldValue(row: JsonObject, name: string): FieldValue {
  const value = memberOf(row, name) ?? null;
  if (value === null || typeof value !== 'object') return value;
  const time = timeIn(value);
  if (time !== undefined) return time.date;
  if (isJsonObject(value) && memberOf(value, '__class__') === 'date') {
    const parts = ['year', 'month', 'day'].map((part) => JSON.stringify(memberOf(value, part) ?? 0).padStart(2, '0'));
    return parts.join('-');
  }
  return decimalIn(value) ?? JSON.stringify(value);
}
