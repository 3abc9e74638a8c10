import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { PUBLIC_URL, type PublicUrl } from '../common/http/public-url.js';
import { LOGGER } from '../common/observability/logger.js';
import { OUTBOUND, type HttpCaller } from '../common/outbound/http-caller.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { type OpenConnection } from '../connections/open-connection.js';
import { Readiness } from '../health/readiness.js';
import { callOutcome } from '../outbox/call-outcome.js';
import { connectionClosed, type Job, type JobHandler, type JobOutcome } from '../outbox/job.js';
import { NeedsAuthorization } from '../platforms/platform.errors.js';
import { PLATFORMS, type DesiredRegistration, type Platform, type RegistrationCalls } from '../platforms/platform.js';
import { RegistrationRefused } from '../platforms/registration-refused.js';
import { Accounts } from '../tokens/accounts.js';
import { carryOut, foreignRegistration, withoutSecret } from './registration-check.js';
import { registrationKey, secretFingerprint, webhookPath } from './registration-identity.js';
import { RegistrationMetrics } from './registration-metrics.js';
import {
  RegistrationTable,
  registrationsKind,
  type CheckStart,
  type StoredRegistration,
} from './registration-table.js';
import { planRegistrations, type RegistrationAction } from './registration.plan.js';
import { blocked, isLost, unseen, type RegistrationState } from './registration.state.js';

/**
 * Looks at all webhooks of one connection, makes them what they shall be as far as that can be done now, and writes down how
 * they are. Safe to repeat: what a try that broke off has made is found by its name and address.
 */
@Injectable()
export class RegistrationJob implements JobHandler {
  readonly kind = registrationsKind;

  constructor(
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(OUTBOUND) private readonly http: HttpCaller,
    @Inject(PUBLIC_URL) private readonly publicUrl: PublicUrl,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly directory: ConnectionDirectory,
    private readonly table: RegistrationTable,
    private readonly accounts: Accounts,
    private readonly metrics: RegistrationMetrics,
    private readonly readiness: Readiness,
  ) {}

  async run(job: Job, signal: AbortSignal): Promise<JobOutcome> {
    const start = await this.table.begin(job.connectionId);
    // A change that was made before `start.now` is seen by this check; a later one makes the connection due again.
    await this.directory.refresh();
    if (this.directory.isClosed(job.connectionId)) return connectionClosed;
    const connection = this.directory.get(job.connectionId);
    const registrations = this.platforms.find(({ id }) => id === connection?.platform)?.registrations;
    if (connection === undefined || registrations === undefined) {
      await this.table.forget(job.connectionId);
      return { kind: 'done' };
    }
    const desired = registrations.desired(connection.settings);
    if (desired.length === 0) {
      await this.table.record(connection, start.now, []);
      return { kind: 'done' };
    }
    const http: HttpCaller = { request: (call) => this.http.request({ ...call, signal }) };
    const account = this.accounts.of(connection);
    const check = (): Promise<JobOutcome> => this.#check(connection, desired, registrations.at(account, http), start);
    const outcome = await check();
    const isRefused = outcome.kind === 'parked' && outcome.reason === 'needs-authorization';
    // Another token may be to be had.
    return isRefused && (await account.refused()) ? check() : outcome;
  }

  async #check(
    connection: OpenConnection,
    desired: readonly DesiredRegistration[],
    calls: RegistrationCalls,
    start: CheckStart,
  ): Promise<JobOutcome> {
    const { now, changed } = start;
    const secret = connection.webhookSecret(now);
    // A webhook without a secret would send calls that prove nothing.
    if (secret === undefined) {
      await this.#recordBlocked(connection, desired, start, 'no-active-secret');
      return { kind: 'done' };
    }
    const known = new Map(start.known.map(({ key, state }) => [key, state]));
    const path = webhookPath(connection);
    const ours = {
      targetUrl: `${this.publicUrl()}${path}`,
      path,
      secretFingerprint: secretFingerprint(secret, connection.id),
      known,
      changed,
    };
    let actions: readonly RegistrationAction[];
    try {
      const ofOrganization = [...desired, ...start.known.map(({ registered }) => registered)].some(
        ({ ownedBy }) => ownedBy === 'org',
      );
      const actual = await calls.list({ ofOrganization });
      const seen = actual.map((one) => withoutSecret(one, connection.id));
      actions = planRegistrations(desired, seen, ours, now);
    } catch (error) {
      const outcome = outcomeOf(error);
      if (outcome.kind === 'parked') await this.#recordBlocked(connection, desired, start, outcome.reason);
      return outcome;
    }
    this.#tellLosses(connection, known, actions);
    const isReady = async (): Promise<boolean> => (await this.readiness.reasonNotReady()) === undefined;
    const found: StoredRegistration[] = [];
    let failure: { readonly error: unknown } | undefined;
    for (const action of actions) {
      // Nothing more is asked of a platform that does not answer; what was seen is written down all the same.
      if (failure !== undefined) {
        found.push(...seenBy(action, failure.error));
        continue;
      }
      try {
        const stored = await carryOut(action, { calls, ours, secret, now, isReady });
        if (stored !== undefined) found.push(stored);
        this.#tell(connection, action, stored);
      } catch (error) {
        failure = { error };
        found.push(...seenBy(action, error));
      }
    }
    await this.table.record(connection, now, found);
    return failure === undefined ? { kind: 'done' } : outcomeOf(failure.error);
  }

  async #recordBlocked(
    connection: OpenConnection,
    desired: readonly DesiredRegistration[],
    { now, known }: CheckStart,
    problem: string,
  ): Promise<void> {
    const stored = new Map(known.map((one) => [one.key, one]));
    for (const one of desired) {
      const key = registrationKey(one);
      if (!stored.has(key)) stored.set(key, { key, registered: one, state: unseen });
    }
    const found = [...stored.values()].map((one) => ({ ...one, state: blockedUnlessForeign(one.state, problem) }));
    await this.table.record(connection, now, found);
  }

  /** Each loss is told once, when it is first seen. */
  #tellLosses(
    connection: OpenConnection,
    known: ReadonlyMap<string, RegistrationState>,
    actions: readonly RegistrationAction[],
  ): void {
    for (const action of actions) {
      const before = 'key' in action ? known.get(action.key) : undefined;
      if (before === undefined || !('state' in action) || !isLost(before, action.state)) continue;
      const { resource, event } = action.desired;
      this.metrics.lost.inc({ platform: connection.platform, status: action.state.status });
      this.logger.warn(
        { connectionId: connection.id, resource, event, status: action.state.status, repairs: before.repairs },
        'a webhook has stopped at its platform; what happens until it is repaired is not told',
      );
    }
  }

  #tell(connection: OpenConnection, action: RegistrationAction, stored: StoredRegistration | undefined): void {
    if (action.kind === 'leave' || action.kind === 'report') return;
    this.metrics.actions.inc({ platform: connection.platform, action: action.kind });
    const { status, problem } = stored?.state ?? { status: 'removed', problem: null };
    const { resource, event } = 'desired' in action ? action.desired : { resource: undefined, event: undefined };
    const told = { connectionId: connection.id, action: action.kind, resource, event, status, problem };
    if (status === 'blocked') this.logger.warn(told, 'a platform refuses a webhook');
    else this.logger.info(told, 'a webhook was brought into line');
  }
}

/** What is known of a webhook that nothing could be done about. */
function seenBy(action: RegistrationAction, error: unknown): StoredRegistration[] {
  if (action.kind === 'report') return [foreignRegistration(action.seen)];
  if (action.kind === 'remove') return [];
  const state = error instanceof NeedsAuthorization ? blocked(action.state, 'needs-authorization') : action.state;
  return [{ key: action.key, registered: action.desired, state }];
}

function blockedUnlessForeign(state: RegistrationState, problem: string): RegistrationState {
  return state.status === 'foreign' ? state : blocked(state, problem);
}

function outcomeOf(error: unknown): JobOutcome {
  // Nothing about one webhook, but the list of them, or a call that none of our states stands for.
  if (error instanceof RegistrationRefused) {
    if (error.reason === 'not-allowed') return { kind: 'parked', reason: error.reason };
    return { kind: 'retry', reason: 'no-usable-answer' };
  }
  return callOutcome(error);
}
