import { ApiError } from './api-error.js';

/** What a field holds, as the API writes it. */
export type FieldValue = string | number | boolean | null;
export type Row = Readonly<Record<string, FieldValue>>;

export interface Query {
  readonly object: string;
  /** With dots for the fields of related records. */
  readonly fields: readonly string[];
  /** `rowsOf` gives the rows of another object, for queries inside the query. */
  readonly matches: (row: Row, rowsOf: (object: string) => readonly Row[]) => boolean;
  /** Fields, those with a minus descending. */
  readonly order: readonly string[];
  readonly limit: number;
}

const token = /\s*('(?:[^'\\]|\\.)*'|\d{4}-\d\d-\d\dT[\d:.]+Z|[A-Za-z_][\w.]*|\d+|>=|<=|[(),=<>])/sy;
const time = /^\d{4}-/;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function malformed(): ApiError {
  return new ApiError(400, 'MALFORMED_QUERY', 'unexpected token');
}

function tokensOf(text: string): string[] {
  const found: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const [, one] = token.exec(text) ?? [];
    if (one === undefined) throw malformed();
    found.push(one);
  }
  return found;
}

/** Reads a query: fields, one object, comparisons with AND, OR and brackets, order and limit. Throws `MALFORMED_QUERY`. */
export function parseSoql(text: string): Query {
  const tokens = tokensOf(text);
  const next = (): string => tokens.shift() ?? '';
  const take = (word: string): boolean => {
    if (tokens[0]?.toUpperCase() !== word) return false;
    tokens.shift();
    return true;
  };
  const expect = (word: string): void => {
    if (!take(word)) throw malformed();
  };
  const list = (): string[] => {
    const names = [next()];
    while (take(',')) names.push(next());
    return names;
  };

  function anyOf(): Query['matches'] {
    const parts = [allOf()];
    while (take('OR')) parts.push(allOf());
    return (row, rowsOf) => parts.some((part) => part(row, rowsOf));
  }

  function allOf(): Query['matches'] {
    const parts = [one()];
    while (take('AND')) parts.push(one());
    return (row, rowsOf) => parts.every((part) => part(row, rowsOf));
  }

  function one(): Query['matches'] {
    if (take('(')) {
      const inner = anyOf();
      expect(')');
      return inner;
    }
    const field = next();
    if (take('LIKE')) {
      const pattern = likeness(next());
      return (row) => typeof row[field] === 'string' && pattern.test(row[field]);
    }
    if (take('IN')) {
      expect('(');
      const inner = select();
      expect(')');
      const [wanted = ''] = inner.fields;
      return (row, rowsOf) =>
        rowsOf(inner.object).some((other) => inner.matches(other, rowsOf) && other[wanted] === row[field]);
    }
    const [operator, wanted] = [next(), literal(next())];
    return (row) => {
      const difference = compared(row[field] ?? null, wanted);
      if (difference === undefined) return false;
      if (operator === '=') return difference === 0;
      if (operator === '>') return difference > 0;
      if (operator === '>=') return difference >= 0;
      throw malformed();
    };
  }

  function select(): Pick<Query, 'fields' | 'object' | 'matches'> {
    expect('SELECT');
    const fields = list();
    expect('FROM');
    return { fields, object: next(), matches: take('WHERE') ? anyOf() : () => true };
  }

  function ordered(): string {
    const field = next();
    return take('DESC') ? `-${field}` : field;
  }

  const { fields, object, matches } = select();
  const order: string[] = [];
  if (take('ORDER')) {
    expect('BY');
    do order.push(ordered());
    while (take(','));
  }
  const limit = take('LIMIT') ? Number(next()) : 2_000;
  if (tokens.length > 0 || !Number.isInteger(limit)) throw malformed();
  return { object, fields, matches, order, limit };
}

/** `%` stands for any text, `_` for one character, and a backslash before them for themselves; case is no matter. */
function likeness(quoted: string): RegExp {
  if (!quoted.startsWith("'")) throw malformed();
  const source = quoted
    .slice(1, -1)
    .replace(/\\(.)|([%_])|([^\\%_]+)/gs, (_, escaped?: string, wild?: string, text?: string) => {
      if (wild !== undefined) return wild === '%' ? '[^]*' : '[^]';
      const char = escaped === undefined ? (text ?? '') : (escapes[escaped] ?? escaped);
      return char.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    });
  return new RegExp(`^${source}$`, 'i');
}

type Literal = { readonly text: string } | { readonly ms: number };

function literal(text: string): Literal {
  if (text.startsWith("'"))
    return { text: text.slice(1, -1).replace(/\\(.)/gs, (_, char: string) => escapes[char] ?? char) };
  if (time.test(text)) return { ms: Date.parse(text) };
  throw malformed();
}

/** Text without regard to case, times as times; undefined for what cannot be compared. */
function compared(value: FieldValue, wanted: Literal): number | undefined {
  if (typeof value !== 'string') return undefined;
  if ('ms' in wanted) return Date.parse(value.replace('+0000', 'Z')) - wanted.ms;
  const [one, other] = [value.toLowerCase(), wanted.text.toLowerCase()];
  return one < other ? -1 : one > other ? 1 : 0;
}
