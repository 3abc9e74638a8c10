import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { type Caller } from '../auth/caller.js';
import { Conflict, InvalidInput, LiaisonError, NotFound } from '../common/errors/liaison-error.js';
import { PUBLIC_URL, type PublicUrl } from '../common/http/public-url.js';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { storableText } from '../common/json/storable.js';
import { LOGGER } from '../common/observability/logger.js';
import { OUTBOUND, type HttpCaller } from '../common/outbound/http-caller.js';
import { accountOf } from '../connections/connection-account.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { type OpenConnection } from '../connections/open-connection.js';
import { type GrantSubject, type OAuthServer, type UserGrants } from '../platforms/oauth-server.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import { untilAsked } from '../database/until-asked.js';
import { GrantTable } from '../tokens/grant-table.js';
import { OAuthClient } from '../tokens/oauth-client.js';
import { CallbackRefused } from '../tokens/token.errors.js';
import { GrantActivation, type CallbackOutcome } from './grant-activation.js';
import { GrantRequests, type GrantRequest } from './grant-requests.js';

/** A browser waits about so long. */
const activateForMs = 45_000;

/** Codes and secrets go to the addresses that the user was sent to, and to no others. */
function isFor({ audience }: GrantRequest, connection: OpenConnection): boolean {
  return audience === null || audience === connection.audience;
}

/** Starts grants and takes users back in. */
@Injectable()
export class GrantsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly table: GrantTable,
    private readonly requests: GrantRequests,
    private readonly activation: GrantActivation,
    private readonly directory: ConnectionDirectory,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(OUTBOUND) private readonly http: HttpCaller,
    @Inject(PUBLIC_URL) private readonly publicUrl: PublicUrl,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Throws `NotFound` for another tenant's connection, `InvalidInput` where users cannot be asked for consent. */
  async start(
    caller: Pick<Caller, 'tenantId' | 'subject'>,
    connectionId: string,
    scopes: readonly string[] | undefined,
  ): Promise<{ id: string; authorizeUrl: string }> {
    const connection = await this.#connection(caller.tenantId, connectionId);
    const { grants, server } = await this.#access(connection);
    const id = uuidV7();
    const asked = scopes ?? grants.defaultScopes;
    const request = await this.table.transaction(async (tx) => {
      await tx.query(
        `insert into grants (id, tenant_id, connection_id, state, scopes, requested_by)
         values ($1, $2, $3, 'pending', $4, $5)`,
        [id, caller.tenantId, connectionId, asked, caller.subject],
      );
      return this.requests.open(this.#requestOf(caller, connection, id), tx);
    });
    return { id, authorizeUrl: await this.#authorizeUrl(server, asked, request) };
  }

  /**
   * The same for a grant that has lost its tokens, or soon will: its user consents again, to the same scopes unless others are
   * named. Throws `Conflict` for a grant that was never active or is over for good, `InvalidInput` for one of another connection
   * than the one that is named.
   */
  async reconnect(
    caller: Pick<Caller, 'tenantId' | 'subject'>,
    id: string,
    asked: { readonly connectionId?: string; readonly scopes?: readonly string[] | undefined } = {},
  ): Promise<{ id: string; authorizeUrl: string }> {
    const grant = await this.table.find(id);
    if (grant?.tenantId !== caller.tenantId) throw new NotFound({ detail: 'There is no such grant.' });
    if (asked.connectionId !== undefined && asked.connectionId !== grant.connectionId) {
      throw new InvalidInput({
        detail: 'The grant is of another connection.',
        faults: [{ pointer: '/connectionId', detail: 'must be the connection of the grant' }],
      });
    }
    if (grant.state !== 'needs-reauthorization' && grant.state !== 'active') {
      throw new Conflict({ detail: 'Only a grant that was active once can be connected again; start a new one.' });
    }
    const connection = await this.#connection(caller.tenantId, grant.connectionId);
    const { server } = await this.#access(connection);
    const request = await this.requests.open(this.#requestOf(caller, connection, id), this.dataSource.manager);
    return { id, authorizeUrl: await this.#authorizeUrl(server, asked.scopes ?? grant.scopes, request) };
  }

  /**
   * Takes a user back in. The state decides everything: without one of ours that is fresh and unused nothing happens.
   * Never throws for what comes from outside.
   */
  async finish(callback: URL): Promise<CallbackOutcome> {
    const state = callback.searchParams.get('state');
    const request = state === null ? undefined : await this.requests.take(state);
    if (state === null || request === undefined) {
      return { kind: callback.searchParams.has('error') ? 'denied' : 'expired' };
    }
    try {
      const connection = await this.#connectionOf(request);
      if (connection === undefined) return await this.#fail(request, 'connection-removed');
      if (!isFor(request, connection)) return await this.#fail(request, 'connection-changed');
      const { grants, server } = await this.#access(connection);
      const client = new OAuthClient(server, this.http);
      const ours = new URL(request.redirectUri);
      ours.search = callback.search;
      const { tokens, answer } = await client.exchange(ours, { state, verifier: request.verifier });
      const subject = storableSubject(await grants.whoIs(tokens.accessToken, answer, accountOf(connection), this.http));
      const isRevocable = server.revocationEndpoint !== undefined;
      const consented = { subject, tokens, isRevocable, audience: connection.audience };
      // The code has been used up: a database that is away, or busy, for a while must not cost the user their consent.
      return (await untilAsked(() => this.activation.activate(request, consented), activateForMs)).answer;
    } catch (error) {
      if (error instanceof CallbackRefused && error.reason === 'access_denied') return this.#deny(request);
      this.logger.warn({ err: error, grantId: request.grantId }, 'a grant could not be completed');
      return this.#fail(request, error instanceof LiaisonError ? error.code : 'error');
    }
  }

  /** A no leaves a grant that was active as it was, and ends one that was asked for the first time. */
  async #deny(request: GrantRequest): Promise<CallbackOutcome> {
    await this.#end(request, 'denied', 'access-denied');
    return { kind: 'denied' };
  }

  async #fail(request: GrantRequest, reason: string): Promise<CallbackOutcome> {
    await this.#end(request, 'failed', reason);
    return { kind: 'failed' };
  }

  async #end({ grantId }: GrantRequest, state: 'denied' | 'failed', reason: string): Promise<void> {
    await this.dataSource.query(
      `update grants set state = $2, reason = $3, updated_at = clock_timestamp() where id = $1 and state = 'pending'`,
      [grantId, state, reason],
    );
  }

  #requestOf(
    { tenantId, subject }: Pick<Caller, 'tenantId' | 'subject'>,
    { id: connectionId, audience }: OpenConnection,
    grantId: string,
  ): Omit<GrantRequest, 'verifier'> {
    const redirectUri = `${this.publicUrl()}/oauth/callback`;
    return { grantId, tenantId, connectionId, requestedBy: subject, redirectUri, audience };
  }

  /** The connection of a request, as it is now where this process knows it otherwise than the one that made the request. */
  async #connectionOf(request: GrantRequest): Promise<OpenConnection | undefined> {
    const known = await this.directory.getCurrent(request.connectionId);
    if (known === undefined || isFor(request, known)) return known;
    await this.directory.refresh();
    return this.directory.get(request.connectionId);
  }

  async #authorizeUrl(
    server: OAuthServer,
    scopes: readonly string[],
    request: { readonly state: string; readonly verifier: string },
  ): Promise<string> {
    const redirectUri = `${this.publicUrl()}/oauth/callback`;
    return new OAuthClient(server, this.http).authorizationUrl({ redirectUri, scopes, ...request });
  }

  async #connection(tenantId: string, id: string): Promise<OpenConnection> {
    const connection = await this.directory.getCurrent(id);
    if (connection?.tenantId !== tenantId) throw new NotFound({ detail: 'There is no such connection.' });
    return connection;
  }

  async #access(connection: OpenConnection): Promise<{ grants: UserGrants; server: OAuthServer }> {
    const grants = this.platforms.find((platform) => platform.id === connection.platform)?.userGrants;
    if (grants === undefined) {
      throw new InvalidInput({
        detail: 'Nobody can be asked for consent at the platform of this connection.',
        faults: [{ pointer: '/connectionId', detail: 'belongs to a platform without user grants' }],
      });
    }
    return { grants, server: await grants.server(accountOf(connection), this.http) };
  }
}

/** Names and ids are stored as facts have them. */
function storableSubject({ externalId, name, email }: GrantSubject): GrantSubject {
  return {
    externalId: storableText(externalId),
    ...(name === undefined ? {} : { name: storableText(name) }),
    ...(email === undefined ? {} : { email: storableText(email) }),
  };
}
