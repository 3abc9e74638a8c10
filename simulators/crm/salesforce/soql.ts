import { ApiError } from './api-error.js';

/** What a field holds, as the API writes it. */
export type FieldValue = string | number | boolean | null;
export type Row = Readonly<Record<string, FieldValue>>;

export interface Query {
  readonly object: string;
  /** With dots for the fields of related records. */
  readonly fields: readonly string[];
  readonly matches: (row: Row) => boolean;
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
    return (row) => parts.some((part) => part(row));
  }

  function allOf(): Query['matches'] {
    const parts = [one()];
    while (take('AND')) parts.push(one());
    return (row) => parts.every((part) => part(row));
  }

  function one(): Query['matches'] {
    if (take('(')) {
      const inner = anyOf();
      expect(')');
      return inner;
    }
    const [field, operator, wanted] = [next(), next(), literal(next())];
    return (row) => {
      const difference = compared(row[field] ?? null, wanted);
      if (difference === undefined) return false;
      if (operator === '=') return difference === 0;
      if (operator === '>') return difference > 0;
      if (operator === '>=') return difference >= 0;
      throw malformed();
    };
  }

  expect('SELECT');
  const fields = list();
  expect('FROM');
  const object = next();
  const matches = take('WHERE') ? anyOf() : () => true;
  let order: string[] = [];
  if (take('ORDER')) {
    expect('BY');
    order = list();
  }
  const limit = take('LIMIT') ? Number(next()) : 2_000;
  if (tokens.length > 0 || !Number.isInteger(limit)) throw malformed();
  return { object, fields, matches, order, limit };
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
