import { filledTextOf, type JsonObject } from '../../common/json/json.js';

/** Those of the named members that are texts with at least one character. */
export function textsOf<Name extends string>(
  resource: JsonObject,
  names: readonly Name[],
): Readonly<Partial<Record<Name, string>>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const text = filledTextOf(resource, name);
    if (text !== undefined) found[name] = text;
  }
  return found;
}
