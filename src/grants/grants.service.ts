import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { type Caller } from '../auth/caller.js';
import { Conflict, InvalidInput, LiaisonError, NotFound } from '../common/errors/liaison-error.js';
import { PUBLIC_URL, type PublicUrl } from '../common/http/public-url.js';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { LOGGER } from '../common/observability/logger.js';
import { OUTBOUND, type HttpCaller } from '../common/outbound/http-caller.js';
import { SecretBox } from '../common/security/secret-box.js';
import { accountOf } from '../connections/connection-account.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { type OpenConnection } from '../connections/open-connection.js';
import { firstRowOf } from '../database/rows.js';
import { type OAuthServer, type UserGrants } from '../platforms/oauth-server.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import { GrantTable } from '../tokens/grant-table.js';
import { OAuthClient, type TokenAnswer } from '../tokens/oauth-client.js';
import { CallbackRefused } from '../tokens/token.errors.js';
import { TokenRows } from '../tokens/token-rows.js';
import { GrantRequests, type GrantRequest } from './grant-requests.js';

/** How a user's way ended. */
export type CallbackOutcome =
  | { readonly kind: 'active'; readonly subjectName: string | null }
  | { readonly kind: 'denied' | 'failed' | 'other-person' | 'expired' };

/** Starts grants and takes users back in. */
@Injectable()
export class GrantsService {
  readonly #rows: TokenRows;

  constructor(
    private readonly dataSource: DataSource,
    box: SecretBox,
    private readonly table: GrantTable,
    private readonly requests: GrantRequests,
    private readonly directory: ConnectionDirectory,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(OUTBOUND) private readonly http: HttpCaller,
    @Inject(PUBLIC_URL) private readonly publicUrl: PublicUrl,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#rows = new TokenRows(dataSource, box, 'grants');
  }

  /** Throws `NotFound` for another tenant's connection, `InvalidInput` where users cannot be asked for consent. */
  async start(
    caller: Pick<Caller, 'tenantId' | 'subject'>,
    connectionId: string,
    scopes: readonly string[] | undefined,
  ): Promise<{ id: string; authorizeUrl: string }> {
    const connection = this.#connection(caller.tenantId, connectionId);
    const { grants, server } = await this.#access(connection);
    const id = uuidV7();
    const asked = scopes ?? grants.defaultScopes;
    const request = await this.table.transaction(async (tx) => {
      await tx.query(
        `insert into grants (id, tenant_id, connection_id, state, scopes, requested_by)
         values ($1, $2, $3, 'pending', $4, $5)`,
        [id, caller.tenantId, connectionId, asked, caller.subject],
      );
      return this.requests.open(this.#requestOf(caller, connectionId, id), tx);
    });
    return { id, authorizeUrl: await this.#authorizeUrl(server, asked, request) };
  }

  /** The same for a grant that has lost its tokens. Throws `Conflict` for one that has not. */
  async reconnect(
    caller: Pick<Caller, 'tenantId' | 'subject'>,
    id: string,
  ): Promise<{ id: string; authorizeUrl: string }> {
    const grant = await this.table.find(id);
    if (grant?.tenantId !== caller.tenantId) throw new NotFound({ detail: 'There is no such grant.' });
    if (grant.state !== 'needs-reauthorization' && grant.state !== 'active') {
      throw new Conflict({ detail: 'Only a grant that was active once can be connected again; start a new one.' });
    }
    const { server } = await this.#access(this.#connection(caller.tenantId, grant.connectionId));
    const request = await this.requests.open(this.#requestOf(caller, grant.connectionId, id), this.dataSource.manager);
    return { id, authorizeUrl: await this.#authorizeUrl(server, grant.scopes, request) };
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
    const connection = this.directory.get(request.connectionId);
    if (connection === undefined) return this.#fail(request, 'connection-removed');
    try {
      const { grants, server } = await this.#access(connection);
      const client = new OAuthClient(server, this.http);
      const ours = new URL(request.redirectUri);
      ours.search = callback.search;
      const traded = await client.exchange(ours, { state, verifier: request.verifier });
      return await this.#activate(request, grants, connection, traded);
    } catch (error) {
      if (error instanceof CallbackRefused && error.reason === 'access_denied') return this.#deny(request);
      this.logger.warn({ err: error, grantId: request.grantId }, 'a grant could not be completed');
      return this.#fail(request, error instanceof LiaisonError ? error.code : 'error');
    }
  }

  async #activate(
    request: GrantRequest,
    grants: UserGrants,
    connection: OpenConnection,
    { tokens, answer }: TokenAnswer,
  ): Promise<CallbackOutcome> {
    const subject = await grants.whoIs(tokens.accessToken, answer, accountOf(connection), this.http);
    const { grantId: id, tenantId, connectionId } = request;
    const sealed = this.#rows.seal(tenantId, id, {
      accessToken: tokens.accessToken,
      refreshToken: tokens.refreshToken,
    });
    return this.table.transaction(async (tx): Promise<CallbackOutcome> => {
      // One after the other, because two of them may be the same person's.
      await tx.query(`select 1 from connections where id = $1 for no key update`, [connectionId]);
      const known = await firstRowOf<{ subject: string | null; state: string }>(
        tx,
        `select subject_external_id as subject, state from grants where id = $1 for update`,
        [id],
      );
      if (known === undefined || known.state === 'revoked') return { kind: 'failed' };
      if (known.subject !== null && known.subject !== subject.externalId) return { kind: 'other-person' };
      // One grant per person and connection: what an earlier one waited for goes on with this one.
      const earlier = await firstRowOf<{ id: string }>(
        tx,
        `update grants set state = 'revoked', reason = 'replaced', sealed_tokens = null, revoked_at = clock_timestamp(),
                updated_at = clock_timestamp()
         where connection_id = $1 and subject_external_id = $2 and id <> $3
           and state in ('active', 'needs-reauthorization') returning id`,
        [connectionId, subject.externalId, id],
      );
      await tx.query(
        `update grants set
           state = 'active', reason = null, subject_external_id = $2, subject_name = $3, subject_email = $4,
           scopes = coalesce($5, scopes), sealed_tokens = $6, generation = generation + 1, renewal = renewal + 1,
           renewing_since = null, expires_at = clock_timestamp() + make_interval(secs => $7::float8),
           renew_after = clock_timestamp() + make_interval(secs => $7::float8 * 0.8),
           refresh_expires_at = clock_timestamp() + make_interval(secs => $8::float8),
           activated_at = clock_timestamp(), renewed_at = clock_timestamp(), updated_at = clock_timestamp()
         where id = $1`,
        [
          id,
          subject.externalId,
          subject.name ?? null,
          subject.email ?? null,
          tokens.scopes ?? null,
          sealed,
          tokens.accessSeconds ?? null,
          tokens.refreshSeconds ?? null,
        ],
      );
      if (earlier !== undefined) {
        await tx.query(
          `update jobs set payload = jsonb_set(payload, '{grantId}', to_jsonb($2::text))
           where state in ('parked', 'waiting') and payload ->> 'grantId' = $1`,
          [earlier.id, id],
        );
      }
      await this.table.release(id, tx);
      return { kind: 'active', subjectName: subject.name ?? null };
    });
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
    caller: Pick<Caller, 'tenantId' | 'subject'>,
    connectionId: string,
    grantId: string,
  ): Omit<GrantRequest, 'verifier'> {
    const redirectUri = `${this.publicUrl()}/oauth/callback`;
    return { grantId, tenantId: caller.tenantId, connectionId, requestedBy: caller.subject, redirectUri };
  }

  async #authorizeUrl(
    server: OAuthServer,
    scopes: readonly string[],
    request: { readonly state: string; readonly verifier: string },
  ): Promise<string> {
    const redirectUri = `${this.publicUrl()}/oauth/callback`;
    return new OAuthClient(server, this.http).authorizationUrl({ redirectUri, scopes, ...request });
  }

  #connection(tenantId: string, id: string): OpenConnection {
    const connection = this.directory.get(id);
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
