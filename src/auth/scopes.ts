/** What a caller may do. `admin` includes everything. */
export const scopes = ['events:read', 'posts:write', 'crm:write', 'connections:write', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** The known scopes among untrusted values; unknown ones grant nothing. */
export function knownScopes(values: readonly unknown[]): readonly Scope[] {
  return scopes.filter((scope) => values.includes(scope));
}
