/** A connection as the code that calls the platform's API needs it. */
export interface PlatformAccount {
  readonly settings: Readonly<Record<string, unknown>>;
  /** The connection's secret of that name; undefined where none is stored. */
  secret(name: string): string | undefined;
  /** The app's own token, good for a while. Throws `NeedsAuthorization` where there is none. */
  appToken(): Promise<string>;
  /** The token of an organisation that authorized the app; undefined where we hold none. */
  organizationToken(organizationExternalId: string): Promise<string | undefined>;
}
