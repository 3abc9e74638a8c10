import { isJsonObject, textOf } from '../../common/json/json.js';
import { type JsonValue } from '../../common/json/json.js';

/** What there is to read in an annotation; empty where there is nothing. */
export function annotationText(payload: JsonValue): string {
  if (!isJsonObject(payload)) return '';
  return ['title', 'name', 'text', 'description']
    .flatMap((name) => textOf(payload, name) ?? [])
    .filter((part) => part.trim() !== '')
    .join(': ');
}
