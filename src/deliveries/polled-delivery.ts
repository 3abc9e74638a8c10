import { markVerified, type VerifiedDelivery } from './delivery.js';

/** The scheme of what we asked a CRM for: our own call, with our own credential, vouches for it. */
const polledScheme = 'polled';

/** The delivery that a record becomes which was asked for. */
export function polledDelivery(body: Buffer, receivedAt: Date): VerifiedDelivery {
  const headers = { 'content-type': 'application/json' };
  return markVerified({ body, query: '', headers, receivedAt }, polledScheme);
}

/** Whether it was asked for, and is no call of the CRM. */
export function isPolled({ scheme }: VerifiedDelivery): boolean {
  return scheme === polledScheme;
}
