import { type OpenConnection } from '../connections/open-connection.js';

/** A token to act with, and whose it is. */
export interface ActingToken {
  readonly accessToken: string;
  /** The platform's id of who acts with it, where it is known. */
  readonly subjectExternalId: string | undefined;
  /** Which tokens these are: after a 401 only this generation is renewed, however many callers were refused. */
  readonly generation: string;
}

/**
 * Tokens for acts. Each method throws `NeedsAuthorization` where somebody must act first and `PlatformUnavailable` for what
 * passes. Tokens are renewed before they end, by one process at a time.
 */
export interface ActingTokens {
  /** The app's own. */
  app(connection: OpenConnection): Promise<ActingToken>;
  /** A user's, by the grant. */
  user(grantId: string): Promise<ActingToken>;
  /** That of an organisation which authorized the app. It is fetched by a job: while it is, `PlatformUnavailable`. */
  organization(connection: OpenConnection, organizationExternalId: string): Promise<ActingToken>;
  /** The platform refused the app's token with a 401; answers whether the next call of `app` can give another one. */
  appRefused(connection: OpenConnection, token: ActingToken): Promise<boolean>;
  /** The same for a user's. */
  userRefused(grantId: string, token: ActingToken): Promise<void>;
  /** The same for an organisation's. */
  organizationRefused(connection: OpenConnection, organizationExternalId: string, token: ActingToken): Promise<void>;
}

/** Injection token of the `ActingTokens`. */
export const ACTING_TOKENS = Symbol('acting tokens');
