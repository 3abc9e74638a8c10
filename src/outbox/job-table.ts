import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NotFound } from '../common/errors/liaison-error.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { type Credential } from './credential.js';
import { endJob, finishJob, goesOn, isLeased, releaseJobs, retryJob } from './job-changes.js';
import { type Job } from './job.js';
import { jobColumns, type JobRow } from './job.dto.js';

/** Whether pause `p` holds job `j`; one without a credential holds the whole connection. */
const isHeld = `
  p.connection_id = j.connection_id and p.credential in ('', j.credential) and p.until > clock_timestamp()`;

/*
 * A job is leased, not locked: the transaction ends before the network is touched, and a process that dies in the middle
 * leaves a lease that ends by itself. Jobs whose connection or credential is paused are left alone, and so are kinds that
 * nobody here knows: another version does them.
 */
const lease = `
  with next as materialized (
    select j.id from jobs j
    where j.state = 'waiting' and j.run_at <= clock_timestamp() and j.connection_id <> all($3::uuid[])
      and ($4::text[] is null or j.kind = any($4))
      and not exists (select 1 from job_pauses p where ${isHeld})
    order by j.run_at limit $1 for update of j skip locked
  )
  update jobs j set attempts = attempts + 1, run_at = clock_timestamp() + make_interval(secs => $2),
                    leased_until = clock_timestamp() + make_interval(secs => $2)
  from next where next.id = j.id
  returning j.id, j.tenant_id as "tenantId", j.connection_id as "connectionId", j.kind, j.key, j.payload,
            j.credential, j.attempts as attempt, j.requests, coalesce(j.released_at, j.created_at) as "triedSince"`;

/** The rows of the outbox. */
@Injectable()
export class JobTable {
  constructor(private readonly dataSource: DataSource) {}

  /** Takes up to `count` jobs whose time has come: of these kinds, where any are named, and none of these connections. */
  lease(
    count: number,
    leaseSeconds: number,
    busyConnections: readonly string[] = [],
    kinds: readonly string[] | null = null,
  ): Promise<Job[]> {
    return rowsOf<Job>(this.dataSource, lease, [count, leaseSeconds, busyConnections, kinds]);
  }

  /** See `finishJob`. */
  done(job: Job): Promise<void> {
    return finishJob(job, this.dataSource);
  }

  /** See `retryJob`. */
  retry(job: Job, reason: string, afterMs: number): Promise<void> {
    return retryJob(job, reason, afterMs, this.dataSource);
  }

  /** See `endJob`. */
  end(job: Job, state: 'parked' | 'failed', reason: string): Promise<void> {
    return endJob(job, state, reason, this.dataSource);
  }

  /** Throws `NotFound` for an unknown job and for another tenant's. */
  async get(tenantId: string, id: string): Promise<JobRow> {
    const sql = `select ${jobColumns} from jobs where id = $1 and tenant_id = $2`;
    const row = await firstRowOf<JobRow>(this.dataSource, sql, [id, tenantId]);
    if (row === undefined) throw new NotFound({ detail: 'There is no such job; it may be done.' });
    return row;
  }

  /**
   * Lets a job be tried again at once; one that is being done at this moment is left to whoever does it. Answers what it is
   * like then; throws as `get`.
   */
  async tryNow(tenantId: string, id: string): Promise<JobRow> {
    const row = await firstRowOf<JobRow>(
      this.dataSource,
      `update jobs set ${goesOn} where id = $1 and tenant_id = $2 and not (${isLeased}) returning ${jobColumns}`,
      [id, tenantId],
    );
    return row ?? this.get(tenantId, id);
  }

  /** Nothing that calls by that token is tried before that time, at this connection. */
  async pause(connectionId: string, credential: Credential, reason: string, forMs: number): Promise<void> {
    await this.dataSource.query(
      `insert into job_pauses (connection_id, credential, until, reason)
       values ($1, $2, clock_timestamp() + make_interval(secs => $3::float8 / 1000), $4)
       on conflict (connection_id, credential) do update set
         until = greatest(job_pauses.until, excluded.until), reason = excluded.reason`,
      [connectionId, credential, forMs, reason],
    );
  }

  /** Lets jobs of a connection go on that waited for a token of that organisation. */
  async releaseForToken(connectionId: string, organizationExternalId: string): Promise<void> {
    const waiting = `j.connection_id = $1 and j.state = 'parked' and j.last_reason = 'needs-authorization'
      and j.payload ->> 'organizationExternalId' = $2`;
    await releaseJobs(waiting, [connectionId, organizationExternalId], this.dataSource);
  }

  /** Moves jobs that are paused out of the way of others, some at a time, and forgets pauses that are over. */
  async defer(): Promise<void> {
    await this.dataSource.query(`delete from job_pauses where until < clock_timestamp()`);
    await this.dataSource.query(
      `with held as materialized (
         select j.id, p.until from jobs j join job_pauses p on ${isHeld}
         where j.state = 'waiting' and j.run_at <= clock_timestamp()
         limit 1000 for update of j skip locked
       )
       update jobs set run_at = held.until + random() * interval '5 seconds' from held where held.id = jobs.id`,
    );
  }

  /**
   * Parked jobs wait for their connection or their grant to be changed; this lets those go on for whom that has happened.
   * A grant that became active in the very moment of parking counts too. Answers how many.
   */
  release(): Promise<number> {
    return releaseJobs(
      `j.state = 'parked' and (
         exists (select 1 from connections c
                 where c.id = j.connection_id and c.updated_at > j.ended_at and c.deleted_at is null)
         or exists (select 1 from grants g
                    where g.id = (j.payload ->> 'grantId')::uuid and g.state in ('active', 'revoked')
                      and g.updated_at > j.ended_at - interval '10 seconds'))`,
      [],
      this.dataSource,
    );
  }
}
