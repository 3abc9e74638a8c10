import { isJsonObject, type JsonValue } from '../common/json/json.js';

/** A value and its place in the order of the space's facts (see `orderOf`). */
interface Observed {
  readonly value: JsonValue;
  readonly at: number;
}

/** Fields that change one by one, each with the place of its last change. */
export type ObservedFields = Readonly<Record<string, Observed>>;

/** The fields after these observations at place `at`: of two observations of a field the later one counts, in any order. */
export function observe(
  fields: ObservedFields,
  observations: Readonly<Record<string, JsonValue>>,
  at: number,
): ObservedFields {
  const changed = new Map(Object.entries(fields));
  for (const [name, value] of Object.entries(observations)) {
    const known = changed.get(name);
    const isNews =
      known === undefined || at > known.at || (at === known.at && canonical(value) > canonical(known.value));
    if (isNews) changed.set(name, { value, at });
  }
  // In the order of names, so that equal states are equal texts too.
  return Object.fromEntries([...changed].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** JSON text with the members of objects in one order: Postgres keeps them in an order of its own. */
function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_key, member: JsonValue) =>
    isJsonObject(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
  );
}
