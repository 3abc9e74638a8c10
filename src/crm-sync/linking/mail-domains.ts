import publicProviders from 'email-providers';

const publicDomains = new Set<string>(publicProviders);

/** The domain of an e-mail address, in lower case; undefined for a text that is none. */
export function domainOf(email: string): string | undefined {
  const at = email.lastIndexOf('@');
  const domain = email
    .slice(at + 1)
    .trim()
    .toLowerCase();
  return at < 1 || domain === '' ? undefined : domain;
}

/** Whether everybody can have an address there, so that it says nothing of whom somebody works for. */
export function isPublicDomain(domain: string): boolean {
  return publicDomains.has(domain);
}
