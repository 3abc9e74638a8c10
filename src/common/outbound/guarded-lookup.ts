import { type LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { type LookupFunction } from 'node:net';
import { OutboundRefused } from './outbound.errors.js';
import { isPublicAddress } from './public-address.js';

/** All addresses of a name, as the machine knows them. */
export type ResolveName = (name: string) => Promise<readonly LookupAddress[]>;

export const resolveWithSystem: ResolveName = (name) => lookup(name, { all: true });

/**
 * What a socket asks for the addresses it dials. It dials exactly those, so the address checked is the address dialled,
 * for each try anew: a name that changes its mind between a check and a call (DNS rebinding) gains nothing. One address
 * that is not public refuses the whole answer; a name that mixes the two is an attack or a mistake.
 */
export function guardedLookup(resolve: ResolveName): LookupFunction {
  return (name, options, callback) => {
    resolve(name).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
          callback(new OutboundRefused('address'), '');
        } else if (options.all === true) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error('the name was not resolved'), ''),
    );
  };
}
