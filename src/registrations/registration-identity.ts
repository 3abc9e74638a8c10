import { hmac, hmacKey } from '../common/security/hmac.js';
import { type Secret } from '../common/security/secret.js';
import { type ActualRegistration, type DesiredRegistration } from '../platforms/platform.js';

/** One text for what a webhook is registered for; the order of a filter's parts means nothing. */
export function registrationKey({ resource, event, filter, ownedBy }: DesiredRegistration): string {
  const parts = filter === undefined || filter === '' ? [] : filter.split('&').sort();
  return JSON.stringify([resource, event, parts.join('&'), ownedBy ?? 'creator']);
}

/** The name that we give. */
export function registrationName({ resource, event }: DesiredRegistration): string {
  return `Liaison ${resource}/${event}`;
}

/** The path that only the webhooks of that connection call, below whatever the operator puts in front of it. */
export function webhookPath(connection: { readonly platform: string; readonly id: string }): string {
  return `/webhooks/${connection.platform}/${connection.id}`;
}

/** Whether it calls that path, at whatever address of ours. */
export function callsPath({ targetUrl }: ActualRegistrationPlace, path: string): boolean {
  return URL.canParse(targetUrl) && new URL(targetUrl).pathname.endsWith(path);
}

type ActualRegistrationPlace = Pick<ActualRegistration, 'targetUrl'>;

/**
 * Tells whether two secrets are the same one. It is a MAC under the secret itself, so it says no more about it than any
 * webhook that it signed.
 */
export function secretFingerprint(secret: Secret, connectionId: string): string {
  return hmac('sha256', hmacKey(secret.reveal()), Buffer.from(`registration\n${connectionId}`)).toString('hex');
}
