/** Whose tokens: a connection, as far as finding its tokens needs it. */
export interface TokenOwner {
  readonly id: string;
  readonly tenantId: string;
}

/** The tokens that organisations let an app have. */
export interface OrganizationTokens {
  /** The access token for that organisation's data; undefined where none is held or it was withdrawn. */
  find(owner: TokenOwner, organizationExternalId: string): Promise<string | undefined>;
  /** Has a new token fetched for an organisation that still allows the app; answers whether there is one. */
  renew(owner: TokenOwner, organizationExternalId: string): Promise<boolean>;
}

/** Injection token of the `OrganizationTokens`. */
export const ORGANIZATION_TOKENS = Symbol('organization tokens');
