import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { inTransaction } from '../database/transaction.js';
import { releaseJobs } from '../outbox/job-changes.js';
import { enqueueJobs } from '../outbox/job.js';
import { type DesiredRegistration } from '../platforms/platform.js';
import { type RegistrationState } from './registration.state.js';

/** The kind of job that checks the webhooks of a connection, and its one key: a connection is checked once at a time. */
export const registrationsKind = 'registrations';
const checkKey = 'check';

interface Owner {
  readonly id: string;
  readonly tenantId: string;
}

/** A webhook of a connection as it is stored. */
export interface StoredRegistration {
  readonly key: string;
  readonly registered: DesiredRegistration;
  readonly state: RegistrationState;
}

interface StoredRow extends RegistrationState {
  readonly key: string;
  readonly resource: string;
  readonly event: string;
  readonly filter: string | null;
  readonly ownedBy: 'creator' | 'org';
}

/** What is stored about a connection when a check begins. */
export interface CheckStart {
  /** By the database's clock. */
  readonly now: Date;
  /** Whether the connection was changed, or somebody asked, after the last check. */
  readonly changed: boolean;
  readonly known: readonly StoredRegistration[];
}

const due = `
  select c.id, c.tenant_id as "tenantId"
  from connections c left join registration_checks r on r.connection_id = c.id
  where c.deleted_at is null and c.platform = any($1::text[])
    and (r.checked_at is null
      or r.checked_at < greatest(c.updated_at, r.requested_at)
      or r.checked_at < clock_timestamp() - make_interval(secs => $2::float8 / 1000)
      or exists (select 1 from registrations x where x.connection_id = c.id
                 and x.next_repair_at > r.checked_at and x.next_repair_at <= clock_timestamp()))
    and not exists (select 1 from jobs j where j.connection_id = c.id and j.kind = $3 and j.key = $4)
  order by r.checked_at nulls first limit 500`;

/** A check that was given up must not be the last one. */
const forgetGivenUp = `
  delete from jobs
  where kind = $1 and key = $2 and state = 'failed'
    and ended_at < clock_timestamp() - make_interval(secs => $3::float8 / 1000)`;

const upsert = `
  insert into registrations (id, connection_id, tenant_id, key, resource, event, filter, owned_by, external_id, status,
                             problem, checked_at, active_since, reactivated_at, repairs, next_repair_at, secret_fingerprint)
  select r.id, $1, $2, r.key, r.resource, r.event, r.filter, r."ownedBy", r."externalId", r.status,
         r.problem, $3, r."activeSince", r."reactivatedAt", r.repairs, r."nextRepairAt", r."secretFingerprint"
  from json_to_recordset($4::json)
    as r(id uuid, key text, resource text, event text, filter text, "ownedBy" text, "externalId" text, status text,
         problem text, "activeSince" timestamptz, "reactivatedAt" timestamptz, repairs integer,
         "nextRepairAt" timestamptz, "secretFingerprint" text)
  on conflict (connection_id, key) do update set
    external_id = excluded.external_id, status = excluded.status, problem = excluded.problem,
    checked_at = excluded.checked_at, active_since = excluded.active_since, reactivated_at = excluded.reactivated_at,
    repairs = excluded.repairs, next_repair_at = excluded.next_repair_at,
    secret_fingerprint = excluded.secret_fingerprint`;

/** What is known of the webhooks of all connections, and when they were looked at. */
@Injectable()
export class RegistrationTable {
  constructor(private readonly dataSource: DataSource) {}

  /** Writes a check for every connection of these platforms whose time has come. */
  enqueueDue(platforms: readonly string[], checkEveryMs: number): Promise<void> {
    return inTransaction(this.dataSource, async (tx) => {
      await tx.query(forgetGivenUp, [registrationsKind, checkKey, checkEveryMs]);
      const owners = await rowsOf<Owner>(tx, due, [platforms, checkEveryMs, registrationsKind, checkKey]);
      await enqueueJobs(owners.map(checkOf), tx);
    });
  }

  /** Has a connection checked now, or once more when a check is under way; one that waits for somebody goes on. */
  request(owner: Owner): Promise<void> {
    return inTransaction(this.dataSource, async (tx) => {
      await tx.query(
        `insert into registration_checks (connection_id, requested_at) values ($1, clock_timestamp())
         on conflict (connection_id) do update set requested_at = excluded.requested_at`,
        [owner.id],
      );
      await enqueueJobs([checkOf(owner)], tx);
      const given = `j.connection_id = $1 and j.kind = $2 and j.key = $3 and j.state <> 'waiting'`;
      await releaseJobs(given, [owner.id, registrationsKind, checkKey], tx);
    });
  }

  /** What a check needs to know before it asks the platform. */
  async begin(connectionId: string): Promise<CheckStart> {
    const row = await firstRowOf<{ now: Date; changed: boolean }>(
      this.dataSource,
      `select clock_timestamp() as now,
              coalesce((select r.checked_at < greatest(c.updated_at, r.requested_at)
                        from registration_checks r join connections c on c.id = r.connection_id
                        where r.connection_id = $1), true) as changed`,
      [connectionId],
    );
    if (row === undefined) throw new Error('A query without a condition gave no row.');
    const stored = await rowsOf<StoredRow>(
      this.dataSource,
      `select key, resource, event, filter, owned_by as "ownedBy", external_id as "externalId", status, problem,
              active_since as "activeSince", reactivated_at as "reactivatedAt", repairs,
              next_repair_at as "nextRepairAt", secret_fingerprint as "secretFingerprint"
       from registrations where connection_id = $1`,
      [connectionId],
    );
    return { ...row, known: stored.map(toStored) };
  }

  /** Replaces what is stored about a connection by what the check that began at `checkedAt` found. */
  async record(owner: Owner, checkedAt: Date, found: readonly StoredRegistration[]): Promise<void> {
    const rows = found.map(({ key, registered, state }) => {
      const { resource, event, filter, ownedBy } = registered;
      return { id: uuidV7(), key, resource, event, filter, ownedBy: ownedBy ?? 'creator', ...state };
    });
    await inTransaction(this.dataSource, async (tx) => {
      await tx.query(`delete from registrations where connection_id = $1 and key <> all($2::text[])`, [
        owner.id,
        found.map(({ key }) => key),
      ]);
      await tx.query(upsert, [owner.id, owner.tenantId, checkedAt, JSON.stringify(rows)]);
      await tx.query(
        `insert into registration_checks (connection_id, checked_at) values ($1, $2)
         on conflict (connection_id) do update set checked_at = excluded.checked_at`,
        [owner.id, checkedAt],
      );
    });
  }

  /** Removes what is stored about a connection that is no more. */
  async forget(connectionId: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      await tx.query(`delete from registrations where connection_id = $1`, [connectionId]);
      await tx.query(`delete from registration_checks where connection_id = $1`, [connectionId]);
    });
  }
}

function toStored({ key, resource, event, filter, ownedBy, ...state }: StoredRow): StoredRegistration {
  const owner = ownedBy === 'org' ? ownedBy : undefined;
  return { key, registered: { resource, event, filter: filter ?? undefined, ownedBy: owner }, state };
}

function checkOf({ id, tenantId }: Owner): Parameters<typeof enqueueJobs>[0][number] {
  return { tenantId, connectionId: id, kind: registrationsKind, key: checkKey, payload: {}, credential: 'app' };
}
