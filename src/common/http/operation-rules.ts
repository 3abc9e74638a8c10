import { type OpenAPIObject, type OperationObject, type ReferenceObject, type SchemaObject } from '@nestjs/swagger';
import { type FieldTree } from './field-selection.js';
import { preferHeader } from './route-document.js';

/** What the OpenAPI document says of one operation, prepared for checking requests by it. */
export interface OperationRules {
  /** The parameters that a query may have. */
  readonly query: ReadonlySet<string>;
  /** The media types of a body; empty where none is taken. */
  readonly consumes: readonly string[];
  /** The media types of an answer; empty where there is no body. */
  readonly produces: readonly string[];
  /** What `fields` can choose from; undefined where it is not taken. */
  readonly fields: FieldTree | undefined;
  /** Whether `fields` chooses from the items of a page, instead of from the answer itself. */
  readonly isPage: boolean;
  /** Whether the answer says in `Location` where to read what has its `id`. */
  readonly isLocated: boolean;
  /** Whether a caller may leave the body away. */
  readonly honoursReturn: boolean;
}

/** What a path takes, by upper-case method. */
export type PathRules = ReadonlyMap<string, OperationRules>;

type AnySchema = SchemaObject | ReferenceObject;

/** Schemas are no deeper than this; it ends a schema that contains itself. */
const deepestFields = 8;

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Finds what the document says of a path. */
export class RulesOfPaths {
  readonly #literal = new Map<string, PathRules>();
  readonly #templates: { readonly pattern: RegExp; readonly rules: PathRules }[] = [];

  constructor(private readonly document: OpenAPIObject) {
    for (const [path, item] of Object.entries(document.paths)) {
      const rules = new Map<string, OperationRules>();
      for (const method of methods) {
        const operation = item[method];
        if (operation !== undefined) rules.set(method.toUpperCase(), this.#rulesOf(operation));
      }
      if (path.includes('{')) this.#templates.push({ pattern: patternOf(path), rules });
      else this.#literal.set(path.toLowerCase(), rules);
    }
  }

  /** The rules of a path as Express would route it: in any case, with or without a slash at its end. */
  find(path: string): PathRules | undefined {
    const plain = (path.endsWith('/') ? path.slice(0, -1) : path).toLowerCase();
    return this.#literal.get(plain) ?? this.#templates.find(({ pattern }) => pattern.test(plain))?.rules;
  }

  #rulesOf(operation: OperationObject): OperationRules {
    const parameters = (operation.parameters ?? []).map((parameter) => this.#resolved(parameter));
    const query = new Set(parameters.flatMap((parameter) => (parameter.in === 'query' ? [parameter.name] : [])));
    const body = operation.requestBody === undefined ? undefined : this.#resolved(operation.requestBody);
    const successes = Object.entries(operation.responses).flatMap(([status, response]) =>
      status.startsWith('2') && response !== undefined ? [this.#resolved(response)] : [],
    );
    const answers = successes.map(({ content }) => content ?? {});
    const schema = answers.map((content) => content['application/json']?.schema).find((found) => found !== undefined);
    const tree = schema === undefined ? undefined : this.#fieldsOf(schema, 0);
    const items = schema === undefined ? undefined : itemsOf(this.#resolved(schema));
    return {
      query,
      consumes: Object.keys(body?.content ?? {}),
      produces: [...new Set(answers.flatMap((content) => Object.keys(content)))],
      fields: query.has('fields') ? (items === undefined ? tree : this.#fieldsOf(items, 0)) : undefined,
      isPage: items !== undefined,
      isLocated: successes.some(({ headers }) => headers !== undefined && 'Location' in headers),
      honoursReturn: parameters.some((parameter) => parameter.in === 'header' && parameter.name === preferHeader),
    };
  }

  #fieldsOf(schema: AnySchema, depth: number): FieldTree | undefined {
    const { properties, items, anyOf, allOf } = this.#resolved(schema);
    if (depth === deepestFields) return undefined;
    if (properties !== undefined) {
      return {
        members: new Map(Object.entries(properties).map(([name, member]) => [name, this.#fieldsOf(member, depth + 1)])),
      };
    }
    // A list is thinned out like its items, and what may be null like what it is otherwise.
    const parts = [...(items === undefined ? [] : [items]), ...(anyOf ?? []), ...(allOf ?? [])];
    return parts.map((part) => this.#fieldsOf(part, depth)).find((tree) => tree !== undefined);
  }

  #resolved<T extends object>(found: T | ReferenceObject): T {
    if (!('$ref' in found)) return found;
    const steps = found.$ref.replace(/^#\//, '').split('/');
    const target = steps.reduce<unknown>((at, step) => memberOf(at, step), this.document);
    // Only our own document is read, and a contract test resolves every reference of it.
    return this.#resolved(target as T | ReferenceObject);
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(name) : {};
}

/** The schema of the items of a page; undefined for what is no page. */
function itemsOf({ properties }: SchemaObject): AnySchema | undefined {
  const list = properties?.['items'];
  return properties !== undefined && 'nextCursor' in properties && list !== undefined && 'items' in list
    ? list.items
    : undefined;
}

function patternOf(path: string): RegExp {
  const literal = (text: string): string => text.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').toLowerCase();
  return new RegExp(
    `^${path
      .split(/\{[^}]+\}/)
      .map(literal)
      .join('[^/]+')}$`,
  );
}
