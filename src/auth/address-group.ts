import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Who is taken for one when addresses are counted: an IPv4 address alone, however it is written, and all of an IPv6 /64,
 * because that is the least that a single customer is given (RFC 6177).
 */
export function addressGroup(address: string | undefined): string {
  const text = address ?? '';
  if (isIP(text) === 0) return 'unknown';
  const parsed = ipaddr.process(text);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
