/** What we ask the API of Webex for; each word is the path of the resource below the base URL. */
export type WebexResource = 'messages' | 'attachment/actions' | 'rooms' | 'memberships';

const resources: ReadonlySet<string> = new Set<WebexResource>([
  'messages',
  'attachment/actions',
  'rooms',
  'memberships',
]);

/** Whether it is something that we ask for. */
export function isWebexResource(resource: string): resource is WebexResource {
  return resources.has(resource);
}

/** Why Webex does not give us something. */
export type Unavailability = 'gone' | 'refused';

/**
 * Why a thing is not given to us: 404 and 410 are final, 403 is what a token gets that may not see it. Undefined for every
 * other status.
 */
export function unavailabilityIn(status: number): Unavailability | undefined {
  if (status === 404 || status === 410) return 'gone';
  return status === 403 ? 'refused' : undefined;
}
