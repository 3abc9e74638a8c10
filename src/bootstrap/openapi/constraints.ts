import { type Type } from '@nestjs/common';
import {
  type OperationObject,
  type ReferenceObject,
  type RequestBodyObject,
  type SchemaObject,
  type SchemasObject,
} from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';

/** What a rule of class-validator means in JSON Schema. */
const meanings: Readonly<Record<string, (limit: unknown) => SchemaObject>> = {
  isNotEmpty: () => ({ minLength: 1 }),
  minLength: (limit) => ({ minLength: Number(limit) }),
  maxLength: (limit) => ({ maxLength: Number(limit) }),
  min: (limit) => ({ minimum: Number(limit) }),
  max: (limit) => ({ maximum: Number(limit) }),
  isInt: () => ({ type: 'integer' }),
  arrayMinSize: (limit) => ({ minItems: Number(limit) }),
  arrayMaxSize: (limit) => ({ maxItems: Number(limit) }),
  matches: (pattern) => (pattern instanceof RegExp && pattern.flags === '' ? { pattern: pattern.source } : {}),
};

type AnySchema = SchemaObject | ReferenceObject;

/**
 * Writes what validation checks into the document, so that the two cannot disagree: the limits of class-validator into
 * the schema of a body and into the parameters that a class of a query or a path stands for; that nothing else is taken;
 * and that lists in a query are separated by commas.
 */
export function addConstraints(
  operation: OperationObject,
  parameters: readonly (Type | undefined)[],
  schemas: SchemasObject,
): void {
  for (const type of parameters) {
    if (type === undefined) continue;
    if (isBody(operation, type)) constrainObject(type, schemas);
    else for (const rule of rulesOf(type)) constrain(parameterSchema(operation, rule.property), rule);
  }
  const { requestBody } = operation;
  if (requestBody !== undefined && !('$ref' in requestBody)) requestBody.required = needsBody(requestBody, schemas);
  for (const parameter of operation.parameters ?? []) {
    if ('$ref' in parameter || parameter.in !== 'query' || parameter.schema === undefined) continue;
    if ('type' in parameter.schema && parameter.schema.type === 'array') parameter.explode = false;
  }
}

function isBody({ requestBody }: OperationObject, type: Type): boolean {
  const content = requestBody === undefined || '$ref' in requestBody ? {} : requestBody.content;
  const reference = `#/components/schemas/${type.name}`;
  return Object.values(content).some(({ schema = {} }) => '$ref' in schema && schema.$ref === reference);
}

/** A body may be left out where all of its members may. */
function needsBody({ content }: RequestBodyObject, schemas: SchemasObject): boolean {
  return Object.values(content).every(({ schema = {} }) => {
    const object = '$ref' in schema ? schemas[schema.$ref.split('/').at(-1) ?? ''] : schema;
    return object?.properties === undefined || (object.required ?? []).length > 0;
  });
}

function parameterSchema(operation: OperationObject, name: string): AnySchema | undefined {
  const found = operation.parameters?.find((parameter) => 'name' in parameter && parameter.name === name);
  return found === undefined || '$ref' in found ? undefined : found.schema;
}

/** Also for the objects within it, which have classes of their own. */
function constrainObject(type: Type, schemas: SchemasObject): void {
  const schema = schemas[type.name];
  if (schema === undefined || schema.additionalProperties === false) return;
  schema.additionalProperties = false;
  for (const rule of rulesOf(type)) {
    constrain(schema.properties?.[rule.property], rule);
    const inner: unknown = Reflect.getMetadata('design:type', type.prototype as object, rule.property);
    // The compiler writes constructors there.
    if (typeof inner === 'function') constrainObject(inner as Type, schemas);
  }
}

function constrain(schema: AnySchema | undefined, { each, constraint }: Rule): void {
  const target = each && schema !== undefined && 'items' in schema ? schema.items : schema;
  if (target !== undefined && !('$ref' in target)) Object.assign(target, constraint);
}

interface Rule {
  readonly property: string;
  /** Whether it is about the items of a list. */
  readonly each: boolean;
  readonly constraint: SchemaObject;
}

function rulesOf(type: Type): readonly Rule[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  return rules.map(({ propertyName, each, name = '', constraints }) => {
    // class-validator declares them as any.
    const [limit] = (constraints as readonly unknown[] | undefined) ?? [];
    return { property: propertyName, each, constraint: meanings[name]?.(limit) ?? {} };
  });
}
