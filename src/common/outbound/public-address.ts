import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Where IANA allocates global unicast addresses; all of IPv6 outside of it is special, reserved or not in use. */
const globalUnicast: [ipaddr.IPv6, number] = ipaddr.IPv6.parseCIDR('2000::/3');
/** The well-known NAT64 prefix (RFC 6052 section 2.1); its last 32 bits are the IPv4 address that is really called. */
const nat64: [ipaddr.IPv6, number] = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * Whether the text is an address that anybody on the internet may be asked to call. Everything in the IANA special-purpose
 * registries (RFC 6890) is not: private, loopback, link-local, shared, benchmark, documentation, multicast, reserved. An
 * IPv4 address inside of IPv6 is judged as that IPv4 address where NAT64 is in use, and refused in the mapped,
 * compatible, 6to4, Teredo and local NAT64 forms, which no resolver has reason to give. Other text is no address: false.
 */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false;
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast';
  if (address.match(nat64)) return new ipaddr.IPv4(address.toByteArray().slice(12)).range() === 'unicast';
  return address.match(globalUnicast) && address.range() === 'unicast';
}
