/** Whose tokens: a connection, as far as finding its tokens needs it. */
export interface TokenOwner {
  readonly id: string;
  readonly tenantId: string;
  /** The addresses that it leads to, as one text; tokens that came from others are not handed out. */
  readonly audience: string;
}

/** What there is of the token of an organisation at this moment. */
export type OrganizationToken =
  | {
      readonly kind: 'held';
      readonly accessToken: string;
      /** Which token this is: after a 401 only this one is given up, however many callers were refused. */
      readonly version: string;
    }
  /** A new one is being fetched. */
  | { readonly kind: 'coming' }
  /** The organisation does not allow the app, or nobody can fetch its token before somebody acts. */
  | { readonly kind: 'none' };

/** An organisation that has authorized the app at some time, by its canonical id. */
export interface KnownOrganization {
  readonly organizationExternalId: string;
  /** Whether it still does. */
  readonly active: boolean;
}

/** The tokens that organisations let an app have. */
export interface OrganizationTokens {
  /** Every organisation that we were told of. */
  known(owner: TokenOwner): Promise<readonly KnownOrganization[]>;
  /** The token for that organisation's data. */
  find(owner: TokenOwner, organizationExternalId: string): Promise<OrganizationToken>;
  /** The platform did not take this token: it is not given out again, and a new one is fetched. */
  refused(owner: TokenOwner, organizationExternalId: string, version: string): Promise<void>;
  /** Has a new token fetched for an organisation that still allows the app; answers whether there is one. */
  renew(owner: TokenOwner, organizationExternalId: string): Promise<boolean>;
}

/** Injection token of the `OrganizationTokens`. */
export const ORGANIZATION_TOKENS = Symbol('organization tokens');
