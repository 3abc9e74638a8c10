/** A value as it stands in JSON. */
export type Wire = string | number | boolean | null | readonly Wire[] | WireObject;
export interface WireObject {
  readonly [name: string]: Wire;
}

export function isWireObject(value: unknown): value is WireObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text as it is, anything else as JSON. */
export function textOf(value: Wire | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** A time as Tryton writes it: UTC, with microseconds. */
export function wireTime(micros: number): WireObject {
  const date = new Date(Math.floor(micros / 1_000));
  return {
    __class__: 'datetime',
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    microsecond: micros % 1_000_000,
  };
}

/** Microseconds since the epoch; undefined where the value is no time. */
export function microsOf(value: Wire | undefined): number | undefined {
  if (!isWireObject(value) || value['__class__'] !== 'datetime') return undefined;
  const part = (name: string): number => Number(value[name]);
  const whole = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return whole * 1_000 + part('microsecond');
}

/** Seconds with six decimals: what Tryton calls `_timestamp`. */
export function stampOf(micros: number): string {
  return `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')}`;
}
