import { FilterOperatorEnum, type Filter } from '@hubspot/api-client/lib/codegen/crm/objects/index.js';
import { isJsonObject, memberOf, parseJsonText, type JsonValue } from '../../common/json/json.js';
import { type ChangedRecords } from '../connector.js';
import { recordKinds, type CrmRecord, type RecordKind } from '../crm-record.js';
import { type HubSpotApi, type HubSpotObject } from './hubspot.api.js';
import { objectIdPattern, recordTypes } from './hubspot.objects.js';
import { toRecord } from './hubspot.record.js';

const perPage = 100;

/** How far the records of one kind have been told. */
interface Place {
  /** All that changed up to here, in ms since the epoch; with `id` all that changed before. */
  readonly ms: number;
  /** Of those that changed at exactly `ms`, all up to this id. */
  readonly id?: string;
}

/** `next` is the kind that is asked for next; a sweep goes over all of them. */
interface Position {
  readonly next: number;
  readonly places: Readonly<Record<RecordKind, Place>>;
}

export interface ChangesOptions {
  /** How late the search may find a record; that far back each sweep looks again. */
  readonly lagMs: number;
  readonly where: { readonly portalId: string; readonly appUrl: string };
}

/**
 * One kind after the other, each in the order of its changes. HubSpot's search sorts by one property and ends after 10,000
 * results, so no page follows another by its cursor: the next one asks for what changed later, and where the time of a full page's
 * end may have more records than the page, for those of that very time by their ids.
 */
export async function changedAfter(
  api: HubSpotApi,
  position: string | undefined,
  { lagMs, where }: ChangesOptions,
): Promise<ChangedRecords> {
  const now = Date.now();
  if (position === undefined) {
    const begin: Place = { ms: now - lagMs - 1 };
    const places = { account: begin, contact: begin, opportunity: begin, case: begin };
    return { records: [], position: JSON.stringify({ next: 0, places }), hasMore: false };
  }
  let { next, places } = positionIn(position);
  for (;;) {
    const kind = recordKinds[next];
    if (kind === undefined) break;
    const page = await pageOf(api, kind, places[kind]);
    places = { ...places, [kind]: page.place };
    if (!page.hasMore) next += 1;
    const records: CrmRecord[] = page.objects.map((object) => toRecord(kind, object, where));
    const isOver = next >= recordKinds.length;
    if (records.length === 0 && !page.hasMore) continue;
    if (!isOver) return { records, position: JSON.stringify({ next, places }), hasMore: true };
    return { records, position: JSON.stringify(swept(places, now - lagMs)), hasMore: false };
  }
  return { records: [], position: JSON.stringify(swept(places, now - lagMs)), hasMore: false };
}

/** The next sweep begins before what the search may not have found yet. */
function swept(places: Position['places'], atMost: number): Position {
  const back = ({ ms }: Place): Place => ({ ms: Math.min(ms, atMost) });
  const { account, contact, opportunity, case: ticket } = places;
  return {
    next: 0,
    places: { account: back(account), contact: back(contact), opportunity: back(opportunity), case: back(ticket) },
  };
}

async function pageOf(
  api: HubSpotApi,
  kind: RecordKind,
  place: Place,
): Promise<{ readonly objects: readonly HubSpotObject[]; readonly place: Place; readonly hasMore: boolean }> {
  const { modified } = recordTypes[kind];
  const { ms, id } = place;
  if (id !== undefined) {
    const sameTime = { propertyName: modified, operator: FilterOperatorEnum.Eq, value: String(ms) };
    const later = { propertyName: 'hs_object_id', operator: FilterOperatorEnum.Gt, value: id };
    const objects = await searched(api, kind, [sameTime, later], 'hs_object_id');
    const last = objects.at(-1);
    return {
      objects,
      place: last !== undefined && objects.length >= perPage ? { ms, id: last.id } : { ms },
      hasMore: true,
    };
  }
  const after = { propertyName: modified, operator: FilterOperatorEnum.Gt, value: String(ms) };
  const objects = await searched(api, kind, [after], modified);
  const last = objects.at(-1);
  if (last === undefined) return { objects, place, hasMore: false };
  const end = timeOf(last, kind);
  if (objects.length < perPage) return { objects, place: { ms: end }, hasMore: false };
  return {
    objects: objects.filter((object) => timeOf(object, kind) < end),
    place: { ms: end, id: '0' },
    hasMore: true,
  };
}

async function searched(
  api: HubSpotApi,
  kind: RecordKind,
  filters: Filter[],
  sortedBy: string,
): Promise<readonly HubSpotObject[]> {
  const { path, properties, modified } = recordTypes[kind];
  const { results } = await api.search.doSearch(path, {
    filterGroups: [{ filters }],
    sorts: [sortedBy],
    properties: [...properties, modified],
    limit: perPage,
  });
  return results;
}

/** The time that the search compares. */
function timeOf({ properties, updatedAt }: HubSpotObject, kind: RecordKind): number {
  const ms = Date.parse(properties[recordTypes[kind].modified] ?? '');
  return Number.isNaN(ms) ? updatedAt.getTime() : ms;
}

/** Ours alone: what is none is a fault of whoever kept it. */
function positionIn(text: string): Position {
  const parsed = parseJsonText(text);
  const value = parsed.ok && isJsonObject(parsed.value) ? parsed.value : {};
  const [next, places] = [memberOf(value, 'next'), memberOf(value, 'places')];
  if (typeof next !== 'number' || !isJsonObject(places)) throw new TypeError('This is no position among changes.');
  const [account, contact, opportunity, ticket] = recordKinds.map((kind) => placeIn(memberOf(places, kind)));
  if (account === undefined || contact === undefined || opportunity === undefined || ticket === undefined) {
    throw new TypeError('This is no position among changes.');
  }
  return { next, places: { account, contact, opportunity, case: ticket } };
}

function placeIn(value: JsonValue | undefined): Place | undefined {
  if (!isJsonObject(value)) return undefined;
  const [ms, id] = [memberOf(value, 'ms'), memberOf(value, 'id')];
  if (typeof ms !== 'number' || !Number.isSafeInteger(ms)) return undefined;
  return typeof id === 'string' && (id === '0' || objectIdPattern.test(id)) ? { ms, id } : { ms };
}
