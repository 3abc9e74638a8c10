import { Injectable } from '@nestjs/common';
import { rowsOf } from '../../database/rows.js';
import { type Tx } from '../../database/transaction.js';
import { conversationId, type LiaisonEvent } from '../../events/event.js';
import { type RecordKind } from '../../crm/crm-record.js';
import { type Wanted } from '../changes/change-table.js';
import { type CompiledMapping, type EntryRule, type FieldRule } from './compiled-mapping.js';
import { ExpressionFailed, type Variables } from './expression.js';
import { subjectKinds, type SubjectKind } from './expression-scope.js';
import { currentVersionOf, MappingVersions } from './mapping-versions.js';
import { rowsIn, type RowSource } from './row-source.js';
import { isSince, newestSubjects, readSpace, readSubjects, type Range, type Subject } from './subjects.js';

/** A link of a space to a record. */
export interface MappedLink {
  readonly linkId: string;
  readonly tenantId: string;
  readonly connectionId: string;
  readonly platform: string;
  readonly spaceId: string;
  readonly recordKind: RecordKind;
  readonly recordExternalId: string;
  readonly since: Date;
}

/** What a link shall have of its rules and its days, before it is known when that was asked for. */
export type Wish = Omit<Wanted, 'eventId' | 'learnedAt' | 'mappingVersion' | keyof MappedLink>;

type Touched = ReadonlyMap<SubjectKind, ReadonlyMap<string, LiaisonEvent>>;

/** The newest days and subjects of each kind that a new link brings to the CRM. */
export const historyAtMost = { days: 1_000, subjects: 1_000 };

const linksOf = `
  select l.id as "linkId", l.tenant_id as "tenantId", l.connection_id as "connectionId", c.platform, l.space_id as "spaceId",
         l.record_kind as "recordKind", l.record_external_id as "recordExternalId", l.since,
         ${currentVersionOf('l')} as "currentVersion"
  from crm_links l join connections c on c.id = l.connection_id and c.deleted_at is null
  where l.state = 'active' and `;

type LinkRow = MappedLink & { readonly currentVersion: number };

/*
 * The days on which these messages stand, at these links. One that was moved to another day by a later fact leaves the day where
 * it stood; that day is wanted again where it was ever written.
 */
const daysOf = `
  select distinct on (l.id, d.day) l.id as "linkId", d.day, m.id as "messageId",
         k.form, k.mapping_version as "writtenVersion"
  from messages m
  join crm_links l on l.space_id = m.space_id and l.id = any($2::uuid[]) and m.sort_at >= l.since
  cross join lateral (
    select distinct to_char(t.at at time zone 'UTC', 'YYYY-MM-DD') as day, t.at = m.sort_at as own
    from (values (m.sort_at), (m.edited_at), (m.deleted_at)) as t(at) where t.at is not null
  ) d
  left join crm_changes k on k.link_id = l.id and k.day = d.day::date and k.rule = ''
  where m.id = any($1::uuid[]) and (d.own or k.id is not null)
  order by l.id, d.day, d.own desc`;

interface DayRow {
  readonly linkId: string;
  readonly day: string;
  readonly messageId: string;
  readonly writtenVersion: number | null;
}

const writtenOf = `
  select link_id as "linkId", rule, subject_id as "subjectId", mapping_version as version, form, day::text as day
  from crm_changes where link_id = any($1::uuid[]) and subject_id = any($2::uuid[])`;

interface WrittenRow {
  readonly linkId: string;
  readonly rule: string;
  readonly subjectId: string;
  readonly version: number;
  readonly form: Wanted['form'];
  readonly day: string;
}

/** Says which changes of CRMs follow from facts, by the mapping that is current then. */
@Injectable()
export class Wishes {
  constructor(private readonly versions: MappingVersions) {}

  /** What these facts, all of them in `tx`, want of every record that their spaces belong to. */
  async ofEvents(events: readonly LiaisonEvent[], tx: Tx): Promise<Wanted[]> {
    const touched = touchedBy(events);
    const spaceIds = [...new Set(events.flatMap(({ spaceId }) => spaceId ?? []))];
    if (touched.size === 0 || spaceIds.length === 0) return [];
    const links = await rowsOf<LinkRow>(tx, `${linksOf} l.space_id = any($1::uuid[])`, [spaceIds]);
    if (links.length === 0) return [];
    return [...(await this.#days(links, touched, tx)), ...(await this.#rules(links, touched, tx))];
  }

  /** What a new link wants of what was there before. */
  async ofLink(linkId: string, tx: Tx): Promise<Wanted[]> {
    const [link] = await rowsOf<LinkRow>(tx, `${linksOf} l.id = $1`, [linkId]);
    if (link === undefined) return [];
    const mapping = await this.versions.get(link.connectionId, link.currentVersion);
    const wishes = await historyOf(link, mapping, rowsIn(tx), { since: link.since });
    const cause = { eventId: null, learnedAt: new Date() };
    return wishes.map((wish) => wantedOf(link, wish, cause, link.currentVersion));
  }

  async #days(links: readonly LinkRow[], touched: Touched, tx: Tx): Promise<Wanted[]> {
    const messages = touched.get('message');
    if (messages === undefined) return [];
    const rows = await rowsOf<DayRow>(tx, daysOf, [[...messages.keys()], links.map(({ linkId }) => linkId)]);
    const wanted: Wanted[] = [];
    for (const { linkId, day, messageId, writtenVersion } of rows) {
      const [link, cause] = [links.find((one) => one.linkId === linkId), messages.get(messageId)];
      if (link === undefined || cause === undefined) continue;
      const { timeline } = await this.versions.get(link.connectionId, link.currentVersion);
      // A day that was begun before days were turned off is kept as it was begun.
      const version = timeline === undefined ? writtenVersion : link.currentVersion;
      if (version === null) continue;
      const form = timeline?.form ?? 'note';
      wanted.push(wantedOf(link, { day, rule: '', subjectId: null, subjectAt: null, form }, causedBy(cause), version));
    }
    return wanted;
  }

  async #rules(links: readonly LinkRow[], touched: Touched, tx: Tx): Promise<Wanted[]> {
    // Where nothing but the built-in mapping was ever saved there are no rules.
    const mapped = links.filter(({ currentVersion }) => currentVersion > 0);
    if (mapped.length === 0) return [];
    const all = await withHanging(touched, tx);
    const ids = [...all.values()].flatMap((subjects) => [...subjects.keys()]);
    const written = await rowsOf<WrittenRow>(tx, writtenOf, [mapped.map(({ linkId }) => linkId), ids]);
    const wanted: Wanted[] = [];
    for (const link of mapped) {
      const own = written.filter(({ linkId }) => linkId === link.linkId);
      wanted.push(...(await this.#rulesOf(link, all, own, tx)));
    }
    return wanted;
  }

  async #rulesOf(link: LinkRow, touched: Touched, written: readonly WrittenRow[], tx: Tx): Promise<Wanted[]> {
    const { entries, fields } = await this.versions.get(link.connectionId, link.currentVersion);
    const rows = rowsIn(tx);
    const common = await commonOf(link, rows);
    const wanted: Wanted[] = [];
    for (const [kind, causes] of touched) {
      const rules = [...entries, ...fields].filter((rule) => isAbout(rule, kind, link));
      if (rules.length === 0) continue;
      const subjects = await readSubjects(rows, link.tenantId, kind, [...causes.keys()]);
      for (const rule of rules) {
        for (const wish of wishesOf(rule, [...subjects.values()], { kind, since: link.since, common, written })) {
          const cause = causes.get(wish.id);
          if (cause !== undefined) wanted.push(wantedOf(link, wish.wish, causedBy(cause), link.currentVersion));
        }
      }
    }
    const known = new Set([...entries, ...fields].map(({ name }) => name));
    for (const { rule, subjectId, version, form, day } of written) {
      const cause = causeOf(touched, subjectId);
      // What a rule made that is gone from the mapping is kept by the version that had it.
      if (known.has(rule) || cause === undefined) continue;
      wanted.push(wantedOf(link, { rule, subjectId, subjectAt: null, form, day }, causedBy(cause), version));
    }
    return wanted;
  }
}

/** What a mapping makes of a link's history in that time, the newest of each kind at most. */
export async function historyOf(
  link: MappedLink,
  mapping: CompiledMapping,
  rows: RowSource,
  range: Range,
  atMost: { readonly days: number; readonly subjects: number } = historyAtMost,
): Promise<readonly Wish[]> {
  const wishes: Wish[] = [];
  const { timeline, entries, fields } = mapping;
  if (timeline !== undefined) {
    for (const { day } of await newestDays(link, rows, range, atMost.days)) {
      wishes.push({ day, rule: '', subjectId: null, subjectAt: null, form: timeline.form });
    }
  }
  const common = await commonOf(link, rows);
  for (const kind of subjectKinds) {
    const rules = [...entries, ...fields].filter((rule) => isAbout(rule, kind, link));
    if (rules.length === 0) continue;
    const ids = await newestSubjects(rows, link, kind, range, { limit: atMost.subjects, offset: 0 });
    const found = await readSubjects(rows, link.tenantId, kind, ids);
    const subjects = ids.flatMap((id) => found.get(id) ?? []);
    for (const rule of rules) {
      const own = wishesOf(rule, subjects, { kind, since: link.since, common, written: [] });
      wishes.push(...own.map(({ wish }) => wish));
    }
  }
  return wishes;
}

function newestDays(
  { tenantId, spaceId }: MappedLink,
  rows: RowSource,
  { since, until }: Range,
  atMost: number,
): Promise<readonly Pick<DayRow, 'day'>[]> {
  return rows<Pick<DayRow, 'day'>>(
    `select to_char(sort_at at time zone 'UTC', 'YYYY-MM-DD') as day
     from messages where tenant_id = $1 and space_id = $2 and sort_at >= $3 and (sort_at < $4 or $4::timestamptz is null)
     group by 1 order by 1 desc limit $5`,
    [tenantId, spaceId, since, until ?? null, atMost],
  );
}

interface About {
  readonly kind: SubjectKind;
  readonly since: Date;
  readonly common: Variables;
  readonly written: readonly WrittenRow[];
}

/** What a rule wants of these subjects: of those that it is about, and of those that it was about when it wrote for them. */
function wishesOf(
  rule: EntryRule | FieldRule,
  subjects: readonly Subject[],
  { kind, since, common, written }: About,
): readonly { readonly id: string; readonly wish: Wish }[] {
  const isOfFields = 'set' in rule;
  const own = subjects.filter((subject) => {
    if (written.some(({ rule: name, subjectId }) => name === rule.name && subjectId === subject.id)) return true;
    if (!isSince(kind, subject, since)) return false;
    // One that is gone, or fits no more, may have been the one that had the say.
    return isOfFields || (!subject.isGone && holds(rule, { ...common, ...subject.variables }));
  });
  if (!isOfFields) {
    return own.map(({ id, at }) => ({
      id,
      wish: { day: dayOf(at), rule: rule.name, subjectId: id, subjectAt: at, form: rule.form },
    }));
  }
  const [newest] = own;
  if (newest === undefined) return [];
  const wish = {
    day: dayOf(newest.at),
    rule: rule.name,
    subjectId: null,
    subjectAt: newest.at,
    form: 'fields',
  } as const;
  return [{ id: newest.id, wish }];
}

/** A condition that fails is wanted, too: the change then says so. */
function holds({ when }: EntryRule | FieldRule, told: Variables): boolean {
  try {
    return when(told);
  } catch (error) {
    if (error instanceof ExpressionFailed) return true;
    throw error;
  }
}

function isAbout({ on, recordKind }: EntryRule | FieldRule, kind: SubjectKind, link: MappedLink): boolean {
  return on === kind && (recordKind === undefined || recordKind === link.recordKind);
}

async function commonOf(link: MappedLink, rows: RowSource): Promise<Variables> {
  const record = { kind: link.recordKind, id: link.recordExternalId };
  return { ...(await readSpace(rows, link.tenantId, link.spaceId)), record };
}

function wantedOf(
  { linkId, tenantId, connectionId, platform, spaceId, recordKind, recordExternalId }: LinkRow,
  wish: Wish,
  cause: Pick<Wanted, 'eventId' | 'learnedAt'>,
  mappingVersion: number,
): Wanted {
  const link = { linkId, tenantId, connectionId, platform, spaceId, recordKind, recordExternalId };
  const { eventId, learnedAt } = cause;
  return { ...link, ...wish, eventId, learnedAt, mappingVersion };
}

function causedBy({ id, learnedAt }: LiaisonEvent): Pick<Wanted, 'eventId' | 'learnedAt'> {
  return { eventId: id, learnedAt };
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function causeOf(touched: Touched, subjectId: string): LiaisonEvent | undefined {
  for (const subjects of touched.values()) {
    const cause = subjects.get(subjectId);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

/** The subjects that these events are about, each with the last of them. */
function touchedBy(events: readonly LiaisonEvent[]): Touched {
  const touched = new Map<SubjectKind, Map<string, LiaisonEvent>>();
  const touch = (kind: SubjectKind, id: string | null, event: LiaisonEvent): void => {
    if (id === null) return;
    const subjects = touched.get(kind) ?? new Map<string, LiaisonEvent>();
    touched.set(kind, subjects.set(id, event));
  };
  for (const event of events) {
    const [noun] = event.type.split('.');
    if (noun === 'message' || noun === 'annotation') touch('message', event.messageId, event);
    if (noun === 'annotation' || noun === 'reaction' || noun === 'member') touch(noun, event.subjectId, event);
    if (noun === 'conversation') touch('conversation', event.subjectId, event);
    if (noun === 'space') touch('space', event.subjectId, event);
    if (isInvitation(event)) {
      const { conversationExternalId: named } = event.data;
      touch('conversation', named === undefined ? null : conversationId(event.spaceId, named), event);
    }
  }
  return touched;
}

type InvitationEvent = LiaisonEvent<
  'invitation.received' | 'invitation.sent' | 'invitation.accepted' | 'invitation.declined' | 'invitation.failed'
>;

function isInvitation(event: LiaisonEvent): event is InvitationEvent {
  return event.type.startsWith('invitation.');
}

const hangingOn = `
  select 'annotation' as kind, id, message_id as "messageId" from annotations where message_id = any($1::uuid[])
  union all select 'reaction', id, message_id from reactions where message_id = any($1::uuid[])`;

/** With what hangs on messages that were touched: it goes where they go. */
async function withHanging(touched: Touched, tx: Tx): Promise<Touched> {
  const messages = touched.get('message');
  if (messages === undefined) return touched;
  const all = new Map([...touched].map(([kind, subjects]) => [kind, new Map(subjects)]));
  const rows = await rowsOf<{ kind: 'annotation' | 'reaction'; id: string; messageId: string }>(tx, hangingOn, [
    [...messages.keys()],
  ]);
  for (const { kind, id, messageId } of rows) {
    const cause = messages.get(messageId);
    const subjects = all.get(kind) ?? new Map<string, LiaisonEvent>();
    if (cause !== undefined && !subjects.has(id)) all.set(kind, subjects.set(id, cause));
  }
  return all;
}
