/** What lies at that path inside of JSON that may have any shape. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null
        ? (Object.entries(inner).find(([key]) => key === name)?.[1] as unknown)
        : undefined,
    value,
  );
}

/** The text at that path, if there is one. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The texts that the objects of the list at that path have under a name. */
export function textsAt(value: unknown, path: readonly string[], name: string): readonly string[] {
  const list = at(value, ...path);
  return Array.isArray(list) ? list.flatMap((item: unknown) => textAt(item, name) ?? []) : [];
}

/** The members of an object, each as its name and its value. */
export function membersOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(
    ([name, inner]) => `${name}: ${typeof inner === 'string' ? inner : JSON.stringify(inner)}`,
  );
}
