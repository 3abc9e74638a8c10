const coveredByAll = /^spark:(?:messages|rooms|memberships|people|teams)_(?:read|write)$/;

/** `spark:all` stands for messaging, rooms, memberships, people and teams, and for nothing of meetings or administration. */
export function allows(granted: readonly string[], scope: string): boolean {
  return granted.includes(scope) || (granted.includes('spark:all') && coveredByAll.test(scope));
}
