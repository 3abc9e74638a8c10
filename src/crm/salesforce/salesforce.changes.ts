import { isJsonObject, memberOf, parseJsonText, textOf, type JsonObject } from '../../common/json/json.js';
import { type ChangedRecords } from '../connector.js';
import { recordKinds, type CrmRecord, type RecordKind } from '../crm-record.js';
import { type SalesforceApi } from './salesforce.api.js';
import { isSalesforceId, recordFrom, recordQuery } from './salesforce.records.js';
import { type SalesforceOrg } from './salesforce.settings.js';
import { soqlText, soqlTime } from './salesforce.soql.js';

/** Of one kind in one page. */
const pageSize = 500;
/** A change bears the time of its making and is seen once it is committed; no transaction lasts longer (Apex, 10 minutes). */
const overlapMs = 10 * 60_000;
/** What is older than this by our clock, even one that is wrong by much, is under way no more, and not read again and again. */
const settledMs = 60 * 60_000;

/** The last record that a walk has told. */
interface Seen {
  readonly at: Date;
  readonly id: string;
}

interface Position {
  /** All that changed before has come to light and was told. */
  readonly since: Date;
  /** When the walk from there began, by our clock. */
  readonly begun: Date;
  /** How far a walk from there has come. */
  readonly seen: ReadonlyMap<RecordKind, Seen>;
}

/**
 * A page of changed records of every kind, in the order of `SystemModstamp`. A walk that has come to its end begins again ten
 * minutes before the last change that it saw: within these another change can still come to light.
 */
export async function changedRecords(
  text: string | undefined,
  api: SalesforceApi,
  org: SalesforceOrg,
): Promise<ChangedRecords> {
  if (text === undefined) {
    const now = new Date();
    const since = new Date(now.getTime() - settledMs);
    return { records: [], position: positionText({ since, begun: now, seen: new Map() }), hasMore: false };
  }
  const position = positionIn(text);
  const found: CrmRecord[] = [];
  // A kind that has more tells nothing of what is after its last record, so neither do the others.
  let horizon = Infinity;
  let hasMore = false;
  for (const kind of recordKinds) {
    const { rows, isWhole } = await api.query(pageQuery(kind, position, org));
    const records = rows.map((row) => recordFrom(kind, row, org));
    found.push(...records);
    const last = records.at(-1);
    if (last === undefined || (isWhole && rows.length < pageSize)) continue;
    hasMore = true;
    horizon = Math.min(horizon, last.changedAt.getTime());
  }
  const records = found
    .filter(({ changedAt }) => changedAt.getTime() <= horizon)
    .sort((one, other) => one.changedAt.getTime() - other.changedAt.getTime());
  const seen = new Map(position.seen);
  for (const { kind, changedAt, externalId } of records) seen.set(kind, { at: changedAt, id: externalId });
  const next: Position = hasMore
    ? { ...position, seen }
    : { since: settledAfter(position, seen), begun: new Date(), seen: new Map() };
  return { records, position: positionText(next), hasMore };
}

function pageQuery(kind: RecordKind, { since, seen }: Position, org: SalesforceOrg): string {
  const last = seen.get(kind);
  const from =
    last === undefined
      ? `SystemModstamp >= ${soqlTime(since)}`
      : `SystemModstamp > ${soqlTime(last.at)} OR (SystemModstamp = ${soqlTime(last.at)} AND Id > ${soqlText(last.id)})`;
  return recordQuery(kind, `WHERE ${from} ORDER BY SystemModstamp, Id LIMIT ${pageSize}`, org);
}

/** What was under way when its place in the walk was passed was made at most ten minutes before the walk began. */
function settledAfter({ since, begun }: Position, seen: ReadonlyMap<RecordKind, Seen>): Date {
  const last = Math.max(...[...seen.values()].map(({ at }) => at.getTime()));
  if (!Number.isFinite(last)) return since;
  const walkedMs = Date.now() - begun.getTime();
  const settled = Math.min(last, Math.max(last - walkedMs - overlapMs, begun.getTime() - settledMs));
  return new Date(Math.max(since.getTime(), settled));
}

function positionText({ since, begun, seen }: Position): string {
  const walked = [...seen].map(([kind, { at, id }]) => [kind, { at: at.toISOString(), id }] as const);
  const walk = walked.length === 0 ? {} : { begun: begun.toISOString(), seen: Object.fromEntries(walked) };
  return JSON.stringify({ since: since.toISOString(), ...walk });
}

/** Throws for a text that is no position of ours: to begin anew would leave records out. */
function positionIn(text: string): Position {
  const parsed = parseJsonText(text);
  const told = parsed.ok && isJsonObject(parsed.value) ? parsed.value : {};
  const since = timeIn(told, 'since');
  if (since === undefined) throw new TypeError('not a position among changed records');
  const walked = memberOf(told, 'seen');
  const seen = new Map<RecordKind, Seen>();
  for (const kind of recordKinds) {
    const last = isJsonObject(walked) ? memberOf(walked, kind) : undefined;
    if (!isJsonObject(last)) continue;
    const [at, id] = [timeIn(last, 'at'), textOf(last, 'id')];
    if (at !== undefined && id !== undefined && isSalesforceId(id)) seen.set(kind, { at, id });
  }
  return { since, begun: timeIn(told, 'begun') ?? new Date(), seen };
}

function timeIn(object: JsonObject, name: string): Date | undefined {
  const ms = Date.parse(textOf(object, name) ?? '');
  return Number.isNaN(ms) ? undefined : new Date(ms);
}
