import { microsOf, textOf, type Wire } from './wire.js';

/** Reads a field of a row, through dots too. */
export type FieldReader = (path: string) => Wire;

/** Whether a row meets a domain: clauses that all hold, or after `OR` one of which does. */
export function meets(domain: readonly Wire[], read: FieldReader): boolean {
  if (typeof domain[0] === 'string' && domain[0] !== 'OR' && domain[0] !== 'AND') return clauseHolds(domain, read);
  const either = domain[0] === 'OR';
  const parts = domain.filter((part): part is readonly Wire[] => Array.isArray(part));
  return either ? parts.some((part) => meets(part, read)) : parts.every((part) => meets(part, read));
}

function clauseHolds([path, operator, wanted = null]: readonly Wire[], read: FieldReader): boolean {
  const value = read(textOf(path));
  switch (operator) {
    case '=':
      return isSame(value, wanted);
    case '!=':
      return !isSame(value, wanted);
    case '>':
      return value !== null && order(value) > order(wanted);
    case 'in':
      return Array.isArray(wanted) && wanted.some((one: Wire) => isSame(value, one));
    case 'like':
      return typeof value === 'string' && patternOf(textOf(wanted), '').test(value);
    case 'ilike':
      return typeof value === 'string' && patternOf(textOf(wanted), 'i').test(value);
    default:
      throw new Error(`the double knows no operator ${textOf(operator)}`);
  }
}

function isSame(one: Wire, other: Wire): boolean {
  return order(one) === order(other);
}

/** Something that two values of one kind are compared by. */
export function order(value: Wire): string | number {
  if (typeof value === 'number' || typeof value === 'string') return value;
  return microsOf(value) ?? textOf(value);
}

/** A pattern of SQL, in which a backslash takes the meaning of the next character. */
function patternOf(pattern: string, flags: string): RegExp {
  const source = pattern.replace(
    /\\(.)|([%_])|([^\\%_]+)|\\$/gsu,
    (_, literal?: string, wild?: string, text?: string) => {
      if (wild !== undefined) return wild === '%' ? '.*' : '.';
      return (literal ?? text ?? '').replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    },
  );
  return new RegExp(`^${source}$`, `su${flags}`);
}
