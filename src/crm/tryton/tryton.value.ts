import { isJsonObject, memberOf, textOf, type JsonObject, type JsonValue } from '../../common/json/json.js';

/** Tryton's times are in UTC and say so nowhere; they count microseconds, which a `Date` does not hold. */
export interface TrytonTime {
  /** `2026-01-31T12:00:00.123456`: compared as text. */
  readonly text: string;
  readonly date: Date;
}

const members = ['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond'] as const;
const widths = [4, 2, 2, 2, 2, 2, 6] as const;

/** The time of a `datetime`; undefined for anything else. */
export function timeIn(value: JsonValue | undefined): TrytonTime | undefined {
  if (!isJsonObject(value) || memberOf(value, '__class__') !== 'datetime') return undefined;
  const parts = members.map((name, i) => JSON.stringify(memberOf(value, name) ?? 0).padStart(widths[i] ?? 0, '0'));
  const [year, month, day, hour, minute, second, microsecond] = parts;
  return timeFrom(`${year}-${month}-${day}T${hour}:${minute}:${second}.${microsecond}`);
}

/** The time that `TrytonTime.text` says; undefined where it says none. */
export function timeFrom(text: string): TrytonTime | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}$/.test(text)) return undefined;
  const date = new Date(`${text.slice(0, 23)}Z`);
  return Number.isNaN(date.getTime()) ? undefined : { text, date };
}

/** The time so many milliseconds before. */
export function before({ date }: TrytonTime, ms: number): TrytonTime {
  const earlier = new Date(Math.max(date.getTime() - ms, 0));
  return { text: `${earlier.toISOString().slice(0, 23)}000`, date: earlier };
}

/** The form in which Tryton takes it. */
export function datetimeOf({ text }: TrytonTime): JsonObject {
  const numbers = text.split(/\D/).map(Number);
  return { __class__: 'datetime', ...Object.fromEntries(members.map((name, i) => [name, numbers[i] ?? 0])) };
}

/** The text of a `Decimal`; undefined for anything else. */
export function decimalIn(value: JsonValue | undefined): string | undefined {
  if (!isJsonObject(value) || memberOf(value, '__class__') !== 'Decimal') return undefined;
  return textOf(value, 'decimal');
}
