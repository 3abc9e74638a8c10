import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { rowsOf } from '../database/rows.js';
import { type Job } from './job.js';

/*
 * A job is leased, not locked: the transaction ends before the network is touched, and a process that dies in the middle
 * leaves a lease that ends by itself. Jobs of a connection that is paused are left alone.
 */
const lease = `
  with next as materialized (
    select j.id from jobs j
    where j.state = 'waiting' and j.run_at <= clock_timestamp() and j.connection_id <> all($3::uuid[])
      and not exists (select 1 from job_pauses p
                      where p.connection_id = j.connection_id and p.until > clock_timestamp())
    order by j.run_at limit $1 for update of j skip locked
  )
  update jobs j set attempts = attempts + 1, run_at = clock_timestamp() + make_interval(secs => $2)
  from next where next.id = j.id
  returning j.id, j.tenant_id as "tenantId", j.connection_id as "connectionId", j.kind, j.key, j.payload,
            j.attempts as attempt, j.requests, j.created_at as "createdAt"`;

/** Every change of a taken job says which lease it was made under, so that a late one changes nothing. */
const mine = `id = $1 and attempts = $2 and state = 'waiting'`;

/** The rows of the outbox. */
@Injectable()
export class JobTable {
  constructor(private readonly dataSource: DataSource) {}

  /** Takes up to `count` jobs whose time has come, none of these connections. */
  lease(count: number, leaseSeconds: number, busyConnections: readonly string[] = []): Promise<Job[]> {
    return rowsOf<Job>(this.dataSource, lease, [count, leaseSeconds, busyConnections]);
  }

  /** A job that is done leaves no row, as what it did stands elsewhere; one that was asked for meanwhile is done again. */
  async done(job: Job): Promise<void> {
    await this.dataSource.query(
      `with gone as (delete from jobs where ${mine} and requests = $3 returning id)
       update jobs set run_at = clock_timestamp(), last_reason = null
       where ${mine} and not exists (select 1 from gone)`,
      [job.id, job.attempt, job.requests],
    );
  }

  async retry(job: Job, reason: string, afterMs: number): Promise<void> {
    await this.dataSource.query(
      `update jobs set run_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000), last_reason = $4
       where ${mine}`,
      [job.id, job.attempt, afterMs, reason],
    );
  }

  /** Nothing of this connection is tried before that time. */
  async pause(connectionId: string, reason: string, forMs: number): Promise<void> {
    await this.dataSource.query(
      `insert into job_pauses (connection_id, until, reason)
       values ($1, clock_timestamp() + make_interval(secs => $2::float8 / 1000), $3)
       on conflict (connection_id) do update set
         until = greatest(job_pauses.until, excluded.until), reason = excluded.reason`,
      [connectionId, forMs, reason],
    );
  }

  /** Lets jobs of a connection go on that waited for a token. */
  async releaseForToken(connectionId: string): Promise<void> {
    await this.dataSource.query(
      `update jobs set state = 'waiting', run_at = clock_timestamp(), ended_at = null
       where connection_id = $1 and state = 'parked' and last_reason = 'needs-authorization'`,
      [connectionId],
    );
  }

  /** Moves jobs of paused connections out of the way of others, some at a time. */
  async defer(): Promise<void> {
    await this.dataSource.query(
      `with held as materialized (
         select j.id, p.until from jobs j join job_pauses p on p.connection_id = j.connection_id
         where p.until > clock_timestamp() and j.state = 'waiting' and j.run_at <= clock_timestamp()
         limit 1000 for update of j skip locked
       )
       update jobs set run_at = held.until + random() * interval '5 seconds' from held where held.id = jobs.id`,
    );
  }

  async end(job: Job, state: 'parked' | 'failed', reason: string): Promise<void> {
    await this.dataSource.query(
      `update jobs set state = $3, last_reason = $4, ended_at = clock_timestamp() where ${mine}`,
      [job.id, job.attempt, state, reason],
    );
  }

  /**
   * Parked jobs wait for their connection or their grant to be changed; this lets those go on for whom that has happened.
   * A grant that became active in the very moment of parking counts too. Answers how many.
   */
  async release(): Promise<number> {
    const rows = await rowsOf(
      this.dataSource,
      `update jobs j set state = 'waiting', run_at = clock_timestamp(), ended_at = null
       where j.state = 'parked' and (
         exists (select 1 from connections c
                 where c.id = j.connection_id and c.updated_at > j.ended_at and c.deleted_at is null)
         or exists (select 1 from grants g
                    where g.id = (j.payload ->> 'grantId')::uuid and g.state in ('active', 'revoked')
                      and g.updated_at > j.ended_at - interval '10 seconds'))
       returning j.id`,
    );
    return rows.length;
  }
}
