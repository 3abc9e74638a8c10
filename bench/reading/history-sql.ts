import { benchConnections } from '../tenants.js';

/*
 * SQL that the statements of the history share: who is who, where, as a function of the number `n` of a message.
 */
export const spaceCount = 1_001;
export const userCount = 5_000;

export function spaceIdOf(index: number): string {
  return `019a0000-0000-7000-9000-${index.toString(16).padStart(12, '0')}`;
}

export const spaceIdSql = (index: string): string => `('019a0000-0000-7000-9000-' || ${hex(index, 12)})::uuid`;
export const connectionIdSql = (index: string): string =>
  `('019a0000-0000-7000-8000-00000000000' || ${index} % ${benchConnections.length})::uuid`;
export const learned = (time: string): string => `${time} + interval '80 ms'`;
/** Where a fact stands among those of its space, which this platform does not number. */
export const orderSql = (time: string): string => `(extract(epoch from ${time}) * 1000)::bigint`;
export const hex = (value: string, digits: number): string => `lpad(to_hex(${value}), ${digits}, '0')`;
export const spaceIndex = `(case when n % 2 = 0 then 0 else 1 + (n * 7919 % ${spaceCount - 1})::int end)`;
export const userIndex = `(n * 104729 % ${userCount})::int`;
