import { Inject, Injectable } from '@nestjs/common';
import { isJsonObject, textOf, type JsonValue } from '../common/json/json.js';
import { OUTBOUND, type HttpCaller } from '../common/outbound/http-caller.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { type OpenConnection } from '../connections/open-connection.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { fetchedDelivery, fetchedHeaders } from '../deliveries/fetched-delivery.js';
import { callOutcome } from '../outbox/call-outcome.js';
import { connectionClosed, type Job, type JobHandler, type JobOutcome } from '../outbox/job.js';
import { NeedsAuthorization } from '../platforms/platform.errors.js';
import { PLATFORMS, type FetchAnswer, type FetchRequest, type Platform } from '../platforms/platform.js';
import { ORGANIZATION_TOKENS, type OrganizationTokens } from '../platforms/organization-tokens.js';
import { Accounts } from '../tokens/accounts.js';
import { hydrateKind } from './hydration.reaction.js';

/** A refusal may pass (a membership that is still being made), so it is believed only after this many tries. */
const triesBeforeRefusal = 3;
const triesBeforeParking = 10;
const forbidden = 403;

/**
 * Asks a platform's API for what a call left out and puts the answer into the delivery log, where it becomes facts like
 * any call: in the lane of its space, byte for byte, replayable. Done twice, the second answer is the first one's copy.
 */
@Injectable()
export class HydrationJob implements JobHandler {
  readonly kind = hydrateKind;
  readonly #platforms: ReadonlyMap<string, Platform>;

  constructor(
    @Inject(PLATFORMS) platforms: readonly Platform[],
    @Inject(OUTBOUND) private readonly http: HttpCaller,
    @Inject(ORGANIZATION_TOKENS) private readonly tokens: OrganizationTokens,
    private readonly accounts: Accounts,
    private readonly directory: ConnectionDirectory,
    private readonly log: DeliveryLog,
  ) {
    this.#platforms = new Map(platforms.map((platform) => [platform.id, platform]));
  }

  async run(job: Job, signal: AbortSignal): Promise<JobOutcome> {
    const request = requestIn(job.payload);
    const connection = this.directory.get(job.connectionId);
    const platform = this.#platforms.get(connection?.platform ?? '');
    if (this.directory.isClosed(job.connectionId)) return connectionClosed;
    if (connection === undefined) return { kind: 'failed', reason: 'connection-removed' };
    if (request === undefined || platform?.hydration === undefined) return { kind: 'failed', reason: 'not-fetchable' };
    const account = this.accounts.of(connection);
    try {
      const http = { request: (call: Parameters<HttpCaller['request']>[0]) => this.http.request({ ...call, signal }) };
      const answers = await platform.hydration.fetch(request, account, http);
      const isRefused = answers.some((answer) => answer.status === forbidden);
      if (isRefused && job.attempt < triesBeforeRefusal) return { kind: 'retry', reason: 'refused' };
      const occasion = `${job.id} ${job.requests}`;
      for (const answer of answers) await this.#store(request, answer, occasion, { connection, platform });
      return { kind: 'done' };
    } catch (error) {
      const organization = request.organizationExternalId;
      // Its token has died before its time: while the organisation allows the app, there is a new one to be had.
      if (error instanceof NeedsAuthorization && organization !== undefined) {
        const isRenewed = await this.tokens.renew(connection, organization);
        if (isRenewed && job.attempt < triesBeforeParking) return { kind: 'retry', reason: 'token-renewed' };
      }
      if (error instanceof NeedsAuthorization && job.attempt < triesBeforeParking && (await account.refused())) {
        return { kind: 'retry', reason: 'token-refused', afterMs: 0 };
      }
      return callOutcome(error);
    }
  }

  async #store(
    request: FetchRequest,
    answer: FetchAnswer,
    occasion: string,
    { connection, platform }: { readonly connection: OpenConnection; readonly platform: Platform },
  ): Promise<void> {
    const { resource, externalId, spaceExternalId } = request;
    const { status, contentType, body, sourceTimeMs } = answer;
    const delivery = fetchedDelivery({ resource, externalId, spaceExternalId, status, contentType, body }, new Date());
    await this.log.append(delivery, {
      tenantId: connection.tenantId,
      connectionId: connection.id,
      platform: platform.id,
      laneKey: spaceExternalId,
      sourceTimeMs,
      platformIndex: undefined,
      retryCount: undefined,
      keptHeaders: fetchedHeaders,
      // A job that runs twice stores one answer; the same answer to a later question is news: so it is again.
      identity: `${resource}/${externalId} ${status} ${occasion}`,
    });
  }
}

function requestIn(payload: JsonValue): FetchRequest | undefined {
  if (!isJsonObject(payload)) return undefined;
  const [resource, externalId] = [textOf(payload, 'resource'), textOf(payload, 'externalId')];
  const spaceExternalId = textOf(payload, 'spaceExternalId');
  const organizationExternalId = textOf(payload, 'organizationExternalId');
  if (resource === undefined || externalId === undefined || spaceExternalId === undefined) return undefined;
  return {
    resource,
    externalId,
    spaceExternalId,
    ...(organizationExternalId === undefined ? {} : { organizationExternalId }),
  };
}
