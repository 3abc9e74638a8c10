import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { columnLiterals, unnestOf, type ColumnType } from '../../database/array-literal.js';
import { firstRowOf, rowsOf } from '../../database/rows.js';
import { inTransaction, type Tx } from '../../database/transaction.js';
import { entityId } from '../../common/ids/entity-id.js';
import { type EntryForm, type RecordReference, type StoredEntry } from '../../crm/crm-record.js';
import { type Where } from '../../database/where.js';
import { enqueueJobs, type Job, type NewJob } from '../../outbox/job.js';
import { goesOn, holdsLease, isLeased } from '../../outbox/job-changes.js';
import { type StoredFields } from '../mapping/field-values.js';
import { changedInCrm, crmPushKind, recordKey, removedInCrm } from './crm-push.js';
import { CRM_SETTLE_MS } from './crm-settling.js';

/** How a change looks in the CRM: an entry of that form, or fields of the record. */
export type ChangeForm = EntryForm | 'fields';

/** Something of a conversation that shall stand at a record. */
export interface Wanted {
  readonly linkId: string;
  readonly tenantId: string;
  readonly connectionId: string;
  readonly platform: string;
  readonly spaceId: string;
  readonly recordKind: RecordReference['kind'];
  readonly recordExternalId: string;
  /** The rule that makes it; empty for a day of the conversation. */
  readonly rule: string;
  /** What an entry of a rule is about, and since when that is there; null for days, and the id for fields. */
  readonly subjectId: string | null;
  readonly subjectAt: Date | null;
  /** As `2026-03-02`, in UTC. */
  readonly day: string;
  /** For one that is not there yet: an entry stays what it was made as. */
  readonly form: ChangeForm;
  readonly mappingVersion: number;
  /** The fact that it follows from, where it is one, and when we learned that. */
  readonly eventId: string | null;
  readonly learnedAt: Date;
}

/** A change that this process carries out. */
export interface TakenChange {
  readonly id: string;
  readonly tenantId: string;
  readonly connectionId: string;
  readonly linkId: string;
  readonly spaceId: string;
  readonly rule: string;
  readonly subjectId: string | null;
  readonly day: string;
  readonly mappingVersion: number;
  readonly entryKey: string;
  readonly form: ChangeForm;
  readonly record: RecordReference;
  /** How often it had been asked for when it was taken. */
  readonly wanted: string;
  /** Which try this is, from 1. */
  readonly attempt: number;
  readonly externalId: string | null;
  /** Our own part of the text as it was written last. */
  readonly ownText: string | null;
  readonly ownTitle: string | null;
  /** What it set fields to last, and what people had made of those that it left to them. */
  readonly fields: StoredFields | null;
  readonly seen: StoredFields | null;
  /** Whether the space still belongs to the record, and from when on. */
  readonly isLinked: boolean;
  /** When the earliest fact was learned that is still to be told. */
  readonly waitsSince: Date;
  readonly since: Date;
}

/** How a try ended. */
export type ChangeEnd =
  | {
      readonly kind: 'synced';
      readonly stored: StoredEntry;
      readonly ownText: string;
      readonly ownTitle: string;
      readonly act: ChangeAct;
    }
  /** Fields of the record are as they shall be. */
  | { readonly kind: 'set'; readonly fields: StoredFields; readonly act: ChangeAct }
  /** Some fields are as they shall be, and the others are left to the people who changed them. */
  | { readonly kind: 'theirs'; readonly reason: string; readonly seen: StoredFields; readonly message: string }
  | { readonly kind: 'removed'; readonly reason: string }
  | { readonly kind: 'skipped'; readonly reason: string }
  /** Nothing was done, and it is tried again. */
  | { readonly kind: 'again'; readonly reason: string }
  /** Something may have been done. */
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly fault: Fault; readonly message: string | undefined };

export type ChangeAct = 'create' | 'change' | 'remove' | 'none';

/** Whose a failure is: the service's or its user's rights, the CRM's, or that of what was to be written. */
export type Fault = 'ours' | 'theirs' | 'data';

/** What is next at a record. */
export type NextChange =
  | { readonly kind: 'none' }
  | { readonly kind: 'wait'; readonly afterMs: number }
  | { readonly kind: 'change'; readonly change: TakenChange };

type Row = Wanted & { readonly id: string; readonly entryKey: string };

type PushTarget = Pick<Wanted, 'tenantId' | 'connectionId' | 'recordKind' | 'recordExternalId'>;

/** The records of these changes. Jobs are written before changes: `take` holds its job's row when it looks for the next change. */
function targetsOf(which: string, parameters: readonly unknown[], tx: Tx): Promise<PushTarget[]> {
  return rowsOf(
    tx,
    `select distinct tenant_id as "tenantId", connection_id as "connectionId", record_kind as "recordKind",
            record_external_id as "recordExternalId" from crm_changes where ${which}`,
    parameters,
  );
}

/** Of the connection of the row. */
const currentVersion = `coalesce((select max(version) from crm_mappings where crm_mappings.connection_id = crm_changes.connection_id), 0)`;

const columns: readonly (readonly [keyof Row, ColumnType])[] = [
  ['id', 'uuid'],
  ['tenantId', 'text'],
  ['connectionId', 'uuid'],
  ['platform', 'text'],
  ['linkId', 'uuid'],
  ['spaceId', 'uuid'],
  ['recordKind', 'text'],
  ['recordExternalId', 'text'],
  ['entryKey', 'text'],
  ['form', 'text'],
  ['rule', 'text'],
  ['subjectId', 'uuid'],
  ['subjectAt', 'timestamptz'],
  ['mappingVersion', 'integer'],
  ['day', 'text'],
  ['eventId', 'uuid'],
  ['learnedAt', 'timestamptz'],
];

/** A person has taken the entry away in the CRM, or changed the field, and is not contradicted by what is said later. */
const isTheirs = `(crm_changes.state = 'skipped' and crm_changes.reason in ('${removedInCrm}', '${changedInCrm}'))`;

/** What waits already does so since it began to. */
const waitsFrom = (now: string): string =>
  `case when crm_changes.state in ('pending', 'sending', 'unknown') then crm_changes.waits_since else ${now} end`;

/** A change that is being carried out keeps its state; whoever does it sees that more is wanted by now. */
const again = `
  wanted = crm_changes.wanted + 1, wanted_at = clock_timestamp(), event_id = excluded.event_id,
  learned_at = excluded.learned_at, mapping_version = excluded.mapping_version,
  subject_at = coalesce(excluded.subject_at, crm_changes.subject_at),
  waits_since = ${waitsFrom('excluded.learned_at')},
  state = case when crm_changes.state in ('sending', 'unknown') or ${isTheirs} then crm_changes.state else 'pending' end,
  reason = case when crm_changes.state in ('sending', 'unknown') or ${isTheirs} then crm_changes.reason end,
  fault = null, crm_message = null`;

const insert = `
  insert into crm_changes (id, tenant_id, connection_id, platform, link_id, space_id, record_kind, record_external_id,
                           entry_key, form, rule, subject_id, subject_at, mapping_version, day, event_id, learned_at,
                           waits_since)
  select c.id, c."tenantId", c."connectionId", c.platform, c."linkId", c."spaceId", c."recordKind",
         c."recordExternalId", c."entryKey", c.form, c.rule, c."subjectId", c."subjectAt", c."mappingVersion",
         c.day::date, c."eventId", c."learnedAt", c."learnedAt"
  from ${unnestOf(columns, 'c')}
  order by c.id
  on conflict (connection_id, entry_key) do update set ${again}`;

const nextOfRecord = `
  select k.id, k.state, k.wanted, k.tenant_id as "tenantId", k.link_id as "linkId", k.space_id as "spaceId", k.rule,
         k.subject_id as "subjectId", k.day::text as day, k.mapping_version as "mappingVersion", k.entry_key as "entryKey",
         k.form, k.external_id as "externalId", k.own_text as "ownText", k.own_title as "ownTitle", k.fields, k.seen,
         k.connection_id as "connectionId", k.attempts, k.waits_since as "waitsSince",
         extract(epoch from clock_timestamp() - k.asked_at)::float8 * 1000 as "askedMsAgo",
         coalesce(l.state = 'active', false) as "isLinked", coalesce(l.since, k.created_at) as since
  from crm_changes k left join crm_links l on l.id = k.link_id
  where k.connection_id = $1 and k.record_kind = $2 and k.record_external_id = $3
    and k.state in ('pending', 'sending', 'unknown')
  order by k.day, k.subject_at nulls first, k.id limit 1 for update of k`;

interface NextRow extends Omit<TakenChange, 'record' | 'attempt'> {
  readonly state: string;
  readonly attempts: number;
  readonly askedMsAgo: number | null;
}

/*
 * Whoever writes both locks a record's job before its changes: those who want them, and the one who carries them out. Else they
 * would wait for each other.
 */

/** What CRMs shall be made to say, and how far that has come. */
@Injectable()
export class ChangeTable {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CRM_SETTLE_MS) private readonly settlesWithinMs: number,
  ) {}

  /** Writes in `tx` that these shall stand in the CRM as they are from now on, and the jobs that see to it. */
  async want(wanted: readonly Wanted[], tx: Tx): Promise<void> {
    if (wanted.length === 0) return;
    await enqueueJobs(wanted.map(pushJobOf), tx);
    const byId = new Map(wanted.map(toRow).map((row) => [row.id, row]));
    await tx.query(insert, columnLiterals([...byId.values()], columns));
  }

  /** What a link brought that is undone: taken back, or left as it stands and never written again. */
  async unlink(linkId: string, entries: 'remove' | 'keep', tx: Tx): Promise<void> {
    const left =
      entries === 'keep'
        ? `state = 'skipped', reason = 'unlinked'`
        : `state = case when state in ('sending', 'unknown') then state else 'pending' end, wanted = wanted + 1,
           wanted_at = clock_timestamp(), waits_since = ${waitsFrom('clock_timestamp()')}`;
    const which = `link_id = $1 and state <> 'skipped'`;
    await enqueueJobs((await targetsOf(which, [linkId], tx)).map(pushJobOf), tx);
    await tx.query(`update crm_changes set ${left} where ${which}`, [linkId]);
  }

  /**
   * Lets changes that failed, or that a person took away in the CRM, be made again, and those that wait, at once. `which` is a
   * condition on them. Answers how many.
   */
  async retry(which: Where, tx: Tx): Promise<number> {
    const jobs = (await targetsOf(which.sql, which.parameters, tx)).map(pushJobOf);
    await enqueueJobs(jobs, tx);
    const rows = await rowsOf(
      tx,
      `update crm_changes set wanted = wanted + 1, wanted_at = clock_timestamp(), reason = null, fault = null,
         crm_message = null, waits_since = ${waitsFrom('clock_timestamp()')},
         state = case when state in ('sending', 'unknown') then state else 'pending' end,
         -- The mapping that it failed by is what somebody has mended, if they have.
         mapping_version = case when state = 'failed' then ${currentVersion} else mapping_version end
       where ${which.sql} returning id`,
      which.parameters,
    );
    await tx.query(
      `update jobs set ${goesOn} where kind = $1 and (connection_id, key) in (
         select t.* from unnest($2::uuid[], $3::text[]) as t) and not (${isLeased})`,
      [crmPushKind, jobs.map(({ connectionId }) => connectionId), jobs.map(({ key }) => key)],
    );
    return rows.length;
  }

  /**
   * Takes the earliest day of a record that waits. One at a time for each record: while a try whose outcome is not known may still
   * be worked on by the CRM, everybody waits.
   */
  take(job: Job, record: RecordReference): Promise<NextChange> {
    return inTransaction(this.dataSource, async (tx): Promise<NextChange> => {
      if (!(await holdsLease(job, tx))) return { kind: 'none' };
      const found = await firstRowOf<NextRow>(tx, nextOfRecord, [job.connectionId, record.kind, record.externalId]);
      if (found === undefined) return { kind: 'none' };
      const { state, askedMsAgo, attempts, ...change } = found;
      const rest = state === 'pending' || askedMsAgo === null ? 0 : this.settlesWithinMs - askedMsAgo;
      if (rest > 0) return { kind: 'wait', afterMs: Math.ceil(rest) };
      await tx.query(
        `update crm_changes set state = 'sending', asked_at = clock_timestamp(), attempts = attempts + 1 where id = $1`,
        [change.id],
      );
      await tx.query(
        `insert into crm_change_attempts (change_id, tenant_id, number, wanted, act, started_at)
         values ($1, $2, $3, $4, 'none', clock_timestamp())`,
        [change.id, change.tenantId, attempts + 1, change.wanted],
      );
      return { kind: 'change', change: { ...change, record, attempt: attempts + 1 } };
    });
  }

  /**
   * Writes how a try ended, unless a later one has begun. What is wanted since then is pending again, but for what a person took
   * away.
   */
  end(change: TakenChange, end: ChangeEnd, act: ChangeAct): Promise<void> {
    return inTransaction(this.dataSource, async (tx) => {
      const rows = await rowsOf(
        tx,
        `update crm_changes set
           state = case when $3 = 'theirs' or ($3 = 'removed' and $5 = '${removedInCrm}') then 'skipped'
                        when $3 = 'again' or ($3 <> 'unknown' and wanted > $4) then 'pending'
                        when $3 = 'removed' then 'skipped' when $3 = 'set' then 'synced' else $3 end,
           reason = $5, fault = $6, crm_message = $7,
           external_id = case when $3 = 'removed' then null else coalesce($8, external_id) end,
           version = case when $3 = 'removed' then null else coalesce($9, version) end,
           own_text = case when $3 = 'removed' then null else coalesce($10, own_text) end,
           own_title = case when $3 = 'removed' then null else coalesce($11, own_title) end,
           fields = case when $3 = 'theirs' then null else coalesce($12, fields) end,
           seen = case when $3 = 'set' then null else coalesce($13, seen) end,
           done = case when $3 in ('synced', 'set', 'removed', 'theirs', 'skipped') then $4 else done end,
           waits_since = case when $3 in ('synced', 'set', 'removed', 'theirs', 'skipped') and wanted > $4 then asked_at
                              else waits_since end,
           synced_at = case when $3 in ('synced', 'set') then clock_timestamp() else synced_at end
         where id = $1 and attempts = $2 returning id`,
        [
          change.id,
          change.attempt,
          end.kind,
          change.wanted,
          'reason' in end ? end.reason : null,
          end.kind === 'failed' ? end.fault : null,
          'message' in end ? (end.message?.slice(0, 500) ?? null) : null,
          end.kind === 'synced' ? end.stored.externalId : null,
          end.kind === 'synced' ? (end.stored.version ?? null) : null,
          end.kind === 'synced' ? end.ownText : null,
          end.kind === 'synced' ? end.ownTitle : null,
          end.kind === 'set' ? JSON.stringify(end.fields) : null,
          end.kind === 'theirs' ? JSON.stringify(end.seen) : null,
        ],
      );
      await tx.query(
        `update crm_change_attempts set ended_at = clock_timestamp(), outcome = $3, reason = $4, act = $5
         where change_id = $1 and number = $2`,
        [change.id, change.attempt, rows.length > 0 ? end.kind : 'overtaken', 'reason' in end ? end.reason : null, act],
      );
    });
  }
}

function pushJobOf({ tenantId, connectionId, recordKind, recordExternalId }: PushTarget): NewJob {
  return {
    tenantId,
    connectionId,
    kind: crmPushKind,
    key: recordKey({ kind: recordKind, externalId: recordExternalId }),
    payload: { kind: recordKind, externalId: recordExternalId },
    credential: 'app',
  };
}

function toRow(wanted: Wanted): Row {
  return { ...wanted, ...namesOf(wanted) };
}

/**
 * The change's id and its key in the CRM: one for each link and day, each link, rule and subject, and each link and rule that sets
 * fields. The same is asked for under the same names, however often.
 */
export function namesOf({ linkId, rule, subjectId, day }: Pick<Wanted, 'linkId' | 'rule' | 'subjectId' | 'day'>): {
  readonly id: string;
  readonly entryKey: string;
} {
  if (rule === '') {
    const id = entityId('crm-change', linkId, day);
    return { id, entryKey: `liaison-${linkId.replaceAll('-', '')}-${day.replaceAll('-', '')}` };
  }
  const id = entityId('crm-change', linkId, JSON.stringify([rule, subjectId]));
  return { id, entryKey: `liaison-${id.replaceAll('-', '')}` };
}
