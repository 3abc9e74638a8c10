import { type SkypeForBusinessSettings } from './skype-for-business.settings.js';

/**
 * The absolute URL of an href that the platform gave, or `undefined` where our token must not go: anything but the origin
 * of `apiUrl` and, over https, the hosts in `allowedHosts` (http only where `apiUrl` itself is http). The platform hops
 * between hosts, and a forged body could name any: the SDK took `baseuri` from the body and sent its token there.
 *
 * `base` is the address that the href was got from, or `baseuri`; it counts only if it may be trusted itself.
 */
export function trustedHref(
  href: string,
  settings: Pick<SkypeForBusinessSettings, 'apiUrl' | 'allowedHosts'>,
  base = settings.apiUrl,
): string | undefined {
  if (!URL.canParse(base) || !isTrusted(new URL(base), settings)) return undefined;
  const text = href.replaceAll('\\u0026', '&');
  if (!URL.canParse(text, base)) return undefined;
  // What the parser understands is what is called: `//host`, `/\host` and user info are seen here as what they are.
  const url = new URL(text, base);
  return isTrusted(url, settings) ? url.href : undefined;
}

function isTrusted(url: URL, { apiUrl, allowedHosts = [] }: Parameters<typeof trustedHref>[1]): boolean {
  if (url.username !== '' || url.password !== '') return false;
  const api = new URL(apiUrl);
  if (url.origin === api.origin) return true;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && api.protocol === 'http:');
  return isSafe && allowedHosts.some((pattern) => matches(url, pattern.toLowerCase()));
}

function matches(url: URL, pattern: string): boolean {
  if (!pattern.startsWith('*.')) return url.host === pattern;
  const suffix = pattern.slice(1);
  const port = suffix.indexOf(':');
  return port === -1
    ? url.port === '' && url.hostname.endsWith(suffix)
    : url.port === suffix.slice(port + 1) && url.hostname.endsWith(suffix.slice(0, port));
}
