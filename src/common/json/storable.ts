import { isJsonObject, type JsonValue } from './json.js';

// eslint-disable-next-line no-control-regex -- NUL is exactly what Postgres cannot hold in text
const nul = /\u0000/g;

/**
 * The text with what Postgres cannot hold (U+0000, lone surrogates) replaced by U+FFFD, the Unicode replacement
 * character. The delivery keeps the bytes as they came; only the derived text is changed, and visibly so.
 */
export function storableText(text: string): string {
  return (text.isWellFormed() ? text : text.toWellFormed()).replace(nul, '\ufffd');
}

/** The same for every string and key in a JSON value; numbers that JSON cannot say (1e400) become null. */
export function storableJson(value: JsonValue): JsonValue {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), storableJson(item)]));
  }
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}
