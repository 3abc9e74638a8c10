import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { OUTBOUND, type HttpCaller } from '../common/outbound/http-caller.js';
import { fingerprint } from '../common/security/fingerprint.js';
import { SecretBox } from '../common/security/secret-box.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { accountOf } from '../connections/connection-account.js';
import { type OpenConnection } from '../connections/open-connection.js';
import { firstRowOf } from '../database/rows.js';
import { type OAuthServer } from '../platforms/oauth-server.js';
import { NeedsAuthorization } from '../platforms/platform.errors.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import { type ActingToken, type ActingTokens } from './acting-tokens.js';
import { GrantTable } from './grant-table.js';
import { OAuthClient } from './oauth-client.js';
import { TokenKeeper, type Renewal } from './token-keeper.js';
import { TokenRows } from './token-rows.js';

/** A token that was given to us as it is and is renewed by nobody. */
const givenGeneration = 'given';

/** Tokens for acts: the app's own by its platform's ways, users' by their grants. */
@Injectable()
export class ActingTokensService implements ActingTokens {
  readonly #appRows: TokenRows;
  readonly #grantRows: TokenRows;
  readonly #apps: TokenKeeper;
  readonly #grants: TokenKeeper;

  constructor(
    private readonly dataSource: DataSource,
    box: SecretBox,
    private readonly directory: ConnectionDirectory,
    private readonly grants: GrantTable,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(OUTBOUND) private readonly http: HttpCaller,
  ) {
    this.#appRows = new TokenRows(dataSource, box, 'app_tokens');
    this.#grantRows = new TokenRows(dataSource, box, 'grants');
    this.#apps = new TokenKeeper(this.#appRows);
    this.#grants = new TokenKeeper(this.#grantRows);
  }

  async app(connection: OpenConnection): Promise<ActingToken> {
    const renewal = this.#appRenewal(connection);
    if (renewal === undefined) {
      const accessToken = connection.secret('accessToken');
      if (accessToken === undefined) throw new NeedsAuthorization();
      return { accessToken, subjectExternalId: undefined, generation: givenGeneration };
    }
    await this.#prepare(connection);
    const kept = await this.#apps.token(connection.id, () => renewal);
    return { ...kept, subjectExternalId: undefined };
  }

  async user(grantId: string): Promise<ActingToken> {
    const grant = await this.grants.find(grantId);
    const connection = grant === undefined ? undefined : this.directory.get(grant.connectionId);
    if (grant === undefined || connection === undefined) throw new NeedsAuthorization();
    const kept = await this.#grants.token(grantId, () => this.#grantRenewal(grantId, connection));
    return { ...kept, subjectExternalId: grant.subjectExternalId ?? undefined };
  }

  async appRefused(connection: OpenConnection, token: ActingToken): Promise<boolean> {
    if (token.generation === givenGeneration) return false;
    await this.#appRows.refuse(connection.id, token.generation);
    return true;
  }

  async userRefused(grantId: string, token: ActingToken): Promise<void> {
    await this.#grantRows.refuse(grantId, token.generation);
  }

  /** Renews a grant that is good, so that it stays so. Throws as `user`. */
  async renewUser(grantId: string): Promise<void> {
    await this.#grantRows.makeDue(grantId);
    await this.user(grantId);
  }

  /** Undefined where the app's token was given to us and cannot be renewed. */
  #appRenewal(connection: OpenConnection): Renewal | undefined {
    const platform = this.#platformOf(connection);
    const account = accountOf(connection);
    const source = platform?.appTokens;
    if (source !== undefined) {
      return {
        lostAnswerIsFinal: false,
        end: () => Promise.resolve(),
        renew: async () => {
          const client = new OAuthClient(source.server(account), this.http);
          return (await client.clientCredentials(source.parameters(account))).tokens;
        },
      };
    }
    const server =
      connection.secret('refreshToken') === undefined ? undefined : platform?.userGrants?.server(account, this.http);
    // Discovered servers are for users; an app's own refresh token belongs to a server that settings name.
    if (server === undefined || server instanceof Promise) return undefined;
    return {
      lostAnswerIsFinal: server.lostRefreshIsFinal,
      end: (_reason, claim) => this.#forgetAppTokens(connection, claim),
      renew: (held) => this.#refresh(server, held?.refreshToken),
    };
  }

  async #grantRenewal(grantId: string, connection: OpenConnection): Promise<Renewal> {
    const grants = this.#platformOf(connection)?.userGrants;
    if (grants === undefined) throw new NeedsAuthorization();
    const server = await grants.server(accountOf(connection), this.http);
    return {
      lostAnswerIsFinal: server.lostRefreshIsFinal,
      end: (reason, claim) => this.grants.needsReauthorization(grantId, reason, claim),
      renew: (held) => this.#refresh(server, held?.refreshToken),
    };
  }

  async #refresh(server: OAuthServer, refreshToken: string | undefined): ReturnType<Renewal['renew']> {
    if (refreshToken === undefined) throw new NeedsAuthorization();
    return (await new OAuthClient(server, this.http).refresh(refreshToken)).tokens;
  }

  #platformOf(connection: OpenConnection): Platform | undefined {
    return this.platforms.find((platform) => platform.id === connection.platform);
  }

  /** Makes the row, with the tokens that came with the connection; other secrets than before begin anew. */
  async #prepare(connection: OpenConnection): Promise<void> {
    const names = ['accessToken', 'refreshToken', 'clientSecret', 'appSecret'];
    const source = fingerprint(Buffer.from(JSON.stringify(names.map((name) => connection.secret(name) ?? null))));
    const known = await firstRowOf<{ source: string }>(this.dataSource, `select source from app_tokens where id = $1`, [
      connection.id,
    ]);
    if (known?.source === source) return;
    const accessToken = connection.secret('accessToken');
    const refreshToken = connection.secret('refreshToken');
    const sealed =
      accessToken === undefined && refreshToken === undefined
        ? null
        : this.#appRows.seal(connection.tenantId, connection.id, { accessToken: accessToken ?? '', refreshToken });
    await this.dataSource.query(
      `insert into app_tokens (id, tenant_id, source, sealed_tokens, expires_at)
       values ($1, $2, $3, $4, case when $5 then null else clock_timestamp() end)
       on conflict (id) do update set
         source = excluded.source, sealed_tokens = excluded.sealed_tokens, expires_at = excluded.expires_at,
         renew_after = null, renewing_since = null, generation = app_tokens.generation + 1,
         renewal = app_tokens.renewal + 1
       where app_tokens.source <> excluded.source`,
      [connection.id, connection.tenantId, source, sealed, accessToken !== undefined],
    );
  }

  /** Nothing is tried again before the connection gets other secrets. */
  async #forgetAppTokens(connection: OpenConnection, claim: string): Promise<void> {
    await this.dataSource.query(
      `update app_tokens set sealed_tokens = null, renewing_since = null, generation = generation + 1
       where id = $1 and renewal = $2`,
      [connection.id, claim],
    );
  }
}
