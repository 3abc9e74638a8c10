import { type Operation, type Selection, type VariableDefinition, type WrittenValue } from './graphql-document.js';
import {
  type ArgumentKind,
  type Arguments,
  type ArgumentValue,
  type BoundObject,
  FieldError,
  type FieldShape,
  type GraphqlError,
  type Resolved,
  type Scalar,
} from './graphql-type.js';
import { isRecord } from '../common/http-exchange.js';

type Answered = Scalar | readonly Answered[] | { readonly [alias: string]: Answered };

export interface GraphqlResult {
  readonly data: Answered;
  readonly errors: readonly GraphqlError[];
}

/** Answers one checked operation. A field that fails is null and has an entry among the errors. */
export function execute(
  operation: Operation,
  root: BoundObject,
  givenVariables: Readonly<Record<string, unknown>>,
): GraphqlResult {
  const errors: GraphqlError[] = [];
  const variables = new Map<string, ArgumentValue | undefined>();
  for (const [name, definition] of operation.variables) {
    const value = variableValue(definition, givenVariables[name]);
    if (definition.required && (value === undefined || value === null)) {
      errors.push({ message: `Variable '${name}' is missing`, field: { name, type: root.shape.name } });
    }
    variables.set(name, value);
  }
  if (errors.length > 0) return { data: null, errors };
  const data = new Executor(variables, errors).object(root, operation.selections);
  return { data, errors };
}

class Executor {
  constructor(
    private readonly variables: ReadonlyMap<string, ArgumentValue | undefined>,
    private readonly errors: GraphqlError[],
  ) {}

  object(source: BoundObject, selections: readonly Selection[]): Answered {
    return Object.fromEntries(selections.map((selection) => [selection.alias, this.#field(source, selection)]));
  }

  #field(source: BoundObject, selection: Selection): Answered {
    const shape = source.shape.field(selection.name);
    try {
      return this.#value(source.resolve(selection.name, this.#arguments(selection, shape)), selection.selections);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      const type = shape === undefined || typeof shape.type === 'string' ? source.shape.name : shape.type.name;
      this.errors.push({ message: error.message, field: { name: selection.name, type } });
      return null;
    }
  }

  #value(resolved: Resolved, selections: readonly Selection[]): Answered {
    if (isList(resolved)) return resolved.map((item) => this.#value(item, selections));
    return typeof resolved === 'object' && resolved !== null ? this.object(resolved, selections) : resolved;
  }

  #arguments(selection: Selection, shape: FieldShape | undefined): Arguments {
    return Object.fromEntries(
      [...selection.arguments].map(([name, written]) => {
        const value = this.#argument(written);
        const kind = shape?.args?.[name];
        if (kind === undefined || !fits(kind, value)) throw new FieldError(`Wrong type of argument '${name}'`);
        return [name, value ?? undefined];
      }),
    );
  }

  #argument(written: WrittenValue): ArgumentValue | undefined {
    if (written.kind !== 'variable') return constantValue(written, (variable) => this.#argument(variable));
    if (!this.variables.has(written.name)) throw new FieldError(`Undefined variable '${written.name}'`);
    return this.variables.get(written.name);
  }
}

function constantValue(
  written: Exclude<WrittenValue, { kind: 'variable' }>,
  nested: (value: WrittenValue) => ArgumentValue | undefined,
): ArgumentValue {
  switch (written.kind) {
    case 'constant':
      return written.value;
    case 'enum':
      return written.name;
    case 'list':
      return written.items.map((item) => nested(item) ?? null);
    case 'object':
      return Object.fromEntries([...written.fields].map(([name, value]) => [name, nested(value) ?? null]));
  }
}

function variableValue(definition: VariableDefinition, given: unknown): ArgumentValue | undefined {
  if (given !== undefined) return argumentValue(given);
  const { fallback } = definition;
  if (fallback === undefined || fallback.kind === 'variable') return undefined;
  return constantValue(fallback, (value) => (value.kind === 'constant' ? value.value : undefined));
}

/** A JSON value, which is what variables are made of. */
function argumentValue(given: unknown): ArgumentValue {
  if (typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean') return given;
  if (Array.isArray(given)) return given.map((item) => argumentValue(item));
  if (!isRecord(given)) return null;
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, argumentValue(value)]));
}

function fits(kind: ArgumentKind, value: ArgumentValue | undefined): boolean {
  if (value === null || value === undefined) return !kind.endsWith('!');
  switch (kind) {
    case 'ID':
    case 'ID!':
    case 'String':
    case 'String!':
      return typeof value === 'string';
    case '[ID]':
    case '[String]':
      // A single value stands for a list of one.
      return typeof value === 'string' || (isList(value) && value.every((item) => typeof item === 'string'));
    case 'Int':
      return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31;
    case 'Long':
      return typeof value === 'number' && Number.isSafeInteger(value);
    case 'Boolean':
      return typeof value === 'boolean';
    case 'Input!':
      return isRecord(value);
  }
}

function isList<Item>(value: Item | readonly Item[]): value is readonly Item[] {
  return Array.isArray(value);
}
