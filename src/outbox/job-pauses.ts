import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { firstRowOf } from '../database/rows.js';
import { type Job } from './job.js';

const firstRestSeconds = 1;
const longestRestSeconds = 5 * 60;
/** A trial that nobody makes, as no job is left, is no reason to go slowly for ever. */
const forgottenAfter = `interval '1 hour'`;

/** How long nobody asks after so many trials in vain: doubled each time, of which a random part is taken. */
const restSeconds = (failures: string): string => `
  least(${longestRestSeconds}, ${firstRestSeconds} * power(2, least(${failures}, 20) - 1)) * (0.5 + random() / 2)`;

/** Milliseconds until then, and the row's own clock, so that no other one is needed. */
const leftMs = `greatest(0, extract(epoch from p.until - clock_timestamp()) * 1000)::float8 as "leftMs"`;

/** A platform asks for rest, and goes on as before when that is over. */
const pause = `
  insert into job_pauses as p (connection_id, credential, until, reason)
  values ($1, $2, clock_timestamp() + make_interval(secs => $3::float8 / 1000), $4)
  on conflict (connection_id, credential) do update set
    until = greatest(p.until, excluded.until), reason = excluded.reason
  returning ${leftMs}`;

/*
 * A platform does not do its work. All processes see the same row, so that there is one back-off of a lane and not one for each
 * process. Only a trial in vain makes it longer: what was under way when the rest began says nothing new. $5 says whether the
 * platform named the time, which is kept as it is.
 */
const rest = `
  insert into job_pauses as p (connection_id, credential, until, reason, failures)
  values ($1, $2, clock_timestamp() + make_interval(
            secs => greatest($3::float8 / 1000, case when $5 then ${firstRestSeconds} else ${restSeconds('1')} end)), $4, 1)
  on conflict (connection_id, credential) do update set
    failures = greatest(1, p.failures + case when $6 and not $5 then 1 else 0 end),
    reason = excluded.reason,
    until = greatest(p.until, clock_timestamp() + make_interval(
      secs => greatest($3::float8 / 1000,
                       case when $5 then ${firstRestSeconds}
                            when p.until > clock_timestamp() and not $6 then 0
                            else ${restSeconds(`greatest(1, p.failures + case when $6 then 1 else 0 end)`)} end)))
  returning ${leftMs}`;

/** Whose lane it is. */
type Member = Pick<Job, 'connectionId' | 'credential'>;

/** Who has to be left alone, and until when; every process keeps to it. */
@Injectable()
export class JobPauses {
  constructor(private readonly dataSource: DataSource) {}

  /** Nothing that calls by the job's token is tried for so long. Answers the ms until when that is. */
  pause(job: Member, reason: string, forMs: number): Promise<number> {
    return this.#written(pause, job, [forMs, reason]);
  }

  /**
   * As `pause`, for at least so long; after that one job tries, and the others follow once it was `answered`. Each trial in vain
   * doubles the time, from a second to five minutes, unless the platform itself named it.
   */
  rest(job: Member & Pick<Job, 'isTrial'>, reason: string, atLeastMs: number, isNamed: boolean): Promise<number> {
    return this.#written(rest, job, [atLeastMs, reason, isNamed, job.isTrial]);
  }

  /** The platform did what a trial asked for: all others may go on. */
  async answered({ connectionId, credential }: Member): Promise<void> {
    await this.dataSource.query(
      `delete from job_pauses where connection_id = $1 and credential = $2 and until <= clock_timestamp()`,
      [connectionId, credential ?? ''],
    );
  }

  /** Forgets what is over. */
  async forget(): Promise<void> {
    await this.dataSource.query(
      `delete from job_pauses where until < clock_timestamp() - case when failures = 0 then interval '0' else ${forgottenAfter} end`,
    );
  }

  /** A job that shares its token with no other waits for itself alone. */
  async #written(sql: string, { connectionId, credential }: Member, parameters: readonly unknown[]): Promise<number> {
    const [forMs = 0] = parameters;
    if (credential === null || credential === undefined) return Number(forMs);
    const row = await firstRowOf<{ leftMs: number }>(this.dataSource, sql, [connectionId, credential, ...parameters]);
    return row?.leftMs ?? 0;
  }
}
