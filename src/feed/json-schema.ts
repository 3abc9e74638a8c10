/** The part of JSON Schema (draft 7) that our documents use. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly allOf?: readonly JsonSchema[];
}

type OptionalKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];

/** A schema for each member that T must have; the compiler refuses a missing and a misspelt one. */
export type RequiredOf<T> = Readonly<Record<Exclude<keyof T, OptionalKeys<T>>, JsonSchema>>;
/** The same for those that it may have. */
export type OptionalOf<T> = Readonly<Record<OptionalKeys<T>, JsonSchema>>;

/** The schema of objects like T. More members may come with later versions, so they are not forbidden. */
export function objectLike<T>(required: RequiredOf<T>, optional: OptionalOf<T>): JsonSchema {
  return { type: 'object', required: Object.keys(required), properties: { ...required, ...optional } };
}

export const text: JsonSchema = { type: 'string' };
export const flag: JsonSchema = { type: 'boolean' };
export const texts: JsonSchema = { type: 'array', items: text };
/** Any JSON value. */
export const anything: JsonSchema = {};

export function oneOfTexts(...values: readonly string[]): JsonSchema {
  return { type: 'string', enum: values };
}

/** A schema of an OpenAPI 3.0 document as JSON Schema, which has no `nullable`. */
export function toJsonSchema(schema: object): object {
  // A schema is made of JSON values.
  return translated(schema) as object;
}

function translated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(translated);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, translated(part)]));
  return nullable === true ? { ...rest, type: [rest['type'], 'null'] } : rest;
}
