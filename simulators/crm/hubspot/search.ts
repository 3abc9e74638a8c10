import { isRecord } from '../../common/http-exchange.js';
import { type CrmAnswer } from '../common/crm-server.js';
import { errorAnswer } from './error-body.js';
import { shown, valueOf, type StoredObject } from './stored-object.js';

const largestPage = 200;
/** Past this many results HubSpot answers with an error. */
const mostResults = 10_000;

/** `POST /crm/v3/objects/{type}/search`: groups of filters (or), filters (and), one property to sort by. */
export function searchAnswer(objects: readonly StoredObject[], request: Readonly<Record<string, unknown>>): CrmAnswer {
  const { filterGroups = [], sorts = [], properties = [], limit = 10, after = '0' } = request;
  if (!Array.isArray(filterGroups) || !Array.isArray(sorts) || !Array.isArray(properties)) return malformed();
  if (typeof limit !== 'number' || limit > largestPage || sorts.length > 1) return malformed();
  const offset = Number(after);
  if (offset + limit > mostResults) return malformed();
  const found = objects.filter(
    (object) => filterGroups.length === 0 || filterGroups.some((group) => matchesGroup(object, group)),
  );
  const [sort] = sorts.map((one: unknown) => (typeof one === 'string' ? one : ''));
  const sorted = sort === undefined || sort === '' ? found : inOrder(found, sort);
  const page = sorted.slice(offset, offset + limit);
  const next = offset + page.length;
  return {
    status: 200,
    body: {
      total: found.length,
      results: page.map((object) => shown(object, properties.map(String))),
      ...(next < found.length ? { paging: { next: { after: String(next) } } } : {}),
    },
  };
}

function malformed(): CrmAnswer {
  return errorAnswer(400, 'VALIDATION_ERROR', 'There was a problem with the request.');
}

/** By that property alone: those with equal values stand in no order that means anything, here newest first. */
function inOrder(objects: readonly StoredObject[], property: string): StoredObject[] {
  return [...objects]
    .reverse()
    .sort((one, other) => compared(valueOf(one, property) ?? '', valueOf(other, property) ?? ''));
}

function matchesGroup(object: StoredObject, group: unknown): boolean {
  const filters = isRecord(group) && Array.isArray(group['filters']) ? group['filters'] : [];
  return filters.every((filter: unknown) => isRecord(filter) && matches(object, filter));
}

function matches(object: StoredObject, filter: Readonly<Record<string, unknown>>): boolean {
  const value = valueOf(object, String(filter['propertyName']));
  const wanted = String(filter['value']);
  if (value === undefined) return false;
  switch (filter['operator']) {
    case 'EQ':
      return compared(value.toLowerCase(), wanted.toLowerCase()) === 0;
    case 'GT':
      return compared(value, wanted) > 0;
    case 'CONTAINS_TOKEN': {
      const pattern = wanted
        .toLowerCase()
        .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*');
      return value
        .toLowerCase()
        .split(/[\s;,]+/)
        .some((token) => new RegExp(`^${pattern}$`).test(token));
    }
    default:
      return false;
  }
}

/** Numbers as numbers, times in either of their forms as times, everything else as text. */
function compared(one: string, other: string): number {
  const [left, right] = [one, other].map((text) => (/^\d+$/.test(text) ? Number(text) : Date.parse(text)));
  if (left !== undefined && right !== undefined && !Number.isNaN(left) && !Number.isNaN(right)) return left - right;
  return one < other ? -1 : one > other ? 1 : 0;
}
