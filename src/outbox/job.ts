import { type Scope } from '../auth/scopes.js';
import { type Tx } from '../database/transaction.js';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { type JsonValue } from '../common/json/json.js';
import { type Credential } from './credential.js';

/** Durable intent to do network I/O later. */
export interface NewJob {
  readonly tenantId: string;
  readonly connectionId: string;
  /** Which handler does it. */
  readonly kind: string;
  /** What it is about: a job of that kind and key that is open already is asked for again, not doubled. */
  readonly key: string;
  readonly payload: JsonValue;
  /** By whose token it calls; nothing where no other job shares it. */
  readonly credential?: Credential;
}

/** A job that this process has taken; nobody else works on it until its lease ends. */
export interface Job extends Omit<NewJob, 'credential'> {
  readonly credential?: Credential | null;
  readonly id: string;
  /** Which try this is, from 1; it also tells a lease from a later one of the same job. */
  readonly attempt: number;
  /** How often it had been asked for when it was taken. */
  readonly requests: number;
  /** Since when it is tried: when it was made, or last began anew after it had waited for somebody. */
  readonly triedSince: Date;
  /** Whether it goes alone, to see if the platform does its work again. */
  readonly isTrial: boolean;
}

/** What became of a try. */
export type JobOutcome =
  | { readonly kind: 'done' }
  /** Something that passes; `afterMs` where somebody said how long. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  /** As `retry`, and nobody else who calls by the same token needs to try before that. */
  | {
      readonly kind: 'pause';
      readonly reason: string;
      readonly afterMs: number;
      /** One job tries before the others go on: after the time that was `named`, or after one that is `doubled` each time. */
      readonly trial?: 'named' | 'doubled';
    }
  /** Waits for somebody to change the connection, for example its token. */
  | { readonly kind: 'parked'; readonly reason: string }
  /** Will never work; stays visible. */
  | { readonly kind: 'failed'; readonly reason: string };

/** The secrets of the job's connection cannot be opened here. Another process may, so it is not put off for long. */
export const connectionClosed: JobOutcome = { kind: 'retry', reason: 'connection-closed', afterMs: 5_000 };

/** Does jobs of one kind. Contract: idempotent, safe to run twice, never inside a transaction, ends by `signal`. */
export interface JobHandler {
  readonly kind: string;
  /** What a caller must be allowed besides `connections:write` to have such a job tried again. */
  readonly retryScope?: Scope;
  run(job: Job, signal: AbortSignal): Promise<JobOutcome>;
  /** What else is over when the outbox gives up a job that has failed for too long; before that stands in the job's row. */
  giveUp?(job: Job): Promise<void>;
}

/** Injection token of the list of all handlers. */
export const JOB_HANDLERS = Symbol('job handlers');

/*
 * A job that has not begun will see whatever its new cause is about. One that has begun may have looked too early, so it is
 * done once more; one that was given up has a new reason to be tried.
 */
const insertJobs = `
  insert into jobs (id, tenant_id, connection_id, kind, key, payload, credential)
  select r.* from json_to_recordset($1::json)
    as r(id uuid, "tenantId" text, "connectionId" uuid, kind text, key text, payload jsonb, credential text)
  on conflict (connection_id, kind, key) do update set
    requests = jobs.requests + 1,
    state = case jobs.state when 'failed' then 'waiting' else jobs.state end,
    run_at = case jobs.state when 'failed' then clock_timestamp() else jobs.run_at end,
    released_at = case jobs.state when 'failed' then clock_timestamp() else jobs.released_at end,
    ended_at = case jobs.state when 'failed' then null else jobs.ended_at end,
    waits_since = case jobs.state when 'failed' then clock_timestamp() else jobs.waits_since end
  where jobs.attempts > 0`;

/** Writes jobs in the transaction of their cause. */
export async function enqueueJobs(jobs: readonly NewJob[], tx: Tx): Promise<void> {
  if (jobs.length === 0) return;
  const distinct = new Map(jobs.map((job) => [JSON.stringify([job.connectionId, job.kind, job.key]), job]));
  // In one order everywhere, so that two transactions with the same jobs cannot wait for each other.
  const rows = [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, job]) => ({ id: uuidV7(), ...job }));
  await tx.query(insertJobs, [JSON.stringify(rows)]);
}
