export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Why a text was not taken as JSON; stable, shown as the reason of a dead letter. */
export type JsonFault = 'not-utf8' | 'not-json' | 'too-deep';

export type ParsedJson =
  { readonly ok: true; readonly value: JsonValue } | { readonly ok: false; readonly fault: JsonFault };

/** Deeper than any document of a platform, shallow enough for every recursive consumer (V8's own limit is about 7,000). */
export const maxJsonDepth = 64;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses bytes as JSON (RFC 8259): valid UTF-8 without a byte order mark, at most 64 levels deep. Never throws. Node's
 * parser alone would accept 100,000 levels and its lenient decoder bytes that are no UTF-8.
 */
export function parseJsonBytes(bytes: Uint8Array): ParsedJson {
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    return { ok: false, fault: 'not-utf8' };
  }
  return parseJsonText(text);
}

/** The same for text that is already decoded. */
export function parseJsonText(text: string): ParsedJson {
  if (isDeeperThan(text, maxJsonDepth)) return { ok: false, fault: 'too-deep' };
  try {
    const value: unknown = JSON.parse(text);
    // JSON.parse without a reviver makes JSON values only.
    return { ok: true, value: value as JsonValue };
  } catch {
    return { ok: false, fault: 'not-json' };
  }
}

/** Whether brackets outside of strings nest deeper than `limit`; one pass, no recursion, right for every valid JSON. */
function isDeeperThan(text: string, limit: number): boolean {
  if (!hasMoreBrackets(text, limit)) return false;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > limit) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}

/** Almost every text has too few opening brackets to be deep, wherever they stand; searching is native and fast. */
function hasMoreBrackets(text: string, limit: number): boolean {
  let found = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      if (++found > limit) return true;
    }
  }
  return false;
}

/** Whether the value is a JSON object, that is neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The own member of that name; never something inherited such as `constructor`. */
export function memberOf(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The member when it is a string. */
export function textOf(object: JsonObject, name: string): string | undefined {
  const value = memberOf(object, name);
  return typeof value === 'string' ? value : undefined;
}

/** The member when it is a string with at least one character. */
export function filledTextOf(object: JsonObject, name: string): string | undefined {
  const value = textOf(object, name);
  return value === '' ? undefined : value;
}
