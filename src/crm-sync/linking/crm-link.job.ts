import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { LOGGER } from '../../common/observability/logger.js';
import { OUTBOUND, type HttpCaller } from '../../common/outbound/http-caller.js';
import { ConnectionDirectory } from '../../connections/connection-directory.js';
import { type OpenConnection } from '../../connections/open-connection.js';
import { isCrm, type CrmPlatform } from '../../crm/crm-platform.js';
import { callOutcome } from '../../outbox/call-outcome.js';
import { connectionClosed, type Job, type JobHandler, type JobOutcome } from '../../outbox/job.js';
import { PLATFORMS, type Platform } from '../../platforms/platform.js';
import { Accounts, type WorkingAccount } from '../../tokens/accounts.js';
import { CrmCircuit } from '../changes/crm-circuit.js';
import { candidatesOf, type Candidate } from './candidates.js';
import { crmLinkKind } from './crm-link.js';
import { LinkRuleTable } from './link-rule-table.js';
import { type LinkRule } from './link-rule.js';
import { lookupsFor, materialOf } from './material.js';
import { LookupTable } from './lookup-table.js';
import { MentionTable } from './mention-table.js';
import { mentionsIn } from './mentions.js';
import { RecordFinder } from './record-finder.js';
import { SpaceReader, type SpaceReading } from './space-reading.js';
import { Suggestions } from './suggestions.js';
import { UserTable } from './user-table.js';

const callWithinMs = 15_000;

type Found = { readonly candidates: readonly Candidate[] } | { readonly outcome: JobOutcome };

interface Target {
  readonly connection: OpenConnection;
  readonly platform: CrmPlatform;
}

/**
 * Looks which records of a CRM a space belongs to by its rules, and who its people are there. Safe to run twice: it reads what is,
 * and what was answered stays answered when it must begin again.
 */
@Injectable()
export class CrmLinkJob implements JobHandler {
  readonly kind = crmLinkKind;
  readonly retryScope = 'crm:write';

  constructor(
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(OUTBOUND) private readonly http: HttpCaller,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly accounts: Accounts,
    private readonly directory: ConnectionDirectory,
    private readonly rules: LinkRuleTable,
    private readonly reader: SpaceReader,
    private readonly mentions: MentionTable,
    private readonly lookups: LookupTable,
    private readonly finder: RecordFinder,
    private readonly users: UserTable,
    private readonly suggestions: Suggestions,
    private readonly circuit: CrmCircuit,
  ) {}

  async run(job: Job, signal: AbortSignal): Promise<JobOutcome> {
    const { connectionId } = job;
    if (this.directory.get(connectionId) === undefined) await this.directory.refresh();
    if (this.directory.isClosed(connectionId)) return connectionClosed;
    const connection = this.directory.get(connectionId);
    const platform = this.platforms.find(({ id }) => id === connection?.platform);
    if (connection === undefined || platform === undefined || !isCrm(platform)) {
      return { kind: 'failed', reason: 'connection-removed' };
    }
    const account = this.accounts.of(connection);
    let isRenewed = false;
    for (;;) {
      const outcome = await this.#look(job, { connection, platform }, account, signal);
      if (outcome.kind === 'done' || outcome.reason === 'continues') {
        await this.circuit.answered(job);
        return outcome;
      }
      const isRefused = outcome.kind === 'parked' && outcome.reason === 'needs-authorization';
      // Another token may be to be had.
      if (!isRefused || isRenewed || !(await account.refused())) return this.circuit.outcome(job, outcome);
      isRenewed = true;
    }
  }

  async #look(
    job: Job,
    { connection, platform }: Target,
    account: WorkingAccount,
    signal: AbortSignal,
  ): Promise<JobOutcome> {
    const { tenantId, connectionId, key: spaceId } = job;
    const rules = await this.rules.ofConnection(connectionId);
    const textRules = rules.filter(({ signals }) => signals.text !== undefined).map(({ id }) => id);
    const space = await this.reader.read(tenantId, spaceId, { connectionId, textRules });
    const found: Found =
      space === undefined ? { candidates: [] } : await this.#find(job, { rules, space }, { platform, account, signal });
    if ('outcome' in found) return found.outcome;
    if (space === undefined) await this.mentions.keep({ tenantId, connectionId }, spaceId, []);
    const at = { spaceId, platform: connection.platform, title: space?.title };
    const kept = await this.suggestions.keep(job, at, found.candidates);
    for (const linkId of kept?.activated ?? []) this.logger.info({ linkId, spaceId }, 'a rule has linked a space');
    await this.lookups.forgetUnused(connectionId);
    return { kind: 'done' };
  }

  /** The records that the rules find, or what becomes of the job where the CRM has not said all by now. */
  async #find(
    { tenantId, connectionId }: Job,
    { rules, space }: { readonly rules: readonly LinkRule[]; readonly space: SpaceReading },
    { platform, account, signal }: { platform: CrmPlatform; account: WorkingAccount; signal: AbortSignal },
  ): Promise<Found> {
    const owner = { tenantId, connectionId };
    const mentions = await mentionsIn(space, rules);
    await this.mentions.keep(owner, space.id, mentions);
    const userDomains = await this.users.domains(connectionId);
    const lookups = lookupsFor(rules, { space, mentions, userDomains });
    const http: HttpCaller = {
      request: (call) => this.http.request({ timeoutMs: callWithinMs, ...call, signal: call.signal ?? signal }),
    };
    const { connector } = platform;
    try {
      const calls = connector.at(account, http);
      const answers = await this.finder.find(owner, lookups, { connector, calls, signal });
      if (answers === undefined) return { outcome: { kind: 'retry', reason: 'continues', afterMs: 0 } };
      const read = { space, mentions, userDomains };
      return { candidates: rules.flatMap((rule) => candidatesOf(rule, materialOf(rule, read, answers))) };
    } catch (error) {
      return { outcome: callOutcome(error) };
    }
  }
}
