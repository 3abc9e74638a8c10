import { Inject, Injectable } from '@nestjs/common';
import { OUTBOUND, type HttpCaller } from '../../common/outbound/http-caller.js';
import { OutboundFailed, OutboundRefused } from '../../common/outbound/outbound.errors.js';
import { ConnectionDirectory } from '../../connections/connection-directory.js';
import { CrmRefused } from '../../crm/crm.errors.js';
import { isCrm } from '../../crm/crm-platform.js';
import { recordKinds, type RecordKind, type RecordReference } from '../../crm/crm-record.js';
import { isJsonObject, textOf } from '../../common/json/json.js';
import { callOutcome } from '../../outbox/call-outcome.js';
import { connectionClosed, type Job, type JobHandler, type JobOutcome } from '../../outbox/job.js';
import { OutcomeUnknown } from '../../platforms/platform.errors.js';
import { PLATFORMS, type Platform } from '../../platforms/platform.js';
import { Accounts } from '../../tokens/accounts.js';
import { FieldWriting } from './field-writing.js';
import { MappingVersions } from '../mapping/mapping-versions.js';
import { Planner, type Plan } from '../mapping/planner.js';
import { ChangeTable, type ChangeAct, type ChangeEnd, type Fault, type TakenChange } from './change-table.js';
import { CrmCircuit } from './crm-circuit.js';
import { CrmMetrics } from './crm-metrics.js';
import { crmPushKind } from './crm-push.js';
import { EntryWriting, type TakenEntry, type Writing } from './entry-writing.js';

/** After this long a run leaves the rest to the next one. */
const runForMs = 45_000;
const callWithinMs = 15_000;

/**
 * Makes a record's timeline in the CRM what it shall be, one day after the other. Safe to run twice and to die at any point: each
 * try stands in the database before the CRM is called, and after one whose outcome is not known the CRM is looked at first.
 */
@Injectable()
export class CrmPushJob implements JobHandler {
  readonly kind = crmPushKind;
  readonly retryScope = 'crm:write';

  constructor(
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(OUTBOUND) private readonly http: HttpCaller,
    private readonly accounts: Accounts,
    private readonly directory: ConnectionDirectory,
    private readonly table: ChangeTable,
    private readonly writing: EntryWriting,
    private readonly fields: FieldWriting,
    private readonly planner: Planner,
    private readonly mappings: MappingVersions,
    private readonly circuit: CrmCircuit,
    private readonly metrics: CrmMetrics,
  ) {}

  async run(job: Job, signal: AbortSignal): Promise<JobOutcome> {
    const record = recordOf(job);
    if (record === undefined) return { kind: 'failed', reason: 'no-such-record' };
    if (this.directory.get(job.connectionId) === undefined) await this.directory.refresh();
    if (this.directory.isClosed(job.connectionId)) return connectionClosed;
    const connection = this.directory.get(job.connectionId);
    const platform = this.platforms.find(({ id }) => id === connection?.platform);
    if (connection === undefined || platform === undefined || !isCrm(platform)) {
      return { kind: 'failed', reason: 'connection-removed' };
    }
    const account = this.accounts.of(connection);
    const http: HttpCaller = {
      request: (call) => this.http.request({ timeoutMs: callWithinMs, ...call, signal: call.signal ?? signal }),
    };
    const began = performance.now();
    let isRenewed = false;
    while (performance.now() - began < runForMs && !signal.aborted) {
      const next = await this.table.take(job, record);
      if (next.kind === 'none') return { kind: 'done' };
      if (next.kind === 'wait') return { kind: 'retry', reason: 'outcome-unknown', afterMs: next.afterMs };
      const writing = { connector: platform.connector, calls: platform.connector.at(account, http) };
      const step = await this.#carryOut(next.change, writing, platform.id);
      if (step === undefined) {
        await this.circuit.answered(job);
        continue;
      }
      const isRefused = step.kind === 'parked' && step.reason === 'needs-authorization';
      // Another token may be to be had.
      if (isRefused && !isRenewed && (await account.refused())) isRenewed = true;
      else return this.circuit.outcome(job, step);
    }
    return { kind: 'retry', reason: 'continues', afterMs: 0 };
  }

  /** Undefined where the next one may follow. */
  async #carryOut(change: TakenChange, writing: Writing, platform: string): Promise<JobOutcome | undefined> {
    let act: ChangeAct = 'none';
    try {
      const plan = await this.#planOf(change, writing);
      const end = await this.#write(change, plan, writing, (begun) => {
        act = begun;
      });
      await this.table.end(change, end, act);
      this.metrics.ended(platform, change, end);
      return undefined;
    } catch (error) {
      const { end, outcome } = failed(error, act);
      await this.table.end(change, end, act);
      this.metrics.ended(platform, change, end);
      return outcome;
    }
  }

  async #planOf(change: TakenChange, { connector }: Writing): Promise<Plan> {
    if (!change.isLinked) return { kind: 'nothing', reason: 'unlinked' };
    return this.planner.plan(change, await this.mappings.get(change.connectionId, change.mappingVersion), connector);
  }

  async #write(change: TakenChange, plan: Plan, writing: Writing, begin: (act: ChangeAct) => void): Promise<ChangeEnd> {
    if (plan.kind === 'left') return { kind: 'skipped', reason: plan.reason };
    if (plan.kind === 'failed') {
      return { kind: 'failed', reason: 'expression-failed', fault: 'data', message: plan.message };
    }
    if (plan.kind === 'fields') return this.fields.write(change, plan.fields, writing.calls, begin);
    // What fields were set to stays when a link is undone.
    if (!isEntry(change)) return { kind: 'skipped', reason: 'unlinked' };
    return this.writing.write(change, plan, writing, begin);
  }
}

function isEntry(change: TakenChange): change is TakenEntry {
  return change.form !== 'fields';
}

/** What a failed call means for the change, and for the job where that ends with it. Throws what is not a failed call. */
function failed(error: unknown, act: ChangeAct): { readonly end: ChangeEnd; readonly outcome: JobOutcome | undefined } {
  if (error instanceof CrmRefused) {
    const { reason, crmMessage: message } = error;
    return { end: { kind: 'failed', reason, fault: faults[reason], message }, outcome: undefined };
  }
  if (error instanceof OutcomeUnknown || (error instanceof OutboundFailed && act !== 'none')) {
    const outcome: JobOutcome = { kind: 'retry', reason: 'outcome-unknown', afterMs: 1_000 };
    return { end: { kind: 'unknown', reason: 'outcome-unknown' }, outcome };
  }
  const outcome = error instanceof OutboundRefused ? callOutcome(error) : outcomeOf(error);
  return { end: { kind: 'again', reason: outcome.kind === 'done' ? 'error' : outcome.reason }, outcome };
}

function outcomeOf(error: unknown): JobOutcome {
  try {
    return callOutcome(error);
  } catch {
    // Not a failed call: a fault of ours, which the worker would log and try again; the change must not stay taken.
    return { kind: 'retry', reason: 'error' };
  }
}

const faults: Readonly<Record<CrmRefused['reason'], Fault>> = {
  invalid: 'data',
  gone: 'data',
  duplicate: 'data',
  forbidden: 'ours',
  broken: 'theirs',
};

function recordOf({ payload }: Job): RecordReference | undefined {
  if (!isJsonObject(payload)) return undefined;
  const [kind, externalId] = [textOf(payload, 'kind'), textOf(payload, 'externalId')];
  return isRecordKind(kind) && externalId !== undefined ? { kind, externalId } : undefined;
}

function isRecordKind(text: string | undefined): text is RecordKind {
  return recordKinds.some((kind) => kind === text);
}
