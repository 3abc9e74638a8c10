import { isJsonObject, memberOf, parseJsonBytes, type JsonFault, type JsonObject } from '../common/json/json.js';
import { recordKinds, type RecordReference } from './crm-record.js';

/** The object that a call carries, or why it carries none. */
export function objectIn(bytes: Buffer): JsonObject | JsonFault | 'not-an-object' {
  const parsed = parseJsonBytes(bytes);
  if (!parsed.ok) return parsed.fault;
  return isJsonObject(parsed.value) ? parsed.value : 'not-an-object';
}

/** `data.record`, where it is whole. */
export function referenceIn(body: JsonObject): RecordReference | undefined {
  const data = memberOf(body, 'data');
  const record = isJsonObject(data) ? memberOf(data, 'record') : undefined;
  if (!isJsonObject(record)) return undefined;
  const kind = recordKinds.find((known) => known === memberOf(record, 'kind'));
  const externalId = memberOf(record, 'externalId');
  return kind === undefined || typeof externalId !== 'string' || externalId === '' ? undefined : { kind, externalId };
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** `timestamp` in ms since the epoch, where it is an RFC 3339 time. */
export function timeIn(body: JsonObject): number | undefined {
  const text = memberOf(body, 'timestamp');
  const ms = typeof text === 'string' && instant.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
