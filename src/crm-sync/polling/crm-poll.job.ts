import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { OUTBOUND, type HttpCaller } from '../../common/outbound/http-caller.js';
import { ConnectionDirectory } from '../../connections/connection-directory.js';
import { type OpenConnection } from '../../connections/open-connection.js';
import { type ConnectorCalls } from '../../crm/connector.js';
import { CrmRefused } from '../../crm/crm.errors.js';
import { isCrm, type CrmPlatform } from '../../crm/crm-platform.js';
import { type CrmRecord } from '../../crm/crm-record.js';
import { backOffMs } from '../../outbox/back-off.js';
import { callOutcome } from '../../outbox/call-outcome.js';
import { connectionClosed, type Job, type JobHandler, type JobOutcome } from '../../outbox/job.js';
import { PLATFORMS, type Platform } from '../../platforms/platform.js';
import { Accounts } from '../../tokens/accounts.js';
import { crmPollKind } from './crm-poll.js';
import { POLL_PACE, type PollPace } from './poll-pace.js';
import { PollTable } from './poll-table.js';

/** After this long a run leaves the rest to the next one. */
const runForMs = 45_000;
const callWithinMs = 15_000;
/** A CRM that is away is asked again after that long at the most. */
const longestBackOffMs = 300_000;
/** A connection whose CRM calls us; a change of it is seen at once. */
const restMs = 3_600_000;
/** Records of new links that are read between two pages, and for how long one that was not there is not looked for again. */
const readAtOnce = 50;
const readAgainMs = 3_600_000;

/**
 * Asks a CRM that does not call us for what changed, page by page, and puts each record into the delivery log, where it becomes a
 * fact like a call. Safe to run twice and to die at any point: a page and the position after it are stored by one statement.
 */
@Injectable()
export class CrmPollJob implements JobHandler {
  readonly kind = crmPollKind;
  readonly retryScope = 'crm:write';
  /** Records that were read, whether they were there or not. */
  readonly #read = new LRUCache<string, true>({ max: 10_000, ttl: readAgainMs });

  constructor(
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(OUTBOUND) private readonly http: HttpCaller,
    @Inject(POLL_PACE) private readonly pace: PollPace,
    private readonly accounts: Accounts,
    private readonly directory: ConnectionDirectory,
    private readonly table: PollTable,
  ) {}

  async run(job: Job, signal: AbortSignal): Promise<JobOutcome> {
    // Whoever changed the connection wants to see what becomes of it now.
    await this.directory.refresh();
    if (this.directory.isClosed(job.connectionId)) return connectionClosed;
    const connection = this.directory.get(job.connectionId);
    const platform = this.platforms.find(({ id }) => id === connection?.platform);
    if (connection === undefined || platform === undefined || !isCrm(platform)) return { kind: 'done' };
    const place = await this.table.begin(connection.id);
    const { pollAtMostEveryMs } = platform.connector;
    if (place === undefined || pollAtMostEveryMs === undefined) return { kind: 'done' };
    if (connection.webhookSecret(new Date()) !== undefined) {
      await this.table.rest(connection.id, restMs);
      return { kind: 'done' };
    }
    const account = this.accounts.of(connection);
    const http: HttpCaller = {
      request: (call) => this.http.request({ timeoutMs: callWithinMs, ...call, signal: call.signal ?? signal }),
    };
    const poll = (): Promise<JobOutcome> =>
      this.#poll(job, connection, platform, platform.connector.at(account, http), signal);
    const outcome = await poll();
    const isRefused = outcome.kind === 'parked' && outcome.reason === 'needs-authorization';
    // Another token may be to be had.
    return isRefused && (await account.refused()) ? poll() : outcome;
  }

  async #poll(
    job: Job,
    connection: OpenConnection,
    platform: CrmPlatform,
    calls: ConnectorCalls,
    signal: AbortSignal,
  ): Promise<JobOutcome> {
    const began = performance.now();
    try {
      while (performance.now() - began < runForMs && !signal.aborted) {
        const place = await this.table.place(connection.id);
        if (place === undefined) return { kind: 'done' };
        // What changes after it was read comes with a later page, so what it was before is known by then.
        const read = await this.#readUnknown(connection.id, calls);
        const page = await calls.changedAfter?.(place.position);
        if (page === undefined) return { kind: 'done' };
        const isLast = !page.hasMore && place.position !== undefined;
        const records = [...read.values()].flatMap((record) => record ?? []);
        await this.table.store(
          {
            asked: place.position,
            records: [...records, ...page.records],
            position: page.position,
            restMs: isLast ? this.#restMs(platform) : undefined,
          },
          connection,
          platform,
        );
        for (const key of read.keys()) this.#read.set(key, true);
        if (isLast) return { kind: 'done' };
      }
      return { kind: 'retry', reason: 'continues', afterMs: 0 };
    } catch (error) {
      return outcomeOf(error, job);
    }
  }

  /** Records that spaces came to belong to, as they are now: without that the first change of each would be no news. */
  async #readUnknown(connectionId: string, calls: ConnectorCalls): Promise<ReadonlyMap<string, CrmRecord | undefined>> {
    const read = new Map<string, CrmRecord | undefined>();
    for (const reference of await this.table.unknownRecords(connectionId)) {
      const key = `${connectionId} ${reference.kind}/${reference.externalId}`;
      if (this.#read.has(key)) continue;
      read.set(key, await calls.record(reference).catch(undefinedWhereRefused));
      if (read.size === readAtOnce) break;
    }
    return read;
  }

  #restMs({ connector: { pollAtMostEveryMs = 0 } }: CrmPlatform): number {
    return Math.max(this.pace.everyMs, pollAtMostEveryMs) * (0.9 + Math.random() * 0.2);
  }
}

function undefinedWhereRefused(error: unknown): undefined {
  if (!(error instanceof CrmRefused)) throw error;
  return undefined;
}

function outcomeOf(error: unknown, job: Job): JobOutcome {
  // Its administrator may give our user the right without a change of the connection.
  const outcome: JobOutcome =
    error instanceof CrmRefused ? { kind: 'retry', reason: `crm-${error.reason}` } : callOutcome(error);
  if (outcome.kind !== 'retry' || outcome.afterMs !== undefined) return outcome;
  return { ...outcome, afterMs: Math.min(backOffMs(job.attempt), longestBackOffMs) };
}
