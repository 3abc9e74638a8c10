import { textOf, type JsonObject } from '../../common/json/json.js';

/** `2015-10-18T14:26:16.000Z` and, in some messages and webhooks, `2015-10-18T14:26:16+00:00`. */
const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** The first of the named members that is a time of Webex since 1970, in ms; undefined where none is. Never throws. */
export function timeIn(object: JsonObject, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const text = textOf(object, name);
    const time = text !== undefined && timestamp.test(text) ? Date.parse(text) : NaN;
    if (time >= 0) return time;
  }
  return undefined;
}
