import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { OUTBOUND, type HttpCaller } from '../common/outbound/http-caller.js';
import { SecretBox } from '../common/security/secret-box.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { accountOf } from '../connections/connection-account.js';
import { type OpenConnection } from '../connections/open-connection.js';
import { inTransaction } from '../database/transaction.js';
import { type OAuthServer } from '../platforms/oauth-server.js';
import { ORGANIZATION_TOKENS, type OrganizationTokens } from '../platforms/organization-tokens.js';
import { NeedsAuthorization, PlatformUnavailable } from '../platforms/platform.errors.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import { type ActingToken, type ActingTokens } from './acting-tokens.js';
import { AppTokenTable } from './app-token-table.js';
import { GrantTable, type GrantRow } from './grant-table.js';
import { OAuthClient } from './oauth-client.js';
import { TokenKeeper, type Renewal } from './token-keeper.js';
import { TokenRevocation } from './token-revocation.js';
import { TokenRows, type TokenRow } from './token-rows.js';

/** A token that was given to us as it is and is renewed by nobody. */
const givenGeneration = 'given';

/** Tokens for acts: the app's own by its platform's ways, users' by their grants. */
@Injectable()
export class ActingTokensService implements ActingTokens {
  readonly #apps: TokenKeeper;
  readonly #grants: TokenKeeper;

  constructor(
    private readonly dataSource: DataSource,
    box: SecretBox,
    private readonly directory: ConnectionDirectory,
    private readonly grants: GrantTable,
    private readonly appTable: AppTokenTable,
    @Inject(ORGANIZATION_TOKENS) private readonly organizations: OrganizationTokens,
    private readonly revocation: TokenRevocation,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(OUTBOUND) private readonly http: HttpCaller,
  ) {
    this.#apps = new TokenKeeper(appTable.rows);
    this.#grants = new TokenKeeper(new TokenRows(dataSource, box, 'grants'));
  }

  async app(connection: OpenConnection): Promise<ActingToken> {
    if (this.#appRenewal(connection) === undefined) {
      const accessToken = connection.secret('accessToken');
      if (accessToken === undefined) throw new NeedsAuthorization();
      return { accessToken, subjectExternalId: undefined, generation: givenGeneration };
    }
    const current = await this.appTable.prepare(connection);
    const renewal = this.#appRenewal(current);
    if (renewal === undefined) return this.app(current);
    const kept = await this.#apps.token(current.id, () => renewal);
    return { ...kept, subjectExternalId: undefined };
  }

  async user(grantId: string): Promise<ActingToken> {
    const grant = await this.grants.find(grantId);
    const connection = grant === undefined ? undefined : await this.directory.getCurrent(grant.connectionId);
    if (grant === undefined || connection === undefined) throw new NeedsAuthorization();
    const kept = await this.#grants.token(
      grantId,
      () => this.#grantRenewal(grant, connection),
      (row) => this.#checkAudience(row, connection),
    );
    return { ...kept, subjectExternalId: grant.subjectExternalId ?? undefined };
  }

  async organization(connection: OpenConnection, organizationExternalId: string): Promise<ActingToken> {
    const token = await this.organizations.find(connection, organizationExternalId);
    switch (token.kind) {
      case 'held':
        return { accessToken: token.accessToken, subjectExternalId: undefined, generation: token.version };
      case 'coming':
        throw new PlatformUnavailable('token-renewed');
      case 'none':
        throw new NeedsAuthorization();
    }
  }

  async appRefused(connection: OpenConnection, token: ActingToken): Promise<boolean> {
    if (token.generation === givenGeneration) return false;
    await this.#apps.refuse(connection.id, token.generation);
    return true;
  }

  async userRefused(grantId: string, token: ActingToken): Promise<void> {
    await this.#grants.refuse(grantId, token.generation);
  }

  organizationRefused(connection: OpenConnection, organizationExternalId: string, token: ActingToken): Promise<void> {
    return this.organizations.refused(connection, organizationExternalId, token.generation);
  }

  /** Renews a grant that is good, so that it stays so. Throws as `user`. */
  async renewUser(grantId: string): Promise<void> {
    await this.#grants.makeDue(grantId);
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
        discard: () => Promise.resolve(),
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
      end: (_reason, claim) => this.appTable.forget(connection, claim),
      // Somebody has entered others meanwhile, which may hang on the same consent.
      discard: () => Promise.resolve(),
      renew: (held) => this.#refresh(server, held?.refreshToken),
    };
  }

  /**
   * Tokens are sent to the addresses that they were given at, and to no others. Those of a connection that leads to others by
   * now are over.
   */
  async #checkAudience({ id, tokens, renewal }: TokenRow, connection: OpenConnection): Promise<void> {
    const audience = tokens?.audience;
    if (audience === undefined || audience === connection.audience) return;
    await this.directory.refresh();
    // This process had not heard of the change yet.
    if (this.directory.get(connection.id) !== connection) throw new PlatformUnavailable('connection-changed');
    await this.grants.needsReauthorization(id, 'other-address', renewal);
    throw new NeedsAuthorization();
  }

  async #grantRenewal(grant: GrantRow, connection: OpenConnection): Promise<Renewal> {
    const grants = this.#platformOf(connection)?.userGrants;
    if (grants === undefined) throw new NeedsAuthorization();
    const server = await grants.server(accountOf(connection), this.http);
    return {
      lostAnswerIsFinal: server.lostRefreshIsFinal,
      end: (reason, claim) => this.grants.needsReauthorization(grant.id, reason, claim),
      renew: (held) => this.#refresh(server, held?.refreshToken),
      audience: connection.audience,
      discard: async (tokens) => {
        if (server.revocationEndpoint === undefined) return;
        await inTransaction(this.dataSource, (tx) =>
          this.revocation.discard(grant, { ...tokens, audience: connection.audience }, tx),
        );
      },
    };
  }

  async #refresh(server: OAuthServer, refreshToken: string | undefined): ReturnType<Renewal['renew']> {
    if (refreshToken === undefined) throw new NeedsAuthorization();
    return (await new OAuthClient(server, this.http).refresh(refreshToken)).tokens;
  }

  #platformOf(connection: OpenConnection): Platform | undefined {
    return this.platforms.find((platform) => platform.id === connection.platform);
  }
}
