import { isJsonObject, textOf } from '../json/json.js';
import { RemoteKeySet, type FetchJson, type KeySetOptions } from './key-set.js';

export interface DiscoveryOptions extends KeySetOptions {
  /** Hosts besides the metadata's own origin whose keys are trusted, over TLS only. */
  readonly keyHosts?: readonly string[];
}

/**
 * The keys that an issuer's metadata points to by its `jwks_uri` (OpenID Connect Discovery section 3), which is read again
 * at every refresh. A `jwks_uri` on another origin than the metadata's and off the list of hosts counts as a failure.
 */
export function discoveredKeySet(metadataUrl: string, { keyHosts = [], ...options }: DiscoveryOptions): RemoteKeySet {
  return new RemoteKeySet(() => keyListUrl(metadataUrl, keyHosts, options.fetchJson), options);
}

async function keyListUrl(metadataUrl: string, keyHosts: readonly string[], fetchJson: FetchJson): Promise<string> {
  const metadata = await fetchJson(metadataUrl);
  const uri = isJsonObject(metadata) ? textOf(metadata, 'jwks_uri') : undefined;
  if (uri === undefined || !URL.canParse(uri)) throw new TypeError('the metadata names no key list');
  const { protocol, origin, host } = new URL(uri);
  const isTrusted = origin === new URL(metadataUrl).origin || (protocol === 'https:' && keyHosts.includes(host));
  if (!isTrusted) throw new TypeError('the metadata points to keys on a host that is not trusted');
  return uri;
}
