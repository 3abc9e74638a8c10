import {
  type OpenAPIObject,
  type OperationObject,
  type ParameterObject,
  type ReferenceObject,
  type ResponseObject,
  type SchemaObject,
} from '@nestjs/swagger';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

export type AnySchema = SchemaObject | ReferenceObject;

export interface ApiOperation {
  readonly operationId: string;
  /** In lower case. */
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly ParameterObject[];
  /** By media type. */
  readonly body: Readonly<Record<string, { readonly schema: AnySchema; readonly example?: unknown }>> | undefined;
  readonly bodyIsRequired: boolean;
  /** By status. */
  readonly responses: Readonly<Record<string, ResponseObject>>;
  readonly isSecured: boolean;
}

const bases = { 'all fields': 'https://liaison.example.com/all', 'some fields': 'https://liaison.example.com/some' };

/** The OpenAPI document with its references followed, and JSON Schema validators of what it says. */
export class ApiDocument {
  readonly operations: readonly ApiOperation[];
  readonly #ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(readonly source: OpenAPIObject) {
    // The package is CommonJS, so its function is a member of what is imported.
    formats.default(this.#ajv);
    for (const keyword of ['example', 'components']) this.#ajv.addKeyword(keyword);
    for (const only of ['all fields', 'some fields'] as const) {
      this.#ajv.addSchema({
        $id: bases[only],
        components: { schemas: closed(source.components?.schemas ?? {}, only) },
      });
    }
    this.operations = Object.entries(source.paths).flatMap(([path, item]) =>
      (['get', 'post', 'put', 'patch', 'delete'] as const).flatMap((method) => {
        const operation = item[method];
        return operation === undefined ? [] : [this.#operation(method, path, operation)];
      }),
    );
  }

  operation(operationId: string): ApiOperation {
    const found = this.operations.find((operation) => operation.operationId === operationId);
    if (found === undefined) throw new Error(`the document has no operation ${operationId}`);
    return found;
  }

  /**
   * What is wrong with a value by a schema, in ajv's words; nothing when all is well. Members that no schema names are
   * wrong; missing ones are not where only some fields were asked for.
   */
  faultsOf(value: unknown, schema: AnySchema, only: 'all fields' | 'some fields' = 'all fields'): readonly string[] {
    const key = `${only} ${JSON.stringify(schema)}`;
    const validate = this.#validators.get(key) ?? this.#ajv.compile(absolute(closed(schema, only), only));
    this.#validators.set(key, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
    );
  }

  /** The schema with its reference followed, if it is one. */
  schema(schema: AnySchema): SchemaObject {
    return this.#resolved(schema);
  }

  #operation(method: string, path: string, operation: OperationObject): ApiOperation {
    const body = operation.requestBody === undefined ? undefined : this.#resolved(operation.requestBody);
    const content = Object.entries(body?.content ?? {}).map(([type, { schema, example }]) => [
      type,
      { schema: schema ?? {}, ...(example === undefined ? {} : { example: example as unknown }) },
    ]);
    return {
      operationId: operation.operationId ?? '',
      method,
      path,
      parameters: (operation.parameters ?? []).map((parameter) => this.#resolved(parameter)),
      body: body === undefined ? undefined : (Object.fromEntries(content) as ApiOperation['body']),
      bodyIsRequired: body?.required === true,
      responses: Object.fromEntries(
        Object.entries(operation.responses).flatMap(([status, response]) =>
          response === undefined ? [] : [[status, this.#resolved(response)]],
        ),
      ),
      isSecured: (operation.security ?? []).length > 0,
    };
  }

  #resolved<T extends object>(found: T | ReferenceObject): T {
    if (!('$ref' in found)) return found;
    let target: unknown = this.source;
    for (const step of found.$ref.slice(2).split('/')) {
      target = typeof target === 'object' && target !== null ? new Map(Object.entries(target)).get(step) : undefined;
    }
    if (target === undefined) throw new Error(`${found.$ref} leads nowhere`);
    // What the place of the reference promises; the linter checks it.
    return this.#resolved(target as T | ReferenceObject);
  }
}

type Fields = 'all fields' | 'some fields';

/** A copy in which an object has the members that its schema names and no others. */
function closed<T>(schema: T, only: Fields): T {
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('properties' in value) || !('type' in value)) return value;
    const some = only === 'all fields' ? value : { ...value, required: [] };
    return 'additionalProperties' in value ? some : { ...some, additionalProperties: false };
  }) as T;
}

/** The same schema with references into the document. */
function absolute(schema: AnySchema, only: Fields): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', `"${bases[only]}#/components/`)) as object;
}
