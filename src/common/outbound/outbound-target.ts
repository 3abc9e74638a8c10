import { isIP } from 'node:net';
import { endpointOf } from './endpoint.js';
import { OutboundRefused } from './outbound.errors.js';
import { isPublicAddress } from './public-address.js';

export interface OutboundTarget {
  readonly url: URL;
  /** The operator named this endpoint: its address is not checked. */
  readonly trusted: boolean;
}

/**
 * Names that never mean a host on the internet: RFC 6761 (localhost), RFC 6762 (local), RFC 8375 (home.arpa), ICANN's
 * reservation of 2024 (internal), and names without a dot, which a search list would complete.
 */
const insideName = /^[^.]+$|(^|\.)(localhost|local|internal|home\.arpa)$/;

/**
 * The target of a call as the URL parser understands it, which is what is called then: there is no second reading of the
 * text. Throws `OutboundRefused` for anything but `https` to port 443 of a public address or name, for user info in the
 * URL and for a name that ends in a dot. An endpoint in `allowed` is spared the rules on scheme, port and address.
 */
export function outboundTarget(text: string, allowed: ReadonlySet<string>): OutboundTarget {
  if (!URL.canParse(text)) throw new OutboundRefused('malformed');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new OutboundRefused('scheme');
  if (url.username !== '' || url.password !== '') throw new OutboundRefused('credentials');
  if (url.hostname.endsWith('.')) throw new OutboundRefused('name');
  if (allowed.has(endpointOf(url))) return { url, trusted: true };
  if (url.protocol !== 'https:') throw new OutboundRefused('scheme');
  if (url.port !== '') throw new OutboundRefused('port');
  // The parser has turned every spelling of an IPv4 address (decimal, octal, hex, other digits) into four decimal parts.
  const literal = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(literal) !== 0) {
    if (!isPublicAddress(literal)) throw new OutboundRefused('address');
  } else if (insideName.test(url.hostname)) throw new OutboundRefused('name');
  return { url, trusted: false };
}
