import { isJsonObject, filledTextOf, memberOf, type JsonObject, type JsonValue } from '../../common/json/json.js';

/** Outside partners see the first, Microsoft's own applications the second, and the two change places between calls. */
const prefixes: readonly string[] = ['service:', 'ms:rtc:saas:'];

/** A link of a resource. */
export interface Link {
  readonly href: string;
  readonly title: string | undefined;
}

/** The relation without its prefix; nothing here ever looks at a prefix. */
export function plainRel(rel: string): string {
  const prefix = prefixes.find((known) => rel.startsWith(known));
  return prefix === undefined ? rel : rel.slice(prefix.length);
}

/** The link of that relation; the first one where there is a list. */
export function linkOf(resource: JsonObject, rel: string): Link | undefined {
  return readLink(named(memberOf(resource, '_links'), rel));
}

/** A link in the form of the wire, or the first of a list of them; undefined where it leads nowhere. */
export function readLink(value: JsonValue | undefined): Link | undefined {
  const link = firstObject(value);
  const href = link === undefined ? undefined : filledTextOf(link, 'href');
  if (link === undefined || href === undefined) return undefined;
  // Captures hold ampersands that were escaped once too often.
  return { href: href.replaceAll('\\u0026', '&'), title: filledTextOf(link, 'title') };
}

/** The embedded resource of that relation; the first one where there is a list. */
export function embeddedOf(resource: JsonObject, rel: string): JsonObject | undefined {
  return firstObject(named(memberOf(resource, '_embedded'), rel));
}

function named(members: JsonValue | undefined, rel: string): JsonValue | undefined {
  if (!isJsonObject(members)) return undefined;
  return Object.entries(members).find(([name]) => plainRel(name) === rel)?.[1];
}

function firstObject(value: JsonValue | undefined): JsonObject | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return isJsonObject(first) ? first : undefined;
}
