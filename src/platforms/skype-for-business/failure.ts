import { filledTextOf, isJsonObject, type JsonValue } from '../../common/json/json.js';
import { type Failure } from '../../events/event-map.js';

/**
 * A `reason` of an event or an error entity of the API: `{code, subcode?, message?}`, of which only `code` is sure and
 * `message` can be null. `undefined` where there is no code.
 */
export function readFailure(value: JsonValue | undefined): Failure | undefined {
  if (!isJsonObject(value)) return undefined;
  const code = filledTextOf(value, 'code');
  const subcode = filledTextOf(value, 'subcode');
  const message = filledTextOf(value, 'message');
  if (code === undefined) return undefined;
  return { code, ...(subcode === undefined ? {} : { subcode }), ...(message === undefined ? {} : { message }) };
}
