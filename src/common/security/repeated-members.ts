/** A string, with the colon behind it when it is a member's name, or a bracket. Brackets inside strings are never seen. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]/g;

/**
 * Whether any object in this valid JSON text has two members of one name, however they are escaped. JSON.parse keeps the
 * last one and other parsers the first; a signed text must not mean two things (RFC 7515 section 4, RFC 7519 section 4).
 */
export function repeatsMember(json: string): boolean {
  const open: Set<unknown>[] = [];
  for (const [text, colon] of json.matchAll(token)) {
    if (text === '{' || text === '[') open.push(new Set());
    else if (text === '}' || text === ']') open.pop();
    else if (colon !== undefined) {
      const names = open.at(-1);
      const name: unknown = JSON.parse(text.slice(0, -colon.length));
      if (names?.has(name) === true) return true;
      names?.add(name);
    }
  }
  return false;
}
