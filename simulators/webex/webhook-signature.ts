import { createHmac } from 'node:crypto';
import { type OutgoingHttpHeaders } from 'node:http';
import { type Quirks } from './quirks.js';

/**
 * The headers that prove a body: HMAC over its bytes, lower-case hex. `X-Spark-Signature` is SHA-1 (Webex webhooks guide,
 * 2026); `X-Webex-Signature` names two digests of SHA-2, as wxsd-sales/webex-webhook-manager sends it.
 */
export function signatureHeaders(secret: string, body: Buffer, which: Quirks['signatures']): OutgoingHttpHeaders {
  const digest = (algorithm: string): string => createHmac(algorithm, secret).update(body).digest('hex');
  return {
    ...(which === 'webex' ? {} : { 'X-Spark-Signature': digest('sha1') }),
    ...(which === 'spark' ? {} : { 'X-Webex-Signature': `SHA-256=${digest('sha256')}, SHA-512=${digest('sha512')}` }),
  };
}
