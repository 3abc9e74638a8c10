import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NotFound } from '../common/errors/liaison-error.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { endJob, finishJob, goesOn, isLeased, releaseJobs, retryJob } from './job-changes.js';
import { isPauseOf, laneOf } from './job-lanes.js';
import { type Job } from './job.js';
import { jobColumns, type JobRow } from './job.dto.js';

const lane = laneOf('j');
const isDue = `j.state = 'waiting' and j.run_at <= now() and ($4::text[] is null or j.kind = any($4))`;
const inLane = (lanes: string): string => `j.connection_id = ${lanes}.connection_id and ${lane} = ${lanes}.lane`;

/*
 * A job is leased, not locked: the transaction ends before the network is touched, and a process that dies in the middle
 * leaves a lease that ends by itself. Kinds that nobody here knows are left alone: another version does them.
 *
 * Lanes are found by going from one to the next in the index, so that a lane which rests costs one look, however many jobs
 * stand in it. Of those that may go, the ones whose head has waited longest are taken from; in a lane the oldest cause is first,
 * and where a rest was for want of answers, one job goes alone.
 */
export const leaseStatement = `
  with recursive lanes (connection_id, lane) as (
    (select j.connection_id, ${lane} from jobs j where j.state = 'waiting' order by 1, 2 limit 1)
    union all
    select following.* from lanes cross join lateral (
      select j.connection_id, ${lane} from jobs j
      where j.state = 'waiting' and (j.connection_id, ${lane}) > (lanes.connection_id, lanes.lane)
      order by 1, 2 limit 1
    ) as following
  ),
  ready as (
    select lanes.*, pauses.trial from lanes
    cross join lateral (
      select coalesce(bool_or(p.until > now()), false) as closed, coalesce(bool_or(p.failures > 0), false) as trial
      from job_pauses p where ${isPauseOf('lanes.connection_id', 'lanes.lane')}
    ) as pauses
    cross join lateral (
      select j.waits_since, j.id from jobs j where ${inLane('lanes')} and ${isDue} order by j.waits_since, j.id limit 1
    ) as head
    where lanes.connection_id <> all($3::uuid[]) and not pauses.closed
      and not (pauses.trial and exists (
        select from jobs j where j.state = 'waiting' and ${inLane('lanes')} and ${isLeased}))
    order by head.waits_since, head.id limit $1
  ),
  next as materialized (
    select oldest.id, ready.trial from ready
    cross join lateral (
      select j.id, j.waits_since from jobs j where ${inLane('ready')} and ${isDue}
      order by j.waits_since, j.id limit case when ready.trial then 1 else $1 end for update of j skip locked
    ) as oldest
    order by oldest.waits_since, oldest.id limit $1
  ),
  taken as (
    update jobs j set attempts = attempts + 1, run_at = clock_timestamp() + make_interval(secs => $2),
                      leased_until = clock_timestamp() + make_interval(secs => $2)
    from next where next.id = j.id
    returning j.*, next.trial
  )
  select id, tenant_id as "tenantId", connection_id as "connectionId", kind, key, payload, credential, attempts as attempt,
         requests, coalesce(released_at, created_at) as "triedSince", trial as "isTrial"
  from taken order by waits_since, id`;

/** The rows of the outbox. */
@Injectable()
export class JobTable {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Takes up to `count` jobs whose time has come, those that have waited longest: of these kinds, where any are named, and none
   * of these connections.
   */
  lease(
    count: number,
    leaseSeconds: number,
    busyConnections: readonly string[] = [],
    kinds: readonly string[] | null = null,
  ): Promise<Job[]> {
    return rowsOf<Job>(this.dataSource, leaseStatement, [count, leaseSeconds, busyConnections, kinds]);
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

  /** Lets jobs of a connection go on that waited for a token of that organisation. */
  async releaseForToken(connectionId: string, organizationExternalId: string): Promise<void> {
    const waiting = `j.connection_id = $1 and j.state = 'parked' and j.last_reason = 'needs-authorization'
      and j.payload ->> 'organizationExternalId' = $2`;
    await releaseJobs(waiting, [connectionId, organizationExternalId], this.dataSource);
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
