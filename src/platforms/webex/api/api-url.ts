import { InvalidInput } from '../../../common/errors/liaison-error.js';
import { brokenContract } from './refusal.js';

/** The parts of a path below the base URL; each is escaped, so an id can never lead anywhere else. */
export type ApiPath = readonly [string, ...string[]];
export type ApiQuery = Readonly<Record<string, string | number | undefined>>;

/** The base URL of the API without a trailing slash. Throws `InvalidInput` where it is none. */
export function readBase(apiUrl: string): string {
  if (!URL.canParse(apiUrl)) throw new InvalidInput({ detail: 'The base URL of the Webex API is no URL.' });
  const { origin, pathname } = new URL(apiUrl);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

/** The address of a resource. Throws `WebexRefusal` ('invalid') for a part that no path can hold. */
export function apiUrlOf(base: string, path: ApiPath, query: ApiQuery = {}): URL {
  const parts = path.map((part) => {
    // The URL parser takes dots for steps, escaped or not (WHATWG URL section 4.4).
    if (/^\.{0,2}$/.test(part) || !part.isWellFormed()) throw brokenContract('An id for Webex is none.');
    return encodeURIComponent(part);
  });
  const url = new URL(`${base}/${parts.join('/')}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}
