/** What a caller of a write wants back. */
export type ReturnPreference = 'minimal' | 'representation';

/**
 * What a request prefers to get back, by RFC 7240: of several `return`s the first counts, names are in any case, a value
 * may be quoted; parameters and other preferences are passed over.
 */
export function returnPreferredBy(header: string | readonly string[] | undefined): ReturnPreference | undefined {
  for (const preference of [header ?? []].flat().join(',').split(',')) {
    const [, quoted, plain] = /^\s*return\s*=\s*(?:"([^"]*)"|([^\s;]+))\s*(?:;|$)/i.exec(preference) ?? [];
    const value = (quoted ?? plain)?.toLowerCase();
    if (value !== undefined) return value === 'minimal' || value === 'representation' ? value : undefined;
  }
  return undefined;
}
