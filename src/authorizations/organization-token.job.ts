import { Inject, Injectable } from '@nestjs/common';
import { isJsonObject, textOf } from '../common/json/json.js';
import { OUTBOUND, type HttpCaller } from '../common/outbound/http-caller.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { callOutcome } from '../outbox/call-outcome.js';
import { JobTable } from '../outbox/job-table.js';
import { connectionClosed, type Job, type JobHandler, type JobOutcome } from '../outbox/job.js';
import { AppTokenRefused } from '../platforms/platform.errors.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import { Accounts } from '../tokens/accounts.js';
import { OrganizationTokenTable, organizationTokenKind, type ToldOrganization } from './organization-token-table.js';

/** With another token of the app's own each time. */
const triesBeforeParking = 10;

/** Fetches the tokens of an organisation that authorized the app, and seals them. */
@Injectable()
export class OrganizationTokenJob implements JobHandler {
  readonly kind = organizationTokenKind;

  constructor(
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(OUTBOUND) private readonly http: HttpCaller,
    private readonly tokens: OrganizationTokenTable,
    private readonly accounts: Accounts,
    private readonly jobs: JobTable,
    private readonly directory: ConnectionDirectory,
  ) {}

  async run(job: Job, signal: AbortSignal): Promise<JobOutcome> {
    const connection = this.directory.get(job.connectionId);
    if (this.directory.isClosed(job.connectionId)) return connectionClosed;
    if (connection === undefined) return { kind: 'failed', reason: 'connection-removed' };
    const access = this.platforms.find((platform) => platform.id === connection.platform)?.organizations;
    const wanted = wantedBy(job);
    if (access === undefined || wanted === undefined) return { kind: 'failed', reason: 'no-organizations' };
    // A revocation has made a new generation: what is fetched now would be thrown away.
    if (!(await this.tokens.isCurrent(wanted.key, wanted.generation))) return { kind: 'done' };
    const account = this.accounts.of(connection);
    try {
      const http: HttpCaller = { request: (call) => this.http.request({ ...call, signal }) };
      const { applicationExternalId, toldId } = wanted.key;
      const target = { applicationExternalId, organizationExternalId: toldId };
      const refreshToken = await this.tokens.refreshTokenFor(wanted.key, wanted.generation, connection.audience);
      const tokens = await access.fetchTokens({ ...target, refreshToken }, account, http);
      const isStored = await this.tokens.store(wanted.key, wanted.generation, {
        ...tokens,
        audience: connection.audience,
      });
      if (isStored) await this.jobs.releaseForToken(connection.id, wanted.key.organizationExternalId);
      return { kind: 'done' };
    } catch (error) {
      const mayHelp = error instanceof AppTokenRefused && job.attempt < triesBeforeParking;
      if (mayHelp && (await account.refused())) {
        return { kind: 'retry', reason: 'token-refused', ...(job.attempt === 1 ? { afterMs: 0 } : {}) };
      }
      return callOutcome(error);
    }
  }
}

function wantedBy({ payload, connectionId, tenantId }: Job): { key: ToldOrganization; generation: string } | undefined {
  if (!isJsonObject(payload)) return undefined;
  const applicationExternalId = textOf(payload, 'applicationExternalId');
  const organizationExternalId = textOf(payload, 'organizationExternalId');
  const [toldId, generation] = [textOf(payload, 'toldId'), textOf(payload, 'generation')];
  if (applicationExternalId === undefined || organizationExternalId === undefined) return undefined;
  if (toldId === undefined || generation === undefined) return undefined;
  return { key: { connectionId, tenantId, applicationExternalId, organizationExternalId, toldId }, generation };
}
