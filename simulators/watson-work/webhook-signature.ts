import { createHmac } from 'node:crypto';

/**
 * X-OUTBOUND-TOKEN of the Watson Work webhook reference 1.8.0: HMAC-SHA256 over the raw body, keyed with the webhook's
 * secret as text, in lower-case hex with its leading zeros.
 */
export function webhookSignature(secret: string, body: Uint8Array): string {
  return createHmac('sha256', Buffer.from(secret, 'utf8')).update(body).digest('hex');
}
