import { Inject, Injectable } from '@nestjs/common';
import { type OpenConnection } from '../connections/open-connection.js';
import { ORGANIZATION_TOKENS, type OrganizationTokens } from '../platforms/organization-tokens.js';
import { type PlatformAccount } from '../platforms/platform-account.js';
import { ACTING_TOKENS, type ActingToken, type ActingTokens } from './acting-tokens.js';

/** An account for one piece of work, which remembers the token that it handed out. */
export class WorkingAccount implements PlatformAccount {
  readonly settings: PlatformAccount['settings'];
  #used: ActingToken | undefined;

  constructor(
    private readonly connection: OpenConnection,
    private readonly tokens: ActingTokens,
    private readonly organizations: OrganizationTokens,
  ) {
    this.settings = connection.settings;
  }

  secret(name: string): string | undefined {
    return this.connection.secret(name);
  }

  async appToken(): Promise<string> {
    this.#used = await this.tokens.app(this.connection);
    return this.#used.accessToken;
  }

  async organizationToken(organizationExternalId: string): Promise<string | undefined> {
    const token = await this.organizations.find(this.connection, organizationExternalId);
    return token.kind === 'held' ? token.accessToken : undefined;
  }

  /** The platform took no token of this account; answers whether there is another one to be had. */
  async refused(): Promise<boolean> {
    if (this.#used === undefined) return false;
    return this.tokens.appRefused(this.connection, this.#used);
  }
}

/** Makes accounts. */
@Injectable()
export class Accounts {
  constructor(
    @Inject(ACTING_TOKENS) private readonly tokens: ActingTokens,
    @Inject(ORGANIZATION_TOKENS) private readonly organizations: OrganizationTokens,
  ) {}

  of(connection: OpenConnection): WorkingAccount {
    return new WorkingAccount(connection, this.tokens, this.organizations);
  }
}
