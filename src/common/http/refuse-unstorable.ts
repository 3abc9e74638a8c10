import { type NextFunction, type Request, type Response } from 'express';
import { type InputFault } from '../errors/liaison-error.js';
import { isJsonObject, maxJsonDepth } from '../json/json.js';
import { storableText } from '../json/storable.js';
import { invalidInput } from './validation.js';

/**
 * Refuses API input with text that Postgres cannot hold (U+0000, lone surrogates), naming the place. Webhooks never come
 * here: what platforms send is stored as it is.
 */
export function refuseUnstorable(request: Request, _response: Response, next: NextFunction): void {
  const query = faultsIn(queryOf(request.originalUrl), '', 0);
  const body: unknown = request.body;
  const faults = [...query, ...faultsIn(body, '', 0)];
  if (faults.length > 0) next(invalidInput(faults));
  else next();
}

function queryOf(url: string): Record<string, string> {
  const start = url.indexOf('?');
  return start < 0 ? {} : Object.fromEntries(new URLSearchParams(url.slice(start + 1)));
}

function faultsIn(value: unknown, pointer: string, depth: number): InputFault[] {
  if (depth > maxJsonDepth) return [{ pointer: '', detail: `must not nest deeper than ${maxJsonDepth} levels` }];
  if (typeof value === 'string') {
    return storableText(value) === value ? [] : [{ pointer, detail: 'must not contain U+0000 or half a character' }];
  }
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) => faultsIn(item, `${pointer}/${index}`, depth + 1));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => [
    ...(storableText(name) === name ? [] : [{ pointer, detail: 'must not have such a name' }]),
    ...faultsIn(item, `${pointer}/${storableText(name)}`, depth + 1),
  ]);
}
