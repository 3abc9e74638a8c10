import { randomUUID } from 'node:crypto';
import fc from 'fast-check';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly example?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses?: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> }>>;
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** A value for a member of a body, or undefined where the sample makes its own. */
type Known = (name: string) => string | undefined;

/** A route as the document describes it, and requests to it that keep to the document. */
export class DocumentedRoute {
  constructor(
    private readonly document: OpenApiDocument,
    readonly method: string,
    readonly path: string,
    private readonly operation: Operation,
  ) {}

  get name(): string {
    return `${this.method} ${this.path}`;
  }

  get isSecured(): boolean {
    return (this.operation.security ?? []).length > 0;
  }

  get takesId(): boolean {
    return this.path.includes('{');
  }

  /** Whether it answers with a stream, which has no end. */
  get isStream(): boolean {
    return this.operation.responses?.['200']?.content?.['text/event-stream'] !== undefined;
  }

  /** Whether it shows a list that belongs to nothing else. */
  get isList(): boolean {
    const hasPages = this.#parametersIn('query').some(({ name }) => name === 'limit');
    return this.method === 'GET' && !this.takesId && !this.isStream && hasPages;
  }

  /** The names of the query's parameters that are ids of ours. */
  get idFilters(): readonly string[] {
    return this.#parametersIn('query').flatMap(({ name, schema }) => (schema.format === 'uuid' ? [name] : []));
  }

  /** The path with these ids in it; `idOf` gets the path up to an id, which is the collection that it is from. */
  pathWith(idOf: (collection: string, form: Schema) => string): string {
    const query = new URLSearchParams(this.#requiredIn('query'));
    let path = '';
    for (const part of this.path.split('/').slice(1)) {
      const [, name] = /^\{(.*)\}$/.exec(part) ?? [];
      const parameter = this.#parametersIn('path').find((one) => one.name === name);
      path += `/${parameter === undefined ? part : idOf(path, parameter.schema)}`;
    }
    return query.size === 0 ? path : `${path}?${query.toString()}`;
  }

  /** A body that keeps to the document, with what is known in it; undefined where the route takes none. */
  bodyWith(known: Known = () => undefined): unknown {
    const schema = this.operation.requestBody?.content['application/json']?.schema;
    return schema === undefined ? undefined : this.#sample(schema, known);
  }

  /** The headers that it cannot do without. */
  get headers(): Readonly<Record<string, string>> {
    return this.#requiredIn('header');
  }

  #parametersIn(place: string): readonly Parameter[] {
    return (this.operation.parameters ?? []).filter((parameter) => parameter.in === place);
  }

  #requiredIn(place: string): Record<string, string> {
    const required = this.#parametersIn(place).filter((parameter) => parameter.required === true);
    return Object.fromEntries(
      required.map(({ name, schema }) => [name, String(this.#sample(schema, () => undefined))]),
    );
  }

  #sample(schema: Schema, known: Known): unknown {
    if (schema.$ref !== undefined) {
      const named = this.document.components.schemas[schema.$ref.split('/').at(-1) ?? ''];
      if (named === undefined) throw new Error(`${this.name}: ${schema.$ref} is not in the document`);
      return this.#sample(named, known);
    }
    if (schema.properties !== undefined) {
      const required = Object.entries(schema.properties).filter(([name]) => schema.required?.includes(name) === true);
      return Object.fromEntries(required.map(([name, member]) => [name, known(name) ?? this.#sample(member, known)]));
    }
    if (schema.example !== undefined) return schema.example;
    if (schema.enum !== undefined) return schema.enum[0];
    const [choice] = schema.oneOf ?? schema.anyOf ?? schema.allOf ?? [];
    if (choice !== undefined) return this.#sample(choice, known);
    switch (schema.type) {
      case 'array':
        return schema.items === undefined ? [] : [this.#sample(schema.items, known)];
      case 'object':
        return {};
      case 'boolean':
        return false;
      case 'number':
      case 'integer':
        return schema.minimum ?? 1;
      default:
        return idOfForm(schema);
    }
  }
}

/** Every route of a document. */
export function routesIn(document: OpenApiDocument): readonly DocumentedRoute[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, operation]) => new DocumentedRoute(document, method.toUpperCase(), path, operation),
    ),
  );
}

/** A text of that form that nothing has been called by yet. */
export function idOfForm(form: Schema): string {
  if (form.format === 'date-time') return new Date().toISOString();
  if (form.pattern === undefined) return randomUUID();
  return fc.sample(fc.stringMatching(new RegExp(form.pattern)), 1)[0] ?? '';
}
