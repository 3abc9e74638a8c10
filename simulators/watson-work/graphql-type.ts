import { type Selection } from './graphql-document.js';

/** How an argument is typed; an exclamation mark makes it required. */
export type ArgumentKind =
  'ID' | 'ID!' | '[ID]' | 'String' | 'String!' | 'Int' | 'Long' | 'Boolean' | '[String]' | 'Input!';

export type ArgumentValue =
  string | number | boolean | null | readonly ArgumentValue[] | { readonly [name: string]: ArgumentValue };

export type Arguments = Readonly<Record<string, ArgumentValue | undefined>>;

/** The values of `x-graphql-view` that open further fields. */
export type GraphqlView = 'BETA' | 'EXPERIMENTAL' | 'TYPED_ANNOTATIONS';

export type Scalar = string | number | boolean | null;
export type Resolved = Scalar | BoundObject | readonly (Scalar | BoundObject)[];

/** What a query can be checked against without any data. */
export interface TypeShape {
  readonly name: string;
  field(name: string): FieldShape | undefined;
}

export interface FieldShape {
  /** The type of what is answered: an object type, or the name of a scalar. */
  readonly type: TypeShape | string;
  readonly args?: Readonly<Record<string, ArgumentKind>>;
  readonly view?: GraphqlView;
}

export interface Field<Source> extends FieldShape {
  resolve(source: Source, args: Arguments): Resolved;
}

/** An object together with the type that reads it. */
export interface BoundObject {
  resolve(fieldName: string, args: Arguments): Resolved;
  readonly shape: TypeShape;
}

/** An object type of the schema; its fields are a function, since types refer to each other. */
export class ObjectType<Source> implements TypeShape {
  #known: Readonly<Record<string, Field<Source>>> | undefined;

  constructor(
    readonly name: string,
    private readonly fields: () => Readonly<Record<string, Field<Source>>>,
  ) {}

  field(name: string): Field<Source> | undefined {
    this.#known ??= this.fields();
    return Object.hasOwn(this.#known, name) ? this.#known[name] : undefined;
  }

  of(source: Source): BoundObject {
    return { shape: this, resolve: (name, args) => this.field(name)?.resolve(source, args) ?? null };
  }

  maybe(source: Source | undefined): BoundObject | null {
    return source === undefined ? null : this.of(source);
  }
}

/** A field could not be answered; `message` is what the platform puts into its error entry. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
}

/** One entry of `errors`, naming the field it is about. */
export interface GraphqlError {
  readonly message: string;
  readonly field: { readonly name: string; readonly type: string };
}

/** Field by field what the type or the opened views do not know. */
export function selectionErrors(
  shape: TypeShape,
  selections: readonly Selection[],
  views: ReadonlySet<string>,
): readonly GraphqlError[] {
  return selections.flatMap((selection) => {
    const { name } = selection;
    const field = shape.field(name);
    const blame = (message: string): readonly GraphqlError[] => [{ message, field: { name, type: shape.name } }];
    if (field === undefined || (field.view !== undefined && !views.has(field.view))) {
      return blame(`Field '${name}' in type '${shape.name}' is undefined`);
    }
    const unknown = [...selection.arguments.keys()].find((argument) => field.args?.[argument] === undefined);
    if (unknown !== undefined) return blame(`Unknown argument '${unknown}'`);
    const missing = Object.entries(field.args ?? {}).find(
      ([argument, kind]) => kind.endsWith('!') && !selection.arguments.has(argument),
    );
    if (missing !== undefined) return blame(`Missing argument '${missing[0]}'`);
    if (typeof field.type === 'string') {
      return selection.selections.length > 0 ? blame(`Field '${name}' has no fields`) : [];
    }
    if (selection.selections.length === 0) return blame(`Sub-selection required for field '${name}'`);
    return selectionErrors(field.type, selection.selections, views);
  });
}
