/** A value as written in a query; variables are still names. */
export type WrittenValue =
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null }
  | { readonly kind: 'enum'; readonly name: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly WrittenValue[] }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, WrittenValue> };

export interface Selection {
  readonly alias: string;
  readonly name: string;
  readonly arguments: ReadonlyMap<string, WrittenValue>;
  /** Empty for a scalar. */
  readonly selections: readonly Selection[];
}

export interface VariableDefinition {
  readonly required: boolean;
  readonly fallback: WrittenValue | undefined;
}

export interface Operation {
  readonly kind: 'query' | 'mutation';
  readonly name: string | undefined;
  readonly variables: ReadonlyMap<string, VariableDefinition>;
  readonly selections: readonly Selection[];
}

/** The text is not GraphQL, or uses fragments or directives, which this platform double does not read. */
export class UnreadableQueryError extends Error {
  override readonly name = 'UnreadableQueryError';
}

type TokenKind = 'name' | 'variable' | 'number' | 'text' | 'mark' | 'end';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const endOfText: Token = { kind: 'end', text: '' };
const ignored = /(?:[\s,\uFEFF]|#[^\n\r]*)*/y;
const tokenKinds: readonly (readonly [Exclude<TokenKind, 'end'>, RegExp])[] = [
  ['name', /[_A-Za-z][_0-9A-Za-z]*/y],
  ['variable', /\$[_A-Za-z][_0-9A-Za-z]*/y],
  ['number', /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ['text', /"(?:[^"\\\n\r]|\\.)*"/y],
  ['mark', /[{}()[\]:=!]/y],
];

function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = matchAt(ignored, source, 0).length;
  while (position < source.length) {
    const token = tokenAt(source, position);
    tokens.push(token);
    position += token.text.length;
    position += matchAt(ignored, source, position).length;
  }
  return tokens;
}

function tokenAt(source: string, position: number): Token {
  for (const [kind, pattern] of tokenKinds) {
    const text = matchAt(pattern, source, position);
    if (text !== '') return { kind, text };
  }
  throw new UnreadableQueryError(`Unexpected character at offset ${position}.`);
}

function matchAt(pattern: RegExp, source: string, position: number): string {
  pattern.lastIndex = position;
  return pattern.exec(source)?.[0] ?? '';
}

/** The operations of a query document: nested fields with aliases, arguments and variables. */
export function parseDocument(source: string): readonly Operation[] {
  const reader = new DocumentReader(tokensOf(source));
  return reader.operations();
}

class DocumentReader {
  #position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  operations(): readonly Operation[] {
    const operations: Operation[] = [];
    while (this.#peek.kind !== 'end') operations.push(this.#operation());
    if (operations.length === 0) throw new UnreadableQueryError('There is no operation.');
    return operations;
  }

  #operation(): Operation {
    if (this.#peek.text === '{') {
      return { kind: 'query', name: undefined, variables: new Map(), selections: this.#selectionSet() };
    }
    const kind = this.#take('name').text;
    if (kind !== 'query' && kind !== 'mutation') throw new UnreadableQueryError(`Unexpected "${kind}".`);
    const name = this.#peek.kind === 'name' ? this.#take('name').text : undefined;
    return { kind, name, variables: this.#variableDefinitions(), selections: this.#selectionSet() };
  }

  #variableDefinitions(): ReadonlyMap<string, VariableDefinition> {
    const variables = new Map<string, VariableDefinition>();
    if (!this.#skipMark('(')) return variables;
    while (!this.#skipMark(')')) {
      const name = this.#take('variable').text.slice(1);
      this.#expectMark(':');
      const required = this.#type();
      const fallback = this.#skipMark('=') ? this.#value() : undefined;
      variables.set(name, { required, fallback });
    }
    return variables;
  }

  /** Reads a type and tells whether it ends with an exclamation mark. */
  #type(): boolean {
    if (this.#skipMark('[')) {
      this.#type();
      this.#expectMark(']');
    } else {
      this.#take('name');
    }
    return this.#skipMark('!');
  }

  #selectionSet(): readonly Selection[] {
    this.#expectMark('{');
    const selections: Selection[] = [];
    while (!this.#skipMark('}')) selections.push(this.#selection());
    if (selections.length === 0) throw new UnreadableQueryError('A selection is empty.');
    return selections;
  }

  #selection(): Selection {
    const first = this.#take('name').text;
    const name = this.#skipMark(':') ? this.#take('name').text : first;
    return {
      alias: first,
      name,
      arguments: this.#skipMark('(') ? this.#namedValues(')') : new Map<string, WrittenValue>(),
      selections: this.#peek.text === '{' ? this.#selectionSet() : [],
    };
  }

  #namedValues(closing: ')' | '}'): ReadonlyMap<string, WrittenValue> {
    const values = new Map<string, WrittenValue>();
    while (!this.#skipMark(closing)) {
      const name = this.#take('name').text;
      this.#expectMark(':');
      values.set(name, this.#value());
    }
    return values;
  }

  #value(): WrittenValue {
    const token = this.#next();
    switch (token.kind) {
      case 'variable':
        return { kind: 'variable', name: token.text.slice(1) };
      case 'number':
        return { kind: 'constant', value: Number(token.text) };
      case 'text':
        return { kind: 'constant', value: unescaped(token.text) };
      case 'name':
        return nameValue(token.text);
      case 'mark':
        if (token.text === '[') return this.#list();
        if (token.text === '{') return { kind: 'object', fields: this.#namedValues('}') };
        break;
      case 'end':
        break;
    }
    throw new UnreadableQueryError(`Unexpected "${token.text}".`);
  }

  #list(): WrittenValue {
    const items: WrittenValue[] = [];
    while (!this.#skipMark(']')) items.push(this.#value());
    return { kind: 'list', items };
  }

  get #peek(): Token {
    return this.tokens[this.#position] ?? endOfText;
  }

  #next(): Token {
    const token = this.#peek;
    this.#position += 1;
    return token;
  }

  #take(kind: TokenKind): Token {
    const token = this.#next();
    if (token.kind !== kind) throw new UnreadableQueryError(`Unexpected "${token.text}".`);
    return token;
  }

  #skipMark(text: string): boolean {
    if (this.#peek.kind === 'end' && text !== '(' && text !== '=' && text !== '!') {
      throw new UnreadableQueryError('The text ends too early.');
    }
    if (this.#peek.kind !== 'mark' || this.#peek.text !== text) return false;
    this.#position += 1;
    return true;
  }

  #expectMark(text: string): void {
    if (!this.#skipMark(text)) throw new UnreadableQueryError(`Expected "${text}", found "${this.#peek.text}".`);
  }
}

function nameValue(text: string): WrittenValue {
  if (text === 'true' || text === 'false') return { kind: 'constant', value: text === 'true' };
  return text === 'null' ? { kind: 'constant', value: null } : { kind: 'enum', name: text };
}

function unescaped(literal: string): string {
  try {
    const text: unknown = JSON.parse(literal);
    if (typeof text === 'string') return text;
  } catch {
    // An escape which neither JSON nor GraphQL knows; reported below.
  }
  throw new UnreadableQueryError('A text has an unknown escape.');
}
