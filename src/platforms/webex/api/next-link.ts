const linkValue = /<([^<>]*)>([^<]*)/g;
const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i;

/**
 * The target of `rel="next"` in a `Link` header (RFC 8288 section 3), exactly as it is written; undefined where there is
 * none. Targets may hold commas and semicolons, and a link may have several relations.
 */
export function nextLink(header: string | undefined): string | undefined {
  for (const [, target, parameters] of (header ?? '').matchAll(linkValue)) {
    const [, quoted, bare] = relation.exec(parameters ?? '') ?? [];
    const relations = (quoted ?? bare ?? '').toLowerCase().split(/\s+/);
    if (relations.includes('next')) return target;
  }
  return undefined;
}
