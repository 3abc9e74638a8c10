/**
 * By whose token a job calls its platform: the app's own, a user's by their grant, or that of an organisation which authorized
 * the app. Platforms count calls by it (Webex: limits are per user), so who is told to wait makes those wait that share it.
 */
export type Credential = 'app' | `grant:${string}` | `organization:${string}`;

export function grantCredential(grantId: string): Credential {
  return `grant:${grantId}`;
}

/** The organisation's id in the platform's canonical form. */
export function organizationCredential(organizationExternalId: string): Credential {
  return `organization:${organizationExternalId}`;
}
