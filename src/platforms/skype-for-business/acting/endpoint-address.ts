import { InvalidInput } from '../../../common/errors/liaison-error.js';
import { type SkypeForBusinessSettings } from '../skype-for-business.settings.js';

const sipPattern = /^sip:[^@\s/?#]+@([a-z0-9-]+(?:\.[a-z0-9-]+)+)$/;

/** A sip address of our application in a tenant. */
export interface EndpointAddress {
  readonly sip: string;
  /** Whose token calls for it need. */
  readonly tenant: string;
}

/**
 * The endpoint of that sip address. The platform knows addresses in small letters only (TrustedApplicationEndpoint page). The
 * tenant is the only one of the connection, else it goes by the domain of the address. Throws `InvalidInput`.
 */
export function endpointAddress(sip: string, { tenants }: Pick<SkypeForBusinessSettings, 'tenants'>): EndpointAddress {
  const lower = sip.toLowerCase();
  const domain = sipPattern.exec(lower)?.[1];
  if (domain === undefined)
    throw new InvalidInput({ detail: 'An endpoint is a sip address, such as sip:desk@contoso.com.' });
  const [only, ...others] = tenants;
  return { sip: lower, tenant: only !== undefined && others.length === 0 ? only : domain };
}

/** The address with `endpointId`, unless the platform has put one there; whatever else it put there stays. */
export function withEndpoint(url: string, { sip }: EndpointAddress): string {
  return withParameter(url, 'endpointId', sip);
}

/** The address with one parameter more. */
export function withParameter(url: string, name: string, value: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has(name)) parsed.searchParams.append(name, value);
  return parsed.href;
}
