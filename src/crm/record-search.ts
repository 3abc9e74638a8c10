/** Of more records than these none can be meant. */
export const mostFoundRecords = 5;

const domainForm = /^(?=.{3,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/;

/** The domain in lower case; undefined for a text that is none and so must not become part of a pattern. */
export function mailDomain(text: string): string | undefined {
  const domain = text.trim().toLowerCase();
  return domainForm.test(domain) ? domain : undefined;
}

/** Whether two names are one to people: but for the case of letters, their composition and spaces around them. */
export function isSameName(one: string, other: string): boolean {
  return folded(one) === folded(other);
}

function folded(name: string): string {
  return name.normalize('NFC').trim().toLowerCase();
}
